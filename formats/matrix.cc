#include "formats/matrix.h"

#include <algorithm>
#include <cstring>

namespace pondus {
namespace {

/// A rectangle of the matrix: part of one column cut by segments, or some whole columns.
struct Columns {
  std::uint64_t first_row, row_count, first_col, col_count;
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

/// Visits a rectangle in tiles that stay in cache, as `move(index in C order, index in line
/// order)`.
template <class Move>
void for_each_cell(const Columns& part, std::uint64_t cols, std::uint64_t before, Move&& move) {
  constexpr std::uint64_t tile = 32;
  for (std::uint64_t row = 0; row < part.row_count; row += tile) {
    const std::uint64_t row_end = std::min(row + tile, part.row_count);
    for (std::uint64_t col = 0; col < part.col_count; ++col) {
      for (std::uint64_t r = row; r < row_end; ++r) {
        move((part.first_row + r) * cols + part.first_col + col, before + col * part.row_count + r);
      }
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
      for_each_cell(part, block.lines.cols(), before, [&](std::uint64_t from, std::uint64_t to) {
        std::memcpy(&scratch[to * sizeof cell], &matrix.cells[from * sizeof cell], sizeof cell);
      });
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
      for_each_cell(part, block.lines.cols(), before, [&](std::uint64_t to, std::uint64_t from) {
        std::memcpy(&cells[to * sizeof cell], &line_cells[from * sizeof cell], sizeof cell);
      });
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
