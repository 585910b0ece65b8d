// A conformance vector: its text, and the bytes and the verdict it stands for (spec:
// vectors/README).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "codec/base/limits.h"
#include "codec/bits/byte_writer.h"

namespace pondus {

struct Vector {
  std::filesystem::path path;
  std::string verdict;
  std::string label;
  std::optional<std::uint64_t> offset;
  std::string tensor;               ///< as the JSON string of the text, "" if absent
  std::vector<std::string> hashes;  ///< "0123456789abcdef "name"" each
  Limits limits;
  std::vector<Bytes> files;
};

/// A coded sequence without a file around it.
struct CoderVector {
  std::vector<std::pair<std::uint8_t, std::uint8_t>> tokens;  ///< code length, extra bits
  std::uint32_t entries = 0;
  std::vector<std::uint32_t> symbols;
  Bytes bytes;
};

/// Throws what std::stoul throws where the text is not as spec/vectors/README.md says.
CoderVector read_coder_vector(const std::filesystem::path& path);

/// Throws std::runtime_error where the text is not as spec/vectors/README.md says.
Vector read_vector(const std::filesystem::path& path);

/// All vectors below `folder`, in order of path.
std::vector<Vector> read_vectors(const std::filesystem::path& folder);

/// `text` as JSON string, the way the vectors write names: only what must be escaped, as \uXXXX.
std::string json_string(std::string_view text);

}  // namespace pondus
