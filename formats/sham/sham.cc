#include "formats/sham/sham.h"

namespace pondus::sham {

Sham from_cells(const Tables& tables, const BlockLines& block, ByteSpan cells) {
  Bytes values;
  Sham sham;
  sham.lines = find_entries(block, cells, values);
  sham.symbols = tables.index->indices_of(values, block.cell_bytes);
  return sham;
}

void to_cells(const Sham& sham, const Tables& tables, const BlockLines& block,
              std::span<std::byte> cells) {
  Bytes values(sham.lines.positions.size() * block.cell_bytes);
  look_up(tables.code.cells(), sham.symbols, block.cell_bytes, values);
  place_entries(sham.lines, block, values, cells);
}

}  // namespace pondus::sham
