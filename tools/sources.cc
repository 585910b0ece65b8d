#include "tools/sources.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "codec/base/limits.h"
#include "codec/container/text_rules.h"
#include "tools/io/spool.h"

namespace pondus {
namespace {

constexpr Fault same_name{"request.source-name", Kind::request};

/// The name of a file as a source table can hold it.
std::string source_name(const std::string& path, std::string_view for_stream) {
  if (path == stream_path) return std::string(for_stream);
  std::string name = std::filesystem::path(path).filename().string();
  std::ranges::replace(name, '\\', '_');
  return valid_file_name(name) ? name : std::string(for_stream);
}

using Strings = std::map<std::string, std::string>;

/// Our own strings and those of all headers, as far as a file can hold them and readers accept
/// them.
Strings merge_metadata(const InputSet& set, const Strings& own) {
  Strings merged;
  std::uint64_t left = Limits{}.metadata_bytes;
  const auto add = [&](const Strings& strings) {
    for (const auto& [key, value] : strings) {
      const std::uint64_t bytes = key.size() + value.size();
      if (!valid_name(key) || bytes > left || !merged.emplace(key, value).second) continue;
      left -= bytes;
    }
  };
  add(own);
  for (const auto& input : set.inputs) {
    if (input->head() != nullptr) add(input->head()->head.metadata);
  }
  return merged;
}

/// Whether the library would write this header.
bool can_rebuild(const Input& input, const Strings& metadata) {
  std::vector<NamedTensor> tensors;
  for (const InputTensor& tensor : input.tensors())
    tensors.push_back({tensor.name, tensor.dtype, tensor.shape});
  if (!std::ranges::is_sorted(tensors, library_order)) return false;
  return write_head(metadata, tensors) == input.head()->text;
}

}  // namespace

Result<SourcePlan> plan_sources(const InputSet& set, const Strings& own) {
  SourcePlan plan;
  std::set<std::string> names;
  const auto take = [&names](const std::string& name) -> Result<void> {
    if (names.insert(name).second) return {};
    return Error{same_name, 0, {}, "two inputs are called " + pondus::quoted(name)};
  };
  const auto metadata = merge_metadata(set, own);
  for (const auto& [key, value] : metadata)
    plan.metadata.push_back({key, MetadataType::string, value});
  for (const auto& input : set.inputs) {
    plan.of_inputs.emplace_back();
    if (input->head() == nullptr) continue;
    Source source{
        SourceForm::safetensors_rebuilt, source_name(input->path(), "stdin.safetensors"), {}};
    if (auto taken = take(source.name); !taken) return taken.error();
    if (!can_rebuild(*input, metadata)) {
      source.form = SourceForm::safetensors_kept;
      source.head = input->head()->text;
    }
    plan.of_inputs.back() = std::move(source);
  }
  for (const InputIndex& index : set.indexes) {
    const std::string name = source_name(index.path, "model.safetensors.index.json");
    if (auto taken = take(name); !taken) return taken.error();
    plan.of_indexes.push_back({SourceForm::index_kept, name, index.text});
  }
  return plan;
}

}  // namespace pondus
