#include "formats/index_map/index_map.h"

#include "codec/bits/packed.h"

namespace pondus::index_map {

std::uint32_t index_bits(std::uint32_t codebook_entries) {
  return bit_length(codebook_entries - 1u);
}

IndexMap from_cells(const Tables& tables, const BlockLines& block, ByteSpan cells) {
  return {tables.index->indices_of(cells, block.cell_bytes)};
}

void to_cells(const IndexMap& map, const Tables& tables, const BlockLines& block,
              std::span<std::byte> cells) {
  look_up(tables.codebook.cells(), map.indices, block.cell_bytes, cells);
}

}  // namespace pondus::index_map
