#include "formats/plan.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "formats/registry.h"
#include "formats/statistics.h"
#include "tests/support.h"

namespace pondus::test {
namespace {

/// The greedy fill of the specification's canonical form, from the symbols and cells of each line.
std::vector<LineRange> filled(const std::vector<std::uint32_t>& symbols,
                              const std::vector<std::uint32_t>& cells, std::uint64_t symbols_most,
                              std::uint64_t cells_most) {
  std::vector<LineRange> blocks;
  for (std::uint64_t begin = 0, end = 0; begin < cells.size(); begin = end) {
    std::uint64_t symbol_sum = symbols[begin];
    std::uint64_t cell_sum = cells[begin];
    for (end = begin + 1; end < cells.size(); ++end) {
      symbol_sum += symbols[end];
      cell_sum += cells[end];
      if (symbol_sum > symbols_most || cell_sum > cells_most) break;
    }
    blocks.push_back({begin, end});
  }
  return blocks;
}

void check_fill(std::uint64_t rows, std::uint64_t cols, std::vector<std::uint32_t> entry_counts) {
  const Lines lines(shape_of({rows, cols}), 1, Direction::rows);
  const auto cells = line_lengths(rows, cols, Direction::rows);
  entry_counts.resize(cells.size());
  const std::vector<std::uint32_t> none(cells.size());
  for (const Encoding* const encoding : all_encodings()) {
    const auto& symbols = encoding->symbols == Symbols::entries ? entry_counts
                          : encoding->symbols == Symbols::cells ? cells
                                                                : none;
    const bool few =
        encoding->name == "csc" || encoding->name == "sham" || encoding->name == "cser";
    const auto expected = filled(symbols, cells, 65536, few ? 262144 : encoding->block_cells_most);
    BOOST_TEST_CONTEXT(encoding->name << " " << rows << " x " << cols) {
      BOOST_TEST((fill_blocks(lines, *encoding, entry_counts) == expected));
    }
  }
}

/// An encoding that notes what it is made to encode.
struct Watched {
  static inline const Encoding* encoding;
  static inline std::uint64_t cells;
  static inline unsigned effort;

