// A tensor's cells seen as a matrix, and its lines in line order.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "codec/base/shape.h"
#include "codec/bits/byte_writer.h"

namespace pondus {

/// The cells of a matrix in C order, each little endian on any machine. cells.size() ==
/// lines.cells() * cell_bytes for the lines of either direction.
struct Matrix {
  ByteSpan cells;
  Shape shape;
  std::uint32_t split = 0;
  std::uint32_t cell_bytes = 1;  ///< 1, 2, 4 or 8

  Lines lines(Direction direction) const { return {shape, split, direction}; }
};

/// Calls `work` with a value of the unsigned type of `cell_bytes` bytes.
template <class Work>
decltype(auto) with_cell(std::uint32_t cell_bytes, Work&& work) {
  switch (cell_bytes) {
    case 1:
      return work(std::uint8_t{});
    case 2:
      return work(std::uint16_t{});
    case 4:
      return work(std::uint32_t{});
    default:
      return work(std::uint64_t{});
  }
}

/// Some lines of a matrix, and where their cells lie: all that an encoding knows of a block.
struct BlockLines {
  Lines lines;
  LineRange range;
  std::uint32_t cell_bytes = 1;

  std::uint32_t count() const { return static_cast<std::uint32_t>(range.end - range.begin); }
  std::uint64_t cells() const {
    return lines.cells_before(range.end) - lines.cells_before(range.begin);
  }
  std::uint64_t plain_bytes() const { return cells() * cell_bytes; }
  std::uint32_t cells_of(std::uint32_t line) const { return lines.cells_of(range.begin + line); }
};

/// The cells of `block` in line order: a view of the matrix where they lie so already, else copied
/// to `scratch`.
ByteSpan gather(const Matrix& matrix, const BlockLines& block, Bytes& scratch);

/// The mirror: puts cells in line order to their places among all `cells` of the matrix, in C
/// order.
void scatter(ByteSpan line_cells, const BlockLines& block, std::span<std::byte> cells);

/// The number of entries of each line of both directions, in one pass; a direction without a place
/// for them is left out.
void count_entries(const Matrix& matrix, std::span<std::uint32_t> of_rows,
                   std::span<std::uint32_t> of_columns);
/// Of one direction.
std::vector<std::uint32_t> count_entries(const Matrix& matrix, Direction direction);

}  // namespace pondus
