// `pondus info`: what is in a file, from its directory and small tables, without decoding.
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "codec/bits/little_endian.h"
#include "formats/registry.h"
#include "tools/commands.h"
#include "tools/open_file.h"
#include "tools/report.h"
#include "tools/restore.h"

namespace pondus {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view schema = "pondus-info/1";

/// Names of what this version knows, "#200" of what it does not.
std::string dtype_name(std::uint8_t id) {
  const auto* const known = find_dtype(id);
  return known != nullptr ? std::string(known->name) : std::string("#").append(std::to_string(id));
}

std::string encoding_name(std::uint16_t id) {
  const auto* const known = find_encoding(id);
  return known != nullptr ? std::string(known->name) : std::string("#").append(std::to_string(id));
}

std::string hexadecimal_text(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text.append({digits[byte >> 4], digits[byte & 15]});
  }
  return text;
}

std::uint64_t word_of(const MetadataEntry& entry) {
  return load<std::uint64_t>(std::as_bytes(std::span(entry.value)).data());
}

/// JSON has no NaN and no infinities: those are text.
ordered_json metadata_value(const MetadataEntry& entry) {
  switch (entry.type) {
    case MetadataType::string:
      return entry.value;
    case MetadataType::i64:
      return static_cast<std::int64_t>(word_of(entry));
    case MetadataType::f64: {
      const auto value = std::bit_cast<double>(word_of(entry));
      return std::isfinite(value) ? ordered_json(value) : ordered_json(std::to_string(value));
    }
    case MetadataType::boolean:
      return entry.value != std::string_view("\0", 1);
    default:
      return hexadecimal_text(entry.value);
  }
}

constexpr std::array<std::string_view, 5> metadata_types{"string", "i64", "f64", "bool", "bytes"};
constexpr std::array<std::string_view, 3> source_forms{"safetensors", "safetensors, kept head",
                                                       "index"};

/// Everything about a file but its tensors.
struct Summary {
  std::vector<SourceTensors> sources;
  std::optional<Shard> shard;
};

Result<Summary> summarise(const Model& model) {
  Summary summary;
  auto sources = list_sources(model);
  if (!sources) return sources.error();
  summary.sources = std::move(*sources);
  for (const TableEntry& table : model.file().tables()) {
    if (table.kind != TableKind::shard) continue;
    auto shard = read_shard(model.file(), table);
    if (!shard) return shard.error();
    summary.shard = std::move(*shard);
  }
  return summary;
}

ordered_json codebook_json(const Model& model, const Record& record) {
  if (!record.codebook) return nullptr;
  const TableEntry& table = model.file().tables()[*record.codebook];
  return {{"table", *record.codebook},
          {"entries", table.bytes / (table.bits / 8u)},
          {"bytes", table.bytes}};
}

ordered_json tensor_json(const Model& model, const Record& record) {
  const Record& stored = model.file().stored(record);
  const Lines lines = stored.lines();
  const bool known = stored.distinct != distinct_unknown;
  return {{"name", record.name},
          {"dtype", dtype_name(record.dtype)},
          {"bits", record.bits},
          {"shape", record.shape.dims()},
          {"encoding", encoding_name(stored.encoding)},
          {"rows", lines.rows()},
          {"cols", lines.cols()},
          {"lines", lines.direction() == Direction::rows ? "rows" : "columns"},
          {"line_count", lines.count()},
          {"cells", record.shape.cells()},
          {"nonzero", stored.nonzero},
          {"distinct", known ? ordered_json(stored.distinct) : ordered_json(nullptr)},
          {"raw_bytes", record.decoded_bytes()},
          {"stored_bytes", record.alias ? 0 : record.stored_bytes()},
          {"decoded_xxh3", hexadecimal(stored.decoded_checksum)},
          {"blocks", stored.blocks.size()},
          {"codebook", codebook_json(model, stored)},
          {"source", record.source ? ordered_json(*record.source) : ordered_json(nullptr)},
          {"alias_of", record.alias ? ordered_json(stored.name) : ordered_json(nullptr)}};
}

ordered_json metadata_json(const File& file) {
  ordered_json out = ordered_json::array();
  for (const MetadataEntry& entry : file.metadata()) {
    const auto type = metadata_types[static_cast<std::size_t>(entry.type) - 1];
    out.push_back({{"key", entry.key}, {"type", type}, {"value", metadata_value(entry)}});
  }
  return out;
}

ordered_json sources_json(const Model& model, const std::vector<SourceTensors>& sources) {
  ordered_json out = ordered_json::array();
  for (const SourceTensors& from : sources) {
    out.push_back({{"table", from.table - model.file().tables().data()},
                   {"name", from.source.name},
                   {"form", static_cast<int>(from.source.form)},
                   {"tensors", from.records.size()}});
  }
  return out;
}

