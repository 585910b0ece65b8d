#include "formats/matrix.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "tests/support.h"

namespace pondus::test {
namespace {

constexpr std::byte untouched{0xA5};

constexpr std::uint32_t widths[] = {1, 2, 4, 8};
constexpr Direction directions[] = {Direction::rows, Direction::columns};

struct Sample {
  Bytes cells;
  Matrix matrix;
};

/// A matrix whose cells differ from each other as far as their width allows; about a third is zero.
Sample sample(const Shape& shape, std::uint32_t split, std::uint32_t width) {
  Sample made{Bytes(shape.cells() * width), {}};
  for (std::size_t i = 0; i < shape.cells(); ++i) {
    put_cell(made.cells, i, width, i % 3 == 1 ? 0 : (i + 1) * 0x9E3779B97F4A7C15 | 1);
  }
  made.matrix = {made.cells, shape, split, width};
  return made;
}

/// gather and scatter of one block against `ordered`, all cells in line order.
void check_block(const Sample& given, const BlockLines& block, const Bytes& ordered,
                 const Bytes& markers) {
  const std::uint64_t before = block.lines.cells_before(block.range.begin) * block.cell_bytes;
  const auto expected = ByteSpan(ordered).subspan(before, block.plain_bytes());
  Bytes scratch;
  const ByteSpan gathered = gather(given.matrix, block, scratch);
  BOOST_REQUIRE(std::ranges::equal(gathered, expected));
  Bytes scattered(given.cells.size(), untouched);
  scatter(expected, block, scattered);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < scattered.size(); ++i) {
    wrong += scattered[i] != (markers[i] == std::byte{1} ? given.cells[i] : untouched);
  }
  BOOST_REQUIRE_EQUAL(wrong, 0);
}

/// 1 for each byte of the matrix that a block holds, by row and column.
Bytes marked(const BlockLines& block) {
  const Lines& lines = block.lines;
  const std::uint64_t begin = lines.cells_before(block.range.begin);
  const std::uint64_t end = lines.cells_before(block.range.end);
  Bytes marks(lines.cells() * block.cell_bytes);
  for (std::uint64_t place = begin; place < end; ++place) {
    const std::uint64_t c_order = lines.direction() == Direction::rows
                                      ? place
                                      : place % lines.rows() * lines.cols() + place / lines.rows();
    std::fill_n(marks.begin() + static_cast<std::ptrdiff_t>(c_order * block.cell_bytes),
                block.cell_bytes, std::byte{1});
  }
  return marks;
}

void check_counts(const Sample& given, const Lines& lines, const Bytes& ordered) {
  const auto counts = count_entries(given.matrix, lines.direction());
  const auto lengths = line_lengths(lines.rows(), lines.cols(), lines.direction());
  BOOST_REQUIRE_EQUAL(counts.size(), lengths.size());
  std::size_t at = 0;
  for (std::size_t line = 0; line < lengths.size(); ++line) {
    std::uint32_t entries = 0;
    for (std::uint32_t i = 0; i < lengths[line]; ++i)
      entries += get_cell(ordered, at++, given.matrix.cell_bytes) != 0;
    BOOST_REQUIRE_EQUAL(counts[line], entries);
  }
  std::vector<std::uint32_t> of_rows(given.matrix.lines(Direction::rows).count());
  std::vector<std::uint32_t> of_columns(given.matrix.lines(Direction::columns).count());
  count_entries(given.matrix, of_rows, of_columns);
  BOOST_REQUIRE((counts == (lines.direction() == Direction::rows ? of_rows : of_columns)));
}

/// Every number up to `end`, or where there are many, those at both ends, beside a segment and in
/// the middle.
std::vector<std::uint64_t> some_up_to(std::uint64_t end) {
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t i = 0; i <= end; ++i) {
    if (i < 2 || i + 2 > end || end < 100 || i == 65535) numbers.push_back(i);
  }
  return numbers;
}

/// Every block of a small matrix, some of a large one.
void check_blocks(const Shape& shape, std::uint32_t split, std::uint32_t width) {
  const Sample given = sample(shape, split, width);
  for (const Direction direction : directions) {
    const Lines lines(shape, split, direction);
    const Bytes ordered = line_order(given.cells, width, lines.rows(), lines.cols(), direction);
    check_counts(given, lines, ordered);
    const auto numbers = some_up_to(lines.count());
    for (const std::uint64_t begin : numbers) {
      for (const std::uint64_t end : numbers) {
        if (begin >= end) continue;
        const BlockLines block{lines, {begin, end}, width};
        check_block(given, block, ordered, marked(block));
      }
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(matrix)

BOOST_AUTO_TEST_CASE(every_block_of_small_matrices) {
  for (std::uint64_t a = 0; a < 5; ++a) {
    for (std::uint64_t b = 0; b < 5; ++b) {
      for (std::uint64_t c = 1; c < 4; ++c) {
        for (const std::uint32_t width : widths) {
          for (std::uint32_t split = 0; split <= 3; ++split)
            check_blocks(shape_of({a, b, c}), split, width);
        }
      }
    }
  }
  for (const std::uint32_t width : widths) check_blocks(Shape{}, 0, width);
}

BOOST_AUTO_TEST_CASE(matrices_of_several_tiles) {
  for (const std::uint32_t width : widths) {
    check_blocks(shape_of({70, 9}), 1, width);
    check_blocks(shape_of({9, 70}), 1, width);
    check_blocks(shape_of({33, 3}), 1, width);
    check_blocks(shape_of({130, 140}), 1, width);
  }
}

BOOST_AUTO_TEST_CASE(lines_of_several_segments) {
  for (const std::uint64_t length : {65535u, 65536u, 65537u, 131075u}) {
    check_blocks(shape_of({length, 2}), 1, 2);
    check_blocks(shape_of({2, length}), 1, 1);
    check_blocks(shape_of({length}), 0, 4);
    check_blocks(shape_of({length, 1}), 1, 1);
    if (instrumented) break;
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pondus::test
