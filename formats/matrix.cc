#include "formats/matrix.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "formats/cell_loop.h"

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

/// Counts entries of rows, of columns, or of both in one pass.
template <class Cell>
class EntryCounter {
 public:
  EntryCounter(const Matrix& matrix, std::span<std::uint32_t> of_rows,
               std::span<std::uint32_t> of_columns)
      : cells_(matrix.cells),
        cols_(matrix.lines(Direction::columns).cols()),
        of_rows_(of_rows),
        of_columns_(of_columns),
        column_segments_(matrix.lines(Direction::columns).segments()),
        of_segment_(of_columns.empty() ? 0 : cols_) {}

  void run() {
    const std::uint64_t rows = cols_ == 0 ? 0 : cells_.size() / sizeof(Cell) / cols_;
    std::size_t line = 0;  // among those of rows
    for (std::uint64_t row = 0; row < rows; ++row) {
      for (std::uint64_t col = 0; col < cols_; col += line_cells_most, ++line) {
        const std::uint64_t count = std::min<std::uint64_t>(cols_ - col, line_cells_most);
        const ByteSpan segment = cells_.first(count * sizeof(Cell));
        cells_ = cells_.subspan(segment.size());
        const auto entries = static_cast<std::uint32_t>(
            of_columns_.empty() ? count_nonzero<Cell>(segment)
                                : add_nonzero(segment, std::span(of_segment_).subspan(col, count)));
        if (!of_rows_.empty()) of_rows_[line] = entries;
      }
      if ((row + 1) % line_cells_most == 0 || row + 1 == rows) end_segment(row / line_cells_most);
    }
  }

 private:
  /// Adds 1 to each count whose cell is nonzero, and gives how many these are. In vectors, which
  /// takes that the ones lie apart from the counts.
  static std::size_t add_nonzero(ByteSpan cells, std::span<std::uint32_t> counts) {
    std::size_t sum = 0;
    std::uint32_t* const to = counts.data();
    for_each_piece<Cell, vector_lines>(cells, [&](std::size_t begin, auto count) {
      std::uint32_t ones[vector_lines * 64 / sizeof(Cell)];
      for (std::size_t i = 0; i < count; ++i)
        ones[i] = static_cast<std::uint32_t>(
            nonzero_bit(load<Cell>(cells.data() + (begin + i) * sizeof(Cell))));
      std::uint32_t nonzero = 0;
      for (std::size_t i = 0; i < count; ++i) {
        to[begin + i] += ones[i];
        nonzero += ones[i];
      }
      sum += nonzero;
    });
    return sum;
  }

  void end_segment(std::uint64_t segment) {
    for (std::size_t col = 0; col < of_segment_.size(); ++col)
      of_columns_[col * column_segments_ + segment] = std::exchange(of_segment_[col], 0);
  }

  ByteSpan cells_;  ///< that are left
  std::uint64_t cols_;
  std::span<std::uint32_t> of_rows_;
  std::span<std::uint32_t> of_columns_;
  std::uint64_t column_segments_;
  std::vector<std::uint32_t> of_segment_;  ///< of the columns, in the rows since it began
};

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

void count_entries(const Matrix& matrix, std::span<std::uint32_t> of_rows,
                   std::span<std::uint32_t> of_columns) {
  with_cell(matrix.cell_bytes,
            [&](auto cell) { EntryCounter<decltype(cell)>(matrix, of_rows, of_columns).run(); });
}

std::vector<std::uint32_t> count_entries(const Matrix& matrix, Direction direction) {
  std::vector<std::uint32_t> counts(matrix.lines(direction).count());
  const bool rows = direction == Direction::rows;
  count_entries(matrix, rows ? counts : std::span<std::uint32_t>(),
                rows ? std::span<std::uint32_t>() : counts);
  return counts;
}

}  // namespace pondus
