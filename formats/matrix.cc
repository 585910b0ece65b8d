#include "formats/matrix.h"

#include <algorithm>
#include <cstring>

namespace pondus {
namespace {

/// A rectangle of the matrix: part of one column cut by segments, or some whole columns.
struct Columns {
  std::uint64_t first_row, row_count, first_col, col_count;
  std::uint64_t first_cell(std::uint64_t cols) const { return first_row * cols + first_col; }
};

/// Splits the column lines of `block` into rectangles and calls `work(rectangle, cells before it)`.
template <class Work>
void for_each_rectangle(const BlockLines& block, Work&& work) {
  const Lines& lines = block.lines;
  if (lines.segments() == 1) {
    work(Columns{0, lines.rows(), block.range.begin, block.count()}, std::uint64_t{0});
    return;
  }
  std::uint64_t before = 0;
  for (std::uint64_t line = block.range.begin; line < block.range.end; ++line) {
    const std::uint64_t first_row = line % lines.segments() * line_cells_most;
    work(Columns{first_row, lines.cells_of(line), line / lines.segments(), 1}, before);
    before += lines.cells_of(line);
  }
}

/// to[c][r] = from[r][c] for r < rows and c < cols; strides in cells between rows.
template <class Cell>
void transpose_part(const std::byte* from, std::size_t from_stride, std::byte* to,
                    std::size_t to_stride, std::size_t rows, std::size_t cols) {
  for (std::size_t c = 0; c < cols; ++c) {
    for (std::size_t r = 0; r < rows; ++r) {
      std::memcpy(to + (c * to_stride + r) * sizeof(Cell),
                  from + (r * from_stride + c) * sizeof(Cell), sizeof(Cell));
    }
  }
}

/// The same by squares of whole cache lines: strides are often powers of two, so that the lines of
/// a longer tile would drive each other out of the cache.
template <class Cell>
void transpose(const std::byte* from, std::size_t from_stride, std::byte* to, std::size_t to_stride,
               std::size_t rows, std::size_t cols) {
  constexpr std::size_t side = 64 / sizeof(Cell);
  for (std::size_t r = 0; r < rows; r += side) {
    for (std::size_t c = 0; c < cols; c += side) {
      const std::byte* const source = from + (r * from_stride + c) * sizeof(Cell);
      std::byte* const target = to + (c * to_stride + r) * sizeof(Cell);
      if (r + side > rows || c + side > cols) {
        transpose_part<Cell>(source, from_stride, target, to_stride, std::min(side, rows - r),
                             std::min(side, cols - c));
        continue;
      }
      std::byte in[side * 64], out[side * 64];
      for (std::size_t i = 0; i < side; ++i)
        std::memcpy(in + i * 64, source + i * from_stride * sizeof(Cell), 64);
      transpose_part<Cell>(in, side, out, side, side, side);
      for (std::size_t i = 0; i < side; ++i)
        std::memcpy(target + i * to_stride * sizeof(Cell), out + i * 64, 64);
    }
  }
}

/// Adds 1 to each count whose cell is nonzero.
template <class Cell>
void add_nonzero(const std::byte* cells, std::span<std::uint32_t> counts) {
  for (std::size_t i = 0; i < counts.size(); ++i)
    counts[i] += load<Cell>(cells + i * sizeof(Cell)) != 0;
}

}  // namespace

ByteSpan gather(const Matrix& matrix, const BlockLines& block, Bytes& scratch) {
  const std::uint64_t bytes = block.plain_bytes();
  if (block.lines.direction() == Direction::rows) {
    return matrix.cells.subspan(block.lines.cells_before(block.range.begin) * block.cell_bytes,
                                bytes);
  }
  scratch.resize(bytes);
  with_cell(block.cell_bytes, [&](auto cell) {
    for_each_rectangle(block, [&](const Columns& part, std::uint64_t before) {
      transpose<decltype(cell)>(
          matrix.cells.data() + part.first_cell(block.lines.cols()) * sizeof cell,
          block.lines.cols(), scratch.data() + before * sizeof cell, part.row_count, part.row_count,
          part.col_count);
    });
  });
  return scratch;
}

void scatter(ByteSpan line_cells, const BlockLines& block, std::span<std::byte> cells) {
  if (block.lines.direction() == Direction::rows) {
    const auto place =
        cells.subspan(block.lines.cells_before(block.range.begin) * block.cell_bytes);
    std::ranges::copy(line_cells, place.begin());
    return;
  }
  with_cell(block.cell_bytes, [&](auto cell) {
    for_each_rectangle(block, [&](const Columns& part, std::uint64_t before) {
      transpose<decltype(cell)>(line_cells.data() + before * sizeof cell, part.row_count,
                                cells.data() + part.first_cell(block.lines.cols()) * sizeof cell,
                                block.lines.cols(), part.col_count, part.row_count);
    });
  });
}

std::vector<std::uint32_t> count_entries(const Matrix& matrix, Direction direction) {
  const Lines lines = matrix.lines(direction);
  std::vector<std::uint32_t> counts(lines.count());
  if (counts.empty()) return counts;
  with_cell(matrix.cell_bytes, [&](auto cell) {
    using Cell = decltype(cell);
    if (direction == Direction::rows) {
      ByteSpan left = matrix.cells;
      for (std::uint64_t line = 0; line < lines.count(); ++line) {
        const std::size_t bytes = lines.cells_of(line) * sizeof(Cell);
        counts[line] = static_cast<std::uint32_t>(count_nonzero<Cell>(left.first(bytes)));
        left = left.subspan(bytes);
      }
      return;
    }
    std::vector<std::uint32_t> of_segment(lines.cols());
    for (std::uint64_t row = 0; row < lines.rows();) {
      const std::uint64_t segment = row / line_cells_most;
      const std::uint64_t end = std::min<std::uint64_t>(lines.rows(), row + line_cells_most);
      std::ranges::fill(of_segment, 0u);
      for (; row < end; ++row)
        add_nonzero<Cell>(&matrix.cells[row * lines.cols() * sizeof(Cell)], of_segment);
      for (std::uint64_t col = 0; col < lines.cols(); ++col)
        counts[col * lines.segments() + segment] = of_segment[col];
    }
  });
  return counts;
}

}  // namespace pondus
