// index_map: each cell as its index in a codebook (spec: encodings/index_map).
#pragma once

#include <vector>

#include "formats/encoding.h"

namespace pondus::index_map {

/// One index per cell, each less than the codebook's entries.
struct IndexMap {
  Indices indices;
};

/// ceil(log2 k) for k >= 1.
std::uint32_t index_bits(std::uint32_t codebook_entries);

/// Pure, and cannot fail: every cell is in the codebook.
IndexMap from_cells(const Tables& tables, const BlockLines& block, ByteSpan cells);
void to_cells(const IndexMap& map, const Tables& tables, const BlockLines& block,
              std::span<std::byte> cells);

extern const Encoding encoding;

}  // namespace pondus::index_map
