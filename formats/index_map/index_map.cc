#include "formats/index_map/index_map.h"

#include <cstring>

#include "codec/bits/packed.h"

namespace pondus::index_map {

std::uint32_t index_bits(std::uint32_t codebook_entries) {
  return bit_length(codebook_entries - 1u);
}

IndexMap from_cells(const Tables& tables, const BlockLines& block, ByteSpan cells) {
  IndexMap map;
  map.indices.resize(block.cells());
  with_cell(block.cell_bytes, [&](auto cell) {
    const std::byte* at = cells.data();
    for (std::uint32_t& index : map.indices) {
      index = (*tables.index)[load<decltype(cell)>(at)];
      at += sizeof cell;
    }
  });
  return map;
}

void to_cells(const IndexMap& map, const Tables& tables, const BlockLines& block,
              std::span<std::byte> cells) {
  const std::byte* const codebook = tables.codebook.cells().data();
  with_cell(block.cell_bytes, [&](auto cell) {
    std::byte* at = cells.data();
    for (const std::uint32_t index : map.indices) {
      std::memcpy(at, codebook + index * sizeof cell, sizeof cell);
      at += sizeof cell;
    }
  });
}

}  // namespace pondus::index_map
