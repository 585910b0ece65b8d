#include "tools/io/input_set.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <unordered_map>

#include "codec/bits/little_endian.h"
#include "codec/container/text_rules.h"
#include "tools/io/npy.h"
#include "tools/io/safetensors_index.h"
#include "tools/io/spool.h"

namespace pondus {
namespace {

namespace fs = std::filesystem;

constexpr Fault is_pondus{"input.pondus", Kind::unsupported};
constexpr Fault bad_index{"input.index-json", Kind::malformed};
constexpr Fault bad_shard_name{"input.index-file-name", Kind::malformed};
constexpr Fault missing_tensor{"input.index-tensor", Kind::malformed};
constexpr Fault bad_name{"input.tensor-name", Kind::unsupported};
constexpr Fault duplicate_name{"request.duplicate-name", Kind::request};
constexpr Fault stream_index{"request.index-stream", Kind::request};

enum class Format { npy, npz, safetensors, index, pondus };

bool begins(ByteSpan bytes, std::string_view magic) {
  const auto expected = std::as_bytes(std::span(magic));
  return bytes.size() >= expected.size() &&
         std::ranges::equal(bytes.first(expected.size()), expected);
}

bool begins_safetensors(ByteSpan bytes) {
  if (bytes.size() <= safetensors_length_bytes) return false;
  const bool fits = load<std::uint64_t>(bytes.data()) <= bytes.size() - safetensors_length_bytes;
  return fits && bytes[safetensors_length_bytes] == std::byte{'{'};
}

bool begins_json(ByteSpan bytes) {
  constexpr std::string_view white = " \t\r\n";
  const auto first = std::ranges::find_if(
      bytes, [white](std::byte b) { return white.find(static_cast<char>(b)) == white.npos; });
  return first != bytes.end() && *first == std::byte{'{'};
}

Format format_of(ByteSpan bytes, const std::string& path) {
  if (begins(bytes, npy_magic)) return Format::npy;
  if (begins(bytes, "PK\3\4") || begins(bytes, "PK\5\6")) return Format::npz;
  if (begins(bytes, "\x8FPND\r\n\x1A\n")) return Format::pondus;
  if (begins_safetensors(bytes)) return Format::safetensors;
  const auto extension = fs::path(path).extension();
  if (begins_json(bytes) || extension == ".json") return Format::index;
  if (extension == ".npy") return Format::npy;
  if (extension == ".npz") return Format::npz;
  return Format::safetensors;
}

/// Opens one after another, and stops at the first error.
class Opener {
 public:
  explicit Opener(InputSet& set) : set_(set) {}

  std::optional<InputError> open(const std::string& path) {
    auto file = open_mapped(path);
    if (!file) return InputError{path, file.error()};
    switch (format_of(file->bytes(), path)) {
      case Format::npy:
        return add(path, open_npy(path, std::move(*file)));
      case Format::npz:
        return add(path, open_npz(path, std::move(*file)));
      case Format::safetensors:
        return add(path, open_safetensors(path, std::move(*file)));
      case Format::index:
        return add_index(path, file->bytes());
      default:
        return InputError{path, {is_pondus, 0, {}, "a .pondus file is encoded already"}};
    }
  }

 private:
  std::optional<InputError> add(const std::string& path, Result<std::unique_ptr<Input>> input) {
    if (!input) return InputError{path, input.error()};
    for (const InputTensor& tensor : (*input)->tensors()) {
      if (!valid_name(tensor.name)) {
        return InputError{path,
                          {bad_name, 0, tensor.name, "names have 1 to 4096 bytes without U+0000"}};
      }
      const auto [at, added] = owners_.emplace(tensor.name, path);
      if (!added)
        return InputError{
            path, {duplicate_name, 0, tensor.name, "also in " + pondus::quoted(at->second)}};
    }
    set_.inputs.push_back(std::move(*input));
    return std::nullopt;
  }

  std::optional<InputError> add_index(const std::string& path, ByteSpan bytes) {
    if (path == stream_path)
      return InputError{path, {stream_index, 0, {}, "an index needs its files beside it"}};
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    WeightMap map;
    if (text.size() > safetensors_head_most)
      return InputError{path, {bad_index, 0, {}, "more than 100000000 bytes"}};
    if (const auto fault = read_weight_map(text, map))
      return InputError{path, {bad_index, fault->offset, {}, fault->why}};
    std::map<std::string, std::set<std::string>> shards;
    for (const auto& [tensor, shard] : map) {
      if (!valid_file_name(shard))
        return InputError{path,
                          {bad_shard_name, 0, tensor, pondus::quoted(shard) + " is no file name"}};
      shards[shard].insert(tensor);
    }
    for (const auto& [shard, tensors] : shards) {
      if (auto error = add_shard(path, shard, tensors)) return error;
    }
    set_.indexes.push_back({path, std::string(text)});
    return std::nullopt;
  }

  std::optional<InputError> add_shard(const std::string& index, const std::string& shard,
                                      std::set<std::string> missing) {
    const std::string path = (fs::path(index).parent_path() / shard).string();
    auto file = open_mapped(path);
    if (!file) return InputError{path, file.error()};
    if (auto error = add(path, open_safetensors(path, std::move(*file)))) return error;
    for (const InputTensor& tensor : set_.inputs.back()->tensors()) missing.erase(tensor.name);
    if (missing.empty()) return std::nullopt;
    return InputError{index,
                      {missing_tensor, 0, *missing.begin(), "not in " + pondus::quoted(shard)}};
  }

  InputSet& set_;
  std::unordered_map<std::string, std::string> owners_;  ///< of each tensor's name, the input
};

}  // namespace

std::string stem_of(const std::string& path) {
  return path == stream_path ? "tensor" : fs::path(path).stem().string();
}

std::optional<InputError> open_inputs(const std::vector<std::string>& paths, InputSet& set) {
  Opener opener(set);
  for (const std::string& path : paths) {
    if (auto error = opener.open(path)) return error;
  }
  return std::nullopt;
}

}  // namespace pondus
