#include "tools/assembly.h"

#include <algorithm>
#include <set>

#include "codec/container/text_rules.h"
#include "tools/io/npy.h"

namespace pondus {
namespace {

constexpr Fault bad_dtype{"request.npy-dtype", Kind::request};
constexpr Fault bad_file_name{"request.file-name", Kind::request};
constexpr Fault same_file_name{"request.duplicate-file-name", Kind::request};

/// Whether a file can be created under this name without surprises: no path, not hidden, safe for a
/// terminal.
bool safe_file_name(const std::string& name) {
  return valid_file_name(name) && name.front() != '.' && quoted(name).size() == name.size() + 2;
}

std::vector<Selected> of_file(const OpenFile& file, const std::vector<const Record*>& records) {
  std::vector<Selected> tensors;
  tensors.reserve(records.size());
  for (const Record* const record : records) tensors.push_back({&file, record});
  return tensors;
}

/// The sources of a file; none where they disagree with its records.
std::vector<SourceTensors> sound_sources(const OpenFile& file) {
  auto sources = list_sources(file.model);
  if (!sources || !check_sources(file.model)) return {};
  return std::move(*sources);
}

bool is_index(const SourceTensors& from) { return from.source.form == SourceForm::index_kept; }

/// The only .safetensors source of a file, if all its tensors came from it.
const SourceTensors* find_only_source(const OpenFile& file,
                                      const std::vector<SourceTensors>& sources) {
  const SourceTensors* only = nullptr;
  for (const SourceTensors& from : sources) {
    if (is_index(from)) continue;
    if (only != nullptr) return nullptr;
    only = &from;
  }
  return only != nullptr && only->records.size() == file.model.records().size() ? only : nullptr;
}

AssemblyResult add_restored(const OpenFile& file, Result<RestoredFile> restored,
                            std::vector<Assembly>& out) {
  if (!restored) return DecodeError{&file, restored.error()};
  out.push_back(
      {std::move(restored->name), std::move(restored->head), of_file(file, restored->records)});
  return std::nullopt;
}

/// Tensors of several files, as one .safetensors file.
AssemblyResult rebuild(const std::vector<Selected>& tensors,
                       const std::vector<const OpenFile*>& files, std::vector<Assembly>& out) {
  StringMetadata metadata;
  for (const OpenFile* const file : files) metadata.merge(string_metadata(file->model));
  std::map<const Record*, const OpenFile*> owners;
  std::vector<const Record*> records;
  for (const Selected& tensor : tensors) {
    owners.emplace(tensor.record, tensor.file);
    records.push_back(tensor.record);
  }
  auto restored = rebuild_safetensors({}, metadata, std::move(records));
  if (!restored) return DecodeError{nullptr, restored.error()};
  Assembly assembly{{}, std::move(restored->head), {}};
  for (const Record* const record : restored->records)
    assembly.tensors.push_back({owners.at(record), record});
  out.push_back(std::move(assembly));
  return std::nullopt;
}

/// The sources of one file, as far as their tensors are in `wanted`; those that were taken are
/// removed from it. Sources without tensors, such as indexes, are only for a `complete` folder.
AssemblyResult add_sources(const OpenFile& file, bool complete, std::set<const Record*>& wanted,
                           std::vector<Assembly>& out) {
  for (const SourceTensors& from : sound_sources(file)) {
    std::vector<const Record*> records;
    for (const Record* const record : from.records) {
      if (wanted.erase(record) == 1) records.push_back(record);
    }
    if (!complete && records.empty()) continue;
    const bool whole = records.size() == from.records.size();
    auto restored =
        whole ? restore_source(file.model, from)
              : rebuild_safetensors(from.source.name, string_metadata(file.model), records);
    if (auto error = add_restored(file, std::move(restored), out)) return error;
  }
  return std::nullopt;
}

AssemblyResult judge_names(const std::vector<Assembly>& assemblies) {
  std::set<std::string> names;
  for (const Assembly& assembly : assemblies) {
    const OpenFile* const file = assembly.tensors.empty() ? nullptr : assembly.tensors.front().file;
    if (!safe_file_name(assembly.name)) {
      return DecodeError{
          file, {bad_file_name, 0, {}, quoted(assembly.name) + " cannot be a file in a folder"}};
    }
    if (!names.insert(assembly.name).second) {
      return DecodeError{
          file, {same_file_name, 0, {}, "two files would be called " + quoted(assembly.name)}};
    }
  }
  return std::nullopt;
}

}  // namespace

AssemblyResult assemble_npy(const Selected& tensor, std::vector<Assembly>& out) {
  const Record& record = *tensor.record;
  if (find_dtype(record.dtype) == nullptr) {
    return DecodeError{
        tensor.file,
        {bad_dtype, 0, record.name, "numpy has no dtype " + std::to_string(record.dtype)}};
  }
  auto head = write_npy_header(record.name, Dtype{record.dtype}, record.shape);
  if (!head) return DecodeError{tensor.file, head.error()};
  out.push_back({record.name + ".npy", std::move(*head), {tensor}});
  return std::nullopt;
}

AssemblyResult assemble_safetensors(const std::vector<Selected>& tensors,
                                    const std::vector<const OpenFile*>& files,
                                    std::vector<Assembly>& out) {
  const OpenFile& first = *files.front();
  const bool whole = files.size() == 1 && tensors.size() == first.model.records().size();
  if (!whole) return rebuild(tensors, files, out);
  const auto sources = sound_sources(first);
  const SourceTensors* const only = find_only_source(first, sources);
  return only != nullptr ? add_restored(first, restore_source(first.model, *only), out)
                         : rebuild(tensors, files, out);
}

AssemblyResult assemble_folder(const std::vector<Selected>& tensors,
                               const std::vector<const OpenFile*>& files,
                               std::vector<Assembly>& out) {
  std::set<const Record*> wanted;
  for (const Selected& tensor : tensors) wanted.insert(tensor.record);
  std::size_t records = 0;
  for (const OpenFile* const file : files) records += file->model.records().size();
  for (const OpenFile* const file : files) {
    if (auto error = add_sources(*file, tensors.size() == records, wanted, out)) return error;
  }
  for (const Selected& tensor : tensors) {
    if (!wanted.contains(tensor.record)) continue;
    if (auto error = assemble_npy(tensor, out)) return error;
  }
  return judge_names(out);
}

}  // namespace pondus
