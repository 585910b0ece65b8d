// The header of a .safetensors file: read, judged, and written as the safetensors library writes
// it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codec/base/dtype.h"
#include "codec/base/shape.h"
#include "tools/io/json_strict.h"

namespace pondus {

/// Before the JSON text of the header: its bytes, as u64.
inline constexpr std::size_t safetensors_length_bytes = 8;
/// What the safetensors library admits.
inline constexpr std::uint64_t safetensors_head_most = 100'000'000;

struct HeadTensor {
  std::string name;
  std::string dtype;  ///< as spelled in the file
  std::vector<std::uint64_t> dims;
  std::uint64_t begin = 0;  ///< of its data, from the end of the header
  std::uint64_t end = 0;
};

struct Head {
  std::vector<HeadTensor> tensors;  ///< in the order of their data
  std::map<std::string, std::string> metadata;
  bool plain_metadata = true;  ///< `__metadata__` is absent, or an object of strings
};

/// Reads the JSON text of a header. Fields that are not of a header's form are refused, unknown
/// ones are skipped.
std::optional<JsonFault> read_head(std::string_view text, Head& head);

/// The first tensor whose data does not begin where that of the one before it ends (the first
/// one's: at 0), or does not have the bytes of its shape; null if there is none.
const HeadTensor* find_misplaced(const Head& head);

/// The dtype of a spelling; none for those that this format does not define.
std::optional<Dtype> find_safetensors_dtype(std::string_view spelling);
std::string_view safetensors_dtype(Dtype dtype);

/// A tensor for a header that is written.
struct NamedTensor {
  std::string_view name;
  Dtype dtype{};
  Shape shape{};
};

/// Whether the data of `a` stands before that of `b` in the library's own order.
bool library_order(const NamedTensor& a, const NamedTensor& b);

/// The JSON text, padding included, that the library writes for tensors in its own order.
std::string write_head(const std::map<std::string, std::string>& metadata,
                       std::span<const NamedTensor> tensors);

/// A header before its data: the length and `text`.
std::string with_length(std::string_view text);

}  // namespace pondus