  static Encoding watch(std::string_view name) {
    encoding = find_encoding(name);
    cells = effort = 0;
    Encoding watched = *encoding;
    watched.encode_block = [](const Tables& tables, const BlockLines& block, ByteSpan from,
                              unsigned with, ByteWriter& out) {
      cells += block.cells();
      effort = std::max(effort, with);
      encoding->encode_block(tables, block, from, with, out);
    };
    return watched;
  }
};

/// Plans cells without any structure, of an entropy that is said to be `order_0_bytes`.
void plan_random_cells(std::string_view other, const Encoding& watched, unsigned effort,
                       std::uint64_t order_0_bytes) {
  const Tensor tensor = sparse_tensor("t", Dtype::f32, shape_of({450, 300}), 1.0, 20, 1);
  ValueSet values(tensor.width());
  values.add(cell_statistics(tensor.cells, tensor.width()));
  const Encoding* const encodings[] = {find_encoding(other), &watched};
  const Matrix matrix{tensor.cells, tensor.shape, 1, tensor.width()};
  const auto plan =
      choose_plan({matrix, Layout::automatic, values, false, order_0_bytes, 1, effort}, encodings);
  BOOST_TEST((plan && plan->encoding == encodings[0]));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(plan)

BOOST_AUTO_TEST_CASE(the_least_effort_encodes_a_sample_in_one_direction) {
  const Encoding watched = Watched::watch("gap_map");
  plan_random_cells("ham", watched, 1, 0);
  const std::uint64_t cells = Watched::cells;
  BOOST_TEST(cells > 0u);
  BOOST_TEST(cells < 450u * 300u / 4);
  plan_random_cells("ham", watched, 2, 0);
  BOOST_TEST(Watched::cells > cells * 3 / 2 + cells);
}

BOOST_AUTO_TEST_CASE(the_least_effort_trusts_the_entropy_of_single_cells) {
  const Encoding watched = Watched::watch("gap_map");
  plan_random_cells("ham", watched, 1, ~std::uint64_t{0});
  BOOST_TEST(Watched::cells == 0u);
  plan_random_cells("ham", watched, 2, ~std::uint64_t{0});
  BOOST_TEST(Watched::cells > 0u);
}

BOOST_AUTO_TEST_CASE(more_effort_goes_where_less_finds_more_than_single_cells) {
  const Encoding watched = Watched::watch("zstd_map");
  plan_random_cells("context_map", watched, effort_most, 0);
  BOOST_TEST(Watched::effort > 0u);
  BOOST_TEST(Watched::effort < effort_most);
  plan_random_cells("context_map", watched, effort_most, ~std::uint64_t{0});
  BOOST_TEST(Watched::effort == effort_most);
}

BOOST_AUTO_TEST_CASE(blocks_end_where_the_next_line_would_not_fit) {
  check_fill(0, 5, {});
  check_fill(1, 1, {1});
  for (const std::uint64_t cols :
       {255u, 256u, 257u, 32768u, 32769u, 65535u, 65536u, 65537u, 131072u}) {
    check_fill(600, cols, {});
    check_fill(9, cols, {32768, 32768, 1, 65535, 1, 65535, 2, 65536, 65536});
  }
  Random random(16);
  for (int round = 0; round < 100; ++round) {
    const std::uint64_t cols = 1 + random.below(65536);
    std::vector<std::uint32_t> counts(200);
    for (auto& count : counts) count = static_cast<std::uint32_t>(random.below(cols + 1));
    check_fill(200, cols, counts);
  }
}

/// Whether entries are counted, or known from the values.
BOOST_AUTO_TEST_CASE(prices_are_what_is_stored) {
  for (const double density : {0.7, 0.99, 1.0}) {
    const Tensor tensor = sparse_tensor("t", Dtype::f32, shape_of({450, 300}), density, 20, 1);
    const auto statistics = cell_statistics(tensor.cells, tensor.width());
    ValueSet values(tensor.width());
    values.add(statistics);
    BOOST_TEST(values.holds_zero() == (density < 1));
    const Matrix matrix{tensor.cells, tensor.shape, 1, tensor.width()};
    const Encoding* const csc = find_encoding("csc");
    const auto plan =
        choose_plan({matrix, Layout::automatic, values, false, 0, 1, 1}, std::span(&csc, 1));
    BOOST_REQUIRE(plan.has_value());
    std::uint64_t stored = 0;
    for (const LineRange& range : plan->blocks) {
      const BlockLines block{matrix.lines(plan->direction), range, tensor.width()};
      Bytes scratch;
      stored += encode_block(*csc, {}, block, gather(matrix, block, scratch)).size();
    }
    BOOST_TEST(plan->payload_bytes == stored);
    BOOST_TEST((plan->blocks == fill_blocks(matrix.lines(plan->direction), *csc,
                                            count_entries(matrix, plan->direction))));
  }
}

BOOST_AUTO_TEST_CASE(layouts_of_shapes) {
  using enum Layout;
  const Shape keras = shape_of({3, 3, 16, 32});
  BOOST_TEST(split_of(keras, automatic) == 3u);
  BOOST_TEST(split_of(keras, oihw) == 1u);
  BOOST_TEST(split_of(keras, hwio) == 3u);
  BOOST_TEST((direction_of(keras, automatic) == Direction::columns));
  BOOST_TEST((direction_of(keras, oihw) == Direction::rows));
  BOOST_TEST(split_of(shape_of({11, 11, 12, 12}), automatic) == 3u);
  for (const auto& shape :
       {shape_of({12, 3, 16, 32}), shape_of({3, 12, 16, 32}), shape_of({3, 3, 3, 32}),
        shape_of({3, 3, 32, 3}), shape_of({32, 16, 3, 3}), shape_of({3, 16, 32}),
        shape_of({3, 3, 16, 32, 64}), shape_of({5, 7})}) {
    BOOST_TEST(split_of(shape, automatic) == 1u);
    BOOST_TEST((direction_of(shape, automatic) == Direction::rows));
  }
  BOOST_TEST(split_of(shape_of({5, 7, 9}), hwio) == 2u);
  for (const Layout layout : {automatic, oihw, hwio}) {
    BOOST_TEST(split_of(Shape{}, layout) == 0u);
    BOOST_TEST(split_of(shape_of({7}), layout) == 0u);
    BOOST_TEST((direction_of(shape_of({7}), layout) == Direction::rows));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pondus::test
