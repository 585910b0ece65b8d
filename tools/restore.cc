#include "tools/restore.h"

#include <algorithm>
#include <set>

#include "tools/io/safetensors.h"
#include "tools/io/safetensors_index.h"

namespace pondus {
namespace {

constexpr Fault source_mismatch{"source.mismatch", Kind::malformed};
constexpr Fault no_dtype{"request.safetensors-dtype", Kind::request};
constexpr Fault bad_name{"request.safetensors-name", Kind::request};

/// Reads the kept head again; each is held only while it is used.
Result<std::string> read_kept_head(const Model& model, const TableEntry& table) {
  std::uint64_t taken_bytes = model.file().table_bytes();
  auto source = read_source(model.file(), table, taken_bytes);
  if (!source) return source.error();
  return std::move(source->head);
}

bool same_shape(const HeadTensor& tensor, const Record& record) {
  return std::ranges::equal(tensor.dims, record.shape.dims());
}

/// What the head of form 2 does not agree with; empty if nothing.
std::string judge_kept(const Model& model, const SourceTensors& from, const std::string& text) {
  Head head;
  if (const auto fault = read_head(text, head)) return "the head is " + fault->why;
  for (const HeadTensor& tensor : head.tensors) {
    const Record* const record = model.find(tensor.name);
    const bool found = record != nullptr && record->source &&
                       &model.file().tables()[*record->source] == from.table;
    if (!found) return "the head lists " + quoted(tensor.name) + ", which is not of this source";
    const auto dtype = find_safetensors_dtype(tensor.dtype);
    const bool same =
        dtype && static_cast<std::uint8_t>(*dtype) == record->dtype && same_shape(tensor, *record);
    if (!same) return "another dtype or shape of " + quoted(tensor.name);
  }
  if (head.tensors.size() != from.records.size())
    return "the head does not list all tensors of this source";
  const HeadTensor* const misplaced = find_misplaced(head);
  return misplaced == nullptr ? "" : "data offsets of " + quoted(misplaced->name);
}

/// The same for form 3. `names` are those of all sources of form 1 and 2, by table.
std::string judge_index(const Model& model, const SourceTensors& from, const std::string& text,
                        const std::map<std::uint32_t, std::string>& names) {
  if (!from.records.empty())
    return "an index is the source of " + quoted(from.records.front()->name);
  WeightMap map;
  if (const auto fault = read_weight_map(text, map)) return "the index is " + fault->why;
  for (const auto& [tensor, file] : map) {
    const Record* const record = model.find(tensor);
    const auto name =
        record != nullptr && record->source ? names.find(*record->source) : names.end();
    if (name == names.end() || name->second != file) {
      return "the index puts " + quoted(tensor) + " in " + quoted(file);
    }
  }
  return {};
}

Result<void> mismatch(const SourceTensors& from, std::string detail) {
  if (detail.empty()) return {};
  return Error{source_mismatch, from.table->offset, {}, std::move(detail)};
}

bool is_index(const SourceTensors& from) { return from.source.form == SourceForm::index_kept; }

NamedTensor named(const Record& record) { return {record.name, Dtype{record.dtype}, record.shape}; }

}  // namespace

Result<std::vector<SourceTensors>> list_sources(const Model& model) {
  const File& file = model.file();
  std::vector<SourceTensors> sources;
  std::map<std::uint32_t, std::size_t> places;
  std::uint64_t taken_bytes = file.table_bytes();
  for (std::uint32_t i = 0; i < file.tables().size(); ++i) {
    const TableEntry& table = file.tables()[i];
    if (table.kind != TableKind::source) continue;
    auto source = read_source(file, table, taken_bytes);
    if (!source) return source.error();
    std::string().swap(source->head);
    places[i] = sources.size();
    sources.push_back({&table, std::move(*source), {}});
  }
  for (const Record& record : model.records()) {
    if (record.source) sources[places.at(*record.source)].records.push_back(&record);
  }
  return sources;
}

Result<void> check_sources(const Model& model) {
  const auto sources = list_sources(model);
  if (!sources) return sources.error();
  std::map<std::uint32_t, std::string> names;
  for (const SourceTensors& from : *sources) {
    const auto number = static_cast<std::uint32_t>(from.table - model.file().tables().data());
    if (!is_index(from)) names[number] = from.source.name;
  }
  std::set<std::string> seen;
  for (const SourceTensors& from : *sources) {
    if (!seen.insert(from.source.name).second)
      return mismatch(from, "a second source of this name");
    if (from.source.form == SourceForm::safetensors_rebuilt) continue;
    const auto text = read_kept_head(model, *from.table);
    if (!text) return text.error();
    const auto detail =
        is_index(from) ? judge_index(model, from, *text, names) : judge_kept(model, from, *text);
    if (auto judged = mismatch(from, detail); !judged) return judged;
  }
  return {};
}

Result<void> check_all(const Model& model, unsigned threads, const Model::Progress& progress) {
  auto checked = model.check(threads, progress);
  if (!checked && checked.error().fault.kind != Kind::unsupported) return checked;
  // A malformed source outranks a tensor that is unsupported.
  if (auto sources = check_sources(model); !sources) return sources;
  return checked;
}

StringMetadata string_metadata(const Model& model) {
  StringMetadata metadata;
  for (const MetadataEntry& entry : model.file().metadata()) {
    if (entry.type == MetadataType::string) metadata.emplace(entry.key, entry.value);
  }
  return metadata;
}

Result<RestoredFile> rebuild_safetensors(std::string name, const StringMetadata& metadata,
                                         std::vector<const Record*> records) {
  for (const Record* const record : records) {
    if (find_dtype(record->dtype) == nullptr) {
      return Error{no_dtype, 0, record->name,
                   "dtype " + std::to_string(record->dtype) + " has no name there"};
    }
    if (record->name == "__metadata__")
      return Error{bad_name, 0, record->name, "not a tensor's name there"};
  }
  std::ranges::sort(records, [](const Record* a, const Record* b) {
    return library_order(named(*a), named(*b));
  });
  std::vector<NamedTensor> tensors;
  tensors.reserve(records.size());
  for (const Record* const record : records) tensors.push_back(named(*record));
  return RestoredFile{std::move(name), with_length(write_head(metadata, tensors)),
                      std::move(records)};
}

Result<RestoredFile> restore_source(const Model& model, const SourceTensors& from) {
  if (from.source.form == SourceForm::safetensors_rebuilt) {
    return rebuild_safetensors(from.source.name, string_metadata(model), from.records);
  }
  const auto text = read_kept_head(model, *from.table);
  if (!text) return text.error();
  if (is_index(from)) return RestoredFile{from.source.name, *text, {}};
  Head head;
  RestoredFile file{from.source.name, with_length(*text), {}};
  if (read_head(*text, head)) return mismatch(from, "the head is not valid JSON").error();
  for (const HeadTensor& tensor : head.tensors) file.records.push_back(model.find(tensor.name));
  return file;
}

}  // namespace pondus
