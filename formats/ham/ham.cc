#include "formats/ham/ham.h"

namespace pondus::ham {

Ham from_cells(const Tables& tables, const BlockLines& block, ByteSpan cells) {
  return {tables.index->indices_of(cells, block.cell_bytes)};
}

void to_cells(const Ham& ham, const Tables& tables, const BlockLines& block,
              std::span<std::byte> cells) {
  look_up(tables.code.cells(), ham.symbols, block.cell_bytes, cells);
}

}  // namespace pondus::ham
