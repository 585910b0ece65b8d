#include "codec/container/writer.h"

#include <algorithm>

#include "codec/container/checksum.h"
#include "codec/container/file.h"
#include "codec/container/text_rules.h"

namespace pondus {
namespace {

constexpr Fault writer_state{"request.writer-state", Kind::request};
constexpr Fault bad_alignment{"request.alignment", Kind::request};
constexpr Fault bad_name{"request.name", Kind::request};
constexpr Fault duplicate_name{"request.duplicate-name", Kind::request};
constexpr Fault alias_target{"request.alias-target", Kind::request};
constexpr Fault line_count{"request.line-count", Kind::request};
constexpr Fault metadata_key{"request.metadata-key", Kind::request};
constexpr Fault metadata_value{"request.metadata-value", Kind::request};
constexpr Fault total_bytes{"request.total-bytes", Kind::request};
constexpr Fault duplicate_key{"request.duplicate-key", Kind::request};

constexpr std::uint64_t value_bytes_most = 0xFFFFFFFF;

/// Larger tables are not kept to be compared with later ones.
constexpr std::size_t remembered_table_bytes = std::size_t{1} << 20;

}  // namespace

Result<void> Writer::fail(Error error) {
  state_ = State::failed;
  return error;
}

Result<void> Writer::require(State state) {
  if (state_ != state) return fail({writer_state, 0, {}, "call out of order"});
  return offset_ == 0 ? start() : Result<void>();
}

Result<void> Writer::write(ByteSpan bytes) {
  auto written = output_.write(bytes);
  if (!written) return fail(std::move(written.error()));
  offset_ += bytes.size();
  return {};
}

Result<void> Writer::start() {
  if (options_.alignment < alignment_least || options_.alignment > alignment_most) {
    return fail({bad_alignment, 0, {}, std::to_string(options_.alignment)});
  }
  return write(write_header({.alignment = options_.alignment}));
}

TableRef Writer::find_table(TableKind kind, std::uint16_t bits, ByteSpan bytes) const {
  if (bytes.size() > remembered_table_bytes) return std::nullopt;
  const auto [begin, end] = small_tables_.equal_range(xxh3(bytes));
  for (auto at = begin; at != end; ++at) {
    const auto& [number, kept] = at->second;
    const TableEntry& table = directory_.tables[number];
    if (table.kind == kind && table.bits == bits && std::ranges::equal(kept, bytes)) return number;
  }
  return std::nullopt;
}

Result<std::uint32_t> Writer::add_table(TableKind kind, std::uint16_t bits, ByteSpan bytes) {
  if (auto ready = require(State::ready); !ready) return ready.error();
  if (const TableRef known = find_table(kind, bits, bytes)) return *known;
  const auto number = static_cast<std::uint32_t>(directory_.tables.size());
  const std::uint64_t checksum = xxh3(bytes);
  directory_.tables.push_back({offset_, bytes.size(), checksum, kind, bits, 0});
  if (bytes.size() <= remembered_table_bytes) {
    small_tables_.emplace(checksum, std::pair(number, Bytes(bytes.begin(), bytes.end())));
  }
  if (auto written = write(bytes); !written) return written.error();
  return number;
}

Result<void> Writer::begin_tensor(Record record) {
  if (auto ready = require(State::ready); !ready) return ready;
  if (!valid_name(record.name)) return fail({bad_name, 0, record.name, "1 to 4096 bytes of UTF-8"});
  if (!names_.emplace(record.name, directory_.records.size()).second)
    return fail({duplicate_name, 0, record.name, {}});
  current_ = std::move(record);
  next_line_ = 0;
  state_ = State::in_tensor;
  if (current_.shape.cells() == 0) return {};
  const std::uint64_t begin = align_up(offset_, options_.alignment);
  if (auto written = write(Bytes(begin - offset_)); !written) return written;
  current_.offset = offset_;
  return {};
}

Result<void> Writer::append_block(ByteSpan stored, std::uint32_t lines) {
  if (auto ready = require(State::in_tensor); !ready) return ready;
  if (lines == 0 || lines > current_.lines().count() - next_line_)
    return fail({line_count, 0, current_.name, {}});
  BlockEntry block{.stored_bytes = static_cast<std::uint32_t>(stored.size()), .lines = lines};
  block.checksum = xxh3(stored, current_.blocks.size());
  current_.blocks.push_back(block);
  next_line_ += lines;
  return write(stored);
}

Result<void> Writer::end_tensor(std::uint64_t decoded_checksum, std::uint64_t nonzero,
                                std::uint32_t distinct) {
  if (auto ready = require(State::in_tensor); !ready) return ready;
  if (next_line_ != current_.lines().count()) return fail({line_count, 0, current_.name, {}});
  current_.decoded_checksum = decoded_checksum;
  current_.nonzero = nonzero;
  current_.distinct = distinct;
  directory_.records.push_back(std::move(current_));
  state_ = State::ready;
  return {};
}

Result<void> Writer::add_alias(const std::string& name, const std::string& target,
                               TableRef source) {
  if (auto ready = require(State::ready); !ready) return ready;
  if (!valid_name(name)) return fail({bad_name, 0, name, "1 to 4096 bytes of UTF-8"});
  const auto at = names_.find(target);
  if (at == names_.end()) return fail({alias_target, 0, name, "no tensor " + quoted(target)});
  const std::size_t number = at->second;
  if (!names_.emplace(name, number).second) return fail({duplicate_name, 0, name, {}});
  aliases_.push_back({name, number, source});
  return {};
}

Result<void> Writer::add_metadata(MetadataEntry entry) {
  if (auto ready = require(State::ready); !ready) return ready;
  if (!valid_name(entry.key)) return fail({metadata_key, 0, {}, quoted(entry.key)});
  if (!sound_value(entry.type, entry.value) || entry.value.size() > value_bytes_most) {
    return fail({metadata_value, 0, {}, quoted(entry.key)});
  }
  directory_.metadata.push_back(std::move(entry));
  return {};
}

std::vector<Record> Writer::ordered_records() const {
  std::vector<Record> records = directory_.records;
  for (const Alias& alias : aliases_) {
    Record& target = records[alias.target];
    Record other;
    other.name = alias.name;
    other.source = alias.source;
    if (other.name < target.name) {  // the smallest name holds the cells
      std::swap(other.name, target.name);
      std::swap(other.source, target.source);
    }
    other.dtype = target.dtype;
    other.bits = target.bits;
    other.shape = target.shape;
    other.alias = static_cast<std::uint32_t>(alias.target);
    records.push_back(std::move(other));
  }
  std::vector<std::uint32_t> order(records.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, {},
                    [&](std::uint32_t i) -> const std::string& { return records[i].name; });
  std::vector<std::uint32_t> places(order.size());
  std::vector<Record> ordered;
  ordered.reserve(order.size());
  for (const std::uint32_t i : order) {
    places[i] = static_cast<std::uint32_t>(ordered.size());
    ordered.push_back(std::move(records[i]));
  }
  for (Record& record : ordered) {
    if (record.alias) record.alias = places[*record.alias];
  }
  return ordered;
}

std::uint64_t Writer::content_hash() const { return pondus::content_hash(ordered_records()); }

Result<void> Writer::finish() {
  if (auto ready = require(State::ready); !ready) return ready;
  directory_.records = ordered_records();
  aliases_.clear();
  std::ranges::sort(directory_.metadata, {}, &MetadataEntry::key);
  const auto twice = std::ranges::adjacent_find(directory_.metadata, {}, &MetadataEntry::key);
  if (twice != directory_.metadata.end()) return fail({duplicate_key, 0, {}, quoted(twice->key)});
  const Bytes directory = write_directory(directory_);
  Trailer trailer{.directory_offset = offset_, .directory_bytes = directory.size()};
  trailer.directory_checksum = xxh3(directory);
  trailer.file_bytes = offset_ + directory.size() + trailer_bytes;
  const auto total = decoded_bytes(directory_);
  if (!total) return fail({total_bytes, 0, {}, "decoded bytes reach 2^64"});
  trailer.decoded_bytes = *total;
  trailer.tensor_count = static_cast<std::uint32_t>(directory_.records.size());
  if (auto written = write(directory); !written) return written;
  if (auto written = write(write_trailer(trailer)); !written) return written;
  state_ = State::finished;
  if (!options_.head_hint) return {};
  Header header{.alignment = options_.alignment};
  header.hint_offset = trailer.directory_offset;
  header.hint_bytes = trailer.directory_bytes;
  auto patched = output_.patch(write_header(header));
  return patched ? patched : fail(std::move(patched.error()));
}

}  // namespace pondus
