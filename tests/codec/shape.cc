#include "codec/base/shape.h"

#include <boost/test/unit_test.hpp>

#include "tests/support.h"

namespace pondus::test {
namespace {

__extension__ using Wide = unsigned __int128;

/// [record.rank] and [record.shape] in numbers that cannot wrap.
bool lawful(const std::vector<std::uint64_t>& dims) {
  Wide product = 1;
  for (const std::uint64_t dim : dims) {
    if (dim >= std::uint64_t{1} << 48) return false;
    product *= dim == 0 ? 1 : dim;
    if (product >= Wide{1} << 48) return false;
  }
  return dims.size() <= 8;
}

void check_lines(std::uint64_t rows, std::uint64_t cols, Direction direction) {
  const Lines lines(shape_of({rows, cols}), 1, direction);
  const auto lengths = line_lengths(rows, cols, direction);
  const std::uint64_t length = direction == Direction::rows ? cols : rows;
  BOOST_REQUIRE_EQUAL(lines.count(), lengths.size());
  BOOST_REQUIRE_EQUAL(lines.rows(), rows);
  BOOST_REQUIRE_EQUAL(lines.cols(), cols);
  BOOST_REQUIRE_EQUAL(lines.length(), length);
  BOOST_REQUIRE_EQUAL(lines.cells(), rows * cols);
  BOOST_REQUIRE_EQUAL(lines.line_cells(), std::min<std::uint64_t>(length, 65536));
  std::uint64_t before = 0;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    BOOST_REQUIRE_EQUAL(lines.cells_of(i), lengths[i]);
    BOOST_REQUIRE_EQUAL(lines.cells_before(i), before);
    before += lengths[i];
  }
  BOOST_REQUIRE_EQUAL(lines.cells_before(lengths.size()), before);
  BOOST_REQUIRE_EQUAL(before, rows * cols);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(shape)

BOOST_AUTO_TEST_CASE(limits_of_rank_and_dimensions) {
  constexpr std::uint64_t end = std::uint64_t{1} << 48;
  BOOST_TEST(Shape::make({}).has_value());
  BOOST_TEST(Shape::make({})->cells() == 1u);
  BOOST_TEST(Shape::make({end - 1})->cells() == end - 1);
  BOOST_TEST(!Shape::make({end}).has_value());
  BOOST_TEST(!Shape::make({~std::uint64_t{0}}).has_value());
  BOOST_TEST(Shape::make({end / 2, 1, 1}).has_value());
  BOOST_TEST(!Shape::make({end / 2, 2}).has_value());
  BOOST_TEST(!Shape::make({end / 2, 0, 2}).has_value());
  BOOST_TEST(Shape::make({end / 2, 0, 1})->cells() == 0u);
  BOOST_TEST(Shape::make(std::vector<std::uint64_t>(8, 64)).has_value() == false);
  BOOST_TEST(Shape::make(std::vector<std::uint64_t>(8, 63)).has_value());
  BOOST_TEST(!Shape::make(std::vector<std::uint64_t>(9, 1)).has_value());
}

BOOST_AUTO_TEST_CASE(random_dimensions_against_wide_arithmetic) {
  Random random(4);
  for (int round = 0; round < 100000; ++round) {
    std::vector<std::uint64_t> dims(random.below(10));
    for (auto& dim : dims) dim = random.next() >> (12 + random.below(52));
    const auto shape = Shape::make(dims);
    BOOST_REQUIRE_EQUAL(shape.has_value(), lawful(dims));
    if (!shape) continue;
    std::uint64_t product = 1;
    for (const std::uint64_t dim : dims) product *= dim;
    BOOST_REQUIRE_EQUAL(shape->cells(), product);
    BOOST_REQUIRE(std::ranges::equal(shape->dims(), dims));
  }
}

BOOST_AUTO_TEST_CASE(lines_against_the_definition) {
  constexpr std::uint64_t sizes[] = {0,     1,     2,      3,      7,      65535,
                                     65536, 65537, 131071, 131072, 131073, 200000};
  for (const std::uint64_t rows : sizes) {
    for (const std::uint64_t cols : sizes) {
      if (rows > 7 && cols > 7) continue;
      check_lines(rows, cols, Direction::rows);
      check_lines(rows, cols, Direction::columns);
    }
  }
}

BOOST_AUTO_TEST_CASE(splits_cut_the_dimensions_in_two) {
  const Shape shape = shape_of({2, 3, 5, 7});
  constexpr std::uint64_t rows[] = {1, 2, 6, 30, 210};
  for (std::uint32_t split = 0; split <= 4; ++split) {
    const Lines lines(shape, split, Direction::rows);
    BOOST_TEST(lines.rows() == rows[split]);
    BOOST_TEST(lines.cols() == 210 / rows[split]);
  }
  const Lines scalar(Shape{}, 0, Direction::columns);
  BOOST_TEST(scalar.count() == 1u);
  BOOST_TEST(scalar.cells_of(0) == 1u);
}

BOOST_AUTO_TEST_CASE(lines_of_the_largest_shapes) {
  const std::uint64_t most = (std::uint64_t{1} << 48) - 1;
  const Lines one(shape_of({most}), 0, Direction::rows);
  BOOST_TEST(one.count() == std::uint64_t{1} << 32);
  BOOST_TEST(one.cells_before(one.count() - 1) + one.cells_of(one.count() - 1) == most);
  const Lines many(shape_of({most}), 0, Direction::columns);
  BOOST_TEST(many.count() == most);
  BOOST_TEST(many.cells_before(most) == most);
}

BOOST_AUTO_TEST_CASE(dtypes_by_id_and_by_name) {
  const auto all = all_dtypes();
  BOOST_TEST(all.size() == 15u);
  for (const DtypeInfo& info : all) {
    BOOST_TEST(find_dtype(static_cast<std::uint8_t>(info.dtype)) == &info);
    BOOST_TEST(find_dtype(info.name) == &info);
    BOOST_TEST(cell_bytes(info.dtype) * 8 == info.bits);
    BOOST_TEST(decodable_bits(info.bits));
  }
  for (const int id : {0, 16, 255})
    BOOST_TEST(find_dtype(static_cast<std::uint8_t>(id)) == nullptr);
  for (const char* const name : {"", "f", "f320", "F32"})
    BOOST_TEST(find_dtype(std::string_view(name)) == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pondus::test
