// delta_map: the order of the visit, the values of changes, and payloads from the choices that are
// read from them.
#include "formats/delta_map/delta_map.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "formats/delta_map/delta_map_wire.h"
#include "formats/value_set.h"
#include "tests/all_kernels.h"
#include "tests/support.h"

namespace pondus::test {
namespace {

using delta_map::References;

/// What the changes of a block do to it is checked by decoding; here the values of those of a mask
/// are taken from the cells, as they are not listed.
delta_map::DeltaMap read_map(delta_map::BlockReader& in, const delta_map::DeltaMap& made) {
  if (in.has_mask()) return made;
  delta_map::DeltaMap map{in.references(), {}, {}};
  while (in.next_changes()) {
    map.places.insert(map.places.end(), in.places().begin(), in.places().end());
    map.values.insert(map.values.end(), in.values().begin(), in.values().end());
  }
  return map;
}

/// Coded again from its cells and the choices that it shows; gives how many changes it has.
std::uint32_t check_canonical(const Tensor& tensor, unsigned effort) {
  const Lines lines(tensor.shape, 1, Direction::rows);
  const BlockLines block{lines, {0, lines.count()}, tensor.width()};
  ValueSet values(tensor.width());
  values.add(cell_statistics(tensor.cells, tensor.width()));
  const Tables& tables = values.table(TableUse::nonzero_code)->tables;
  ByteWriter coded;
  delta_map::encoding.encode_block(tables, block, tensor.cells, effort, coded);

  delta_map::BlockReader in(tables, block, coded.written(), 0);
  const delta_map::DeltaMap made =
      delta_map::from_cells(tables, block, tensor.cells, in.references());
  BOOST_TEST((read_map(in, made) == made));
  BOOST_REQUIRE(in.ok());
  BOOST_TEST(in.has_mask() == (8 * made.places.size() >= 3 * block.cells()));
  ByteWriter again;
  delta_map::write_block(made, in.codes(), block, again);
  BOOST_TEST((again.written() == coded.written()));

  with_all_kernels([&](InstructionSet set) {
    Bytes cells(tensor.cells.size());
    BOOST_TEST(label(delta_map::encoding.decode_block(tables, block, coded.written(), 0, cells)) ==
               "ok");
    BOOST_TEST((cells == tensor.cells), name_of(set));
  });
  return in.change_count();
}

/// Lines of `cols` cells, `line(i, j)` giving cell j of line i.
template <class Line>
Tensor lines_of(std::uint64_t rows, std::uint64_t cols, Line&& line) {
  return make_tensor("w", Dtype::u32, shape_of({rows, cols}),
                     [&](std::size_t i) { return line(i / cols, i % cols); });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(delta_map_blocks)

BOOST_AUTO_TEST_CASE(order_of_the_visit) {
  using Order = std::vector<std::uint32_t>;
  BOOST_TEST((delta_map::visiting_order({0, 1, 2}) == Order{0, 1, 2}));
  BOOST_TEST((delta_map::visiting_order({2, 1, 1, 0, 1}) == Order{1, 2, 0, 3, 4}));
  BOOST_TEST((delta_map::visiting_order({1, 2, 3, 3}) == Order{3, 2, 1, 0}));
  BOOST_TEST(delta_map::visiting_order({0, 2, 1}).size() == 1u);
  BOOST_TEST(delta_map::visiting_order({1, 2, 0}).empty());
  References chain(200000);
  for (std::uint32_t i = 1; i < chain.size(); ++i) chain[i] = i - 1;
  BOOST_TEST(delta_map::visiting_order(chain).back() == chain.size() - 1);
}

BOOST_AUTO_TEST_CASE(values_of_changes) {
  const std::uint32_t first = 5;
  for (const std::uint32_t old : {0u, 5u, 3u, 9u}) {
    for (const std::uint32_t cell : {0u, 5u, 3u, 9u}) {
      if (cell == old) continue;
      const std::uint32_t value = delta_map::value_of(old, cell, first);
      BOOST_TEST(value != 0);
      BOOST_TEST(delta_map::changed(old, value, first) == cell);
    }
    for (const std::uint32_t value : {5u, 3u, 9u})
      BOOST_TEST(delta_map::changed(old, value, first) != old);
  }
}

BOOST_AUTO_TEST_CASE(from_the_choices_read) {
  const std::uint64_t rows = 60, cols = 300;
  Random random(4);
  std::vector<std::uint64_t> base(cols);
  for (auto& cell : base) cell = random.chance(0.5) ? 1 + random.below(9) : 0;
  const auto random_cell = [&](auto, auto) { return random.chance(0.5) ? 1 + random.below(9) : 0; };
  for (const unsigned effort : {1u, 5u, 9u}) {
    BOOST_TEST(check_canonical(lines_of(rows, cols, [&](auto, auto j) { return base[j]; }),
                               effort) < cols);
    // A chain: each line differs from the one before it in a cell more.
    const auto chain = [&](auto i, auto j) { return j < i ? base[j] + 1 : base[j]; };
    BOOST_TEST(check_canonical(lines_of(rows, cols, chain), effort) < cols + rows);
    check_canonical(lines_of(rows, cols, random_cell), effort);
  }
  check_canonical(lines_of(2, 70000, random_cell), 5);
  // Half of the cells would change from line to line, but a mask costs more than it saves.
  const auto either = [&](auto, auto) { return 1 + random.below(2); };
  BOOST_TEST(check_canonical(lines_of(rows, cols, either), 5) == rows * cols);
  // Masks of lines that begin within a byte, and values of one line in two parts.
  for (const std::uint64_t length : {1u, 7u, 61u, 129u})
    check_canonical(lines_of(9, length, random_cell), 5);
  check_canonical(lines_of(5, 30001, random_cell), 5);
  check_canonical(lines_of(3, 50000, [&](auto, auto j) { return 1 + j % 7; }), 5);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pondus::test
