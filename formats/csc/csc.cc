#include "formats/csc/csc.h"

#include <algorithm>

namespace pondus::csc {

Csc from_cells(const BlockLines& block, ByteSpan cells) {
  Csc csc;
  csc.counts.reserve(block.count());
  with_cell(block.cell_bytes, [&](auto cell) {
    using Cell = decltype(cell);
    const std::byte* at = cells.data();
    for (std::uint32_t line = 0; line < block.count(); ++line) {
      const std::size_t before = csc.positions.size();
      for (std::uint32_t i = 0; i < block.cells_of(line); ++i, at += sizeof(Cell)) {
        if (load<Cell>(at) == 0) continue;
        csc.positions.push_back(static_cast<std::uint16_t>(i));
        csc.values.insert(csc.values.end(), at, at + sizeof(Cell));
      }
      csc.counts.push_back(static_cast<std::uint32_t>(csc.positions.size() - before));
    }
  });
  return csc;
}

void to_cells(const Csc& csc, const BlockLines& block, std::span<std::byte> cells) {
  std::ranges::fill(cells, std::byte{0});
  with_cell(block.cell_bytes, [&](auto cell) {
    std::byte* line_cells = cells.data();
    const std::uint16_t* position = csc.positions.data();
    const std::byte* value = csc.values.data();
    for (std::uint32_t line = 0; line < block.count(); ++line) {
      for (std::uint32_t i = 0; i < csc.counts[line]; ++i, value += sizeof cell) {
        std::memcpy(line_cells + *position++ * sizeof cell, value, sizeof cell);
      }
      line_cells += block.cells_of(line) * sizeof cell;
    }
  });
}

}  // namespace pondus::csc