ordered_json shard_json(const std::optional<Shard>& shard) {
  if (!shard) return nullptr;
  ordered_json hashes = ordered_json::array();
  for (const std::uint64_t hash : shard->content_hashes) hashes.push_back(hexadecimal(hash));
  return {{"ordinal", shard->ordinal}, {"content_hashes", std::move(hashes)}};
}

std::string dump(const ordered_json& value) { return value.dump(-1, ' ', true); }

/// One tensor per line, each written before the next is made: there may be very many.
void print_json(const OpenFile& file, const Summary& summary) {
  const File& opened = file.model.file();
  const Header& header = opened.header();
  const std::string version = std::to_string(header.major) + "." + std::to_string(header.minor);
  std::printf("{\"schema\":%s,\n", dump(schema).c_str());
  std::printf("\"format_version\":%s,\n", dump(version).c_str());
  std::printf("\"file_bytes\":%s,\n", dump(opened.file_bytes()).c_str());
  std::printf("\"decoded_bytes\":%s,\n", dump(opened.trailer().decoded_bytes).c_str());
  std::printf("\"alignment\":%s,\n", dump(1u << header.alignment).c_str());
  std::printf("\"metadata\":%s,\n", dump(metadata_json(opened)).c_str());
  std::printf("\"sources\":%s,\n", dump(sources_json(file.model, summary.sources)).c_str());
  std::printf("\"shard\":%s,\n\"tensors\":[", dump(shard_json(summary.shard)).c_str());
  const char* separator = "\n";
  for (const Record& record : file.model.records()) {
    std::printf("%s%s", separator, dump(tensor_json(file.model, record)).c_str());
    separator = ",\n";
  }
  std::printf("\n]}\n");
}

std::string share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? "-"
                    : fixed(100.0 * static_cast<double>(part) / static_cast<double>(whole), 2);
}

TextTable tensor_table(const Model& model) {
  constexpr std::size_t left_columns = 5;
  TextTable table(left_columns);
  table.add({"tensor", "dtype", "shape", "encoding", "lines", "blocks", "nonzero %", "distinct",
             "bytes", "stored"});
  for (const Record& record : model.records()) {
    const Record& stored = model.file().stored(record);
    const bool known = stored.distinct != distinct_unknown;
    const std::string encoding =
        record.alias ? "= " + shown(stored.name) : encoding_name(stored.encoding);
    table.add({shown(record.name), dtype_name(record.dtype), shape_text(record.shape.dims()),
               encoding, stored.direction == Direction::rows ? "rows" : "columns",
               std::to_string(stored.blocks.size()), share(stored.nonzero, record.shape.cells()),
               known ? std::to_string(stored.distinct) : "> 2^24",
               std::to_string(record.decoded_bytes()),
               std::to_string(record.alias ? 0 : record.stored_bytes())});
  }
  return table;
}

void print_text(const OpenFile& file, const Summary& summary) {
  const File& opened = file.model.file();
  std::fputs(tensor_table(file.model).text().c_str(), stdout);
  for (const MetadataEntry& entry : opened.metadata()) {
    const auto value = metadata_value(entry);
    const std::string text =
        value.is_string() ? pondus::quoted(value.get<std::string>()) : value.dump();
    std::printf("metadata %s = %s\n", pondus::quoted(entry.key).c_str(), text.c_str());
  }
  for (const SourceTensors& from : summary.sources) {
    const auto form = source_forms[static_cast<std::size_t>(from.source.form) - 1];
    std::printf("source %s (%s), tensors: %zu\n", pondus::quoted(from.source.name).c_str(),
                form.data(), from.records.size());
  }
  if (summary.shard)
    std::printf("shard %u of %zu\n", summary.shard->ordinal, summary.shard->content_hashes.size());
  const std::uint64_t decoded_bytes = opened.trailer().decoded_bytes;
  std::printf("%s: format %u.%u, tensors: %zu, %llu bytes of cells in a file of %llu (%s %%)\n",
              shown(file.path).c_str(), opened.header().major, opened.header().minor,
              file.model.records().size(), static_cast<unsigned long long>(decoded_bytes),
              static_cast<unsigned long long>(opened.file_bytes()),
              share(opened.file_bytes(), decoded_bytes).c_str());
}

}  // namespace

int info(const InfoRequest& request) {
  Reporter reporter;
  const auto file = open_file(request.file, request.limits);
  const auto summary = file ? summarise(file->model) : file.error();
  if (!summary) {
    reporter.report(request.file, summary.error());
  } else if (request.json) {
    print_json(*file, *summary);
  } else {
    print_text(*file, *summary);
  }
  return reporter.worst();
}

}  // namespace pondus
