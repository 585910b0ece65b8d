// context_map beyond single blocks of vectors: what its models gain, and that choices fix bytes.
#include "formats/context_map/context_map.h"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "codec/base/instruction_set.h"
#include "formats/statistics.h"
#include "tests/support.h"

namespace pondus::test {
namespace {

using context_map::ContextMap;

constexpr double no_pruning = 0;

/// An f32 matrix of rank 2 and some noise, its values rounded to steps and pruned.
Tensor of_rank_2(std::uint64_t rows, std::uint64_t cols, double step, double threshold) {
  Random random(7);
  const auto unit = [&] { return static_cast<double>(random.below(2001)) / 1000 - 1; };
  std::vector<double> left(2 * rows), right(2 * cols);
  for (double& x : left) x = unit();
  for (double& x : right) x = unit();
  return make_tensor("w", Dtype::f32, shape_of({rows, cols}), [&](std::size_t i) -> std::uint64_t {
    const double* const a = &left[i / cols * 2];
    const double* const b = &right[i % cols * 2];
    const double exact = a[0] * b[0] + a[1] * b[1] + 0.02 * unit();
    const double value = std::abs(exact) < threshold ? 0 : std::round(exact / step) * step;
    return value == 0 ? 0 : std::bit_cast<std::uint32_t>(static_cast<float>(value));
  });
}

struct Coded {
  CellStatistics statistics;
  Bytes block;
  BlockLines lines;
  Tables tables;
  std::unique_ptr<CellIndex> index;
};

Coded encode(const Tensor& tensor, unsigned effort) {
  Coded coded;
  coded.statistics = cell_statistics(tensor.cells, tensor.width());
  coded.tables.codebook = Codebook::trusted(coded.statistics.values, tensor.width());
  coded.index = std::make_unique<CellIndex>(coded.statistics.values, tensor.width());
  coded.tables.index = coded.index.get();
  const Lines lines(tensor.shape, 1, Direction::rows);
  coded.lines = {lines, {0, lines.count()}, tensor.width()};
  coded.block =
      encode_block(context_map::encoding, coded.tables, coded.lines, tensor.cells, effort);
  return coded;
}

void check(const Tensor& tensor, unsigned effort, double entropy_share) {
  const Coded coded = encode(tensor, effort);
  const double cells = static_cast<double>(tensor.shape.cells());
  BOOST_TEST(static_cast<double>(coded.block.size()) <=
             coded.statistics.entropy_bits * cells / 8 * entropy_share + 500);
  Bytes cells_again(tensor.cells.size());
  BOOST_TEST(label(decode_block(context_map::encoding, coded.tables, coded.lines, coded.block, 0,
                                cells_again)) == "ok");
  BOOST_TEST((cells_again == tensor.cells));
  const auto map =
      context_map::read_coded(tensor.shape.cells(), coded.tables.entries(), coded.block, 0);
  BOOST_REQUIRE(map.has_value());
  ByteWriter again;
  context_map::write_coded(*map, coded.tables.entries(), again);
  BOOST_TEST((again.written() == coded.block));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(context_map_blocks)

BOOST_AUTO_TEST_CASE(structure_is_taken_and_choices_fix_the_bytes) {
  for (unsigned effort = 1; effort <= effort_most; ++effort) {
    check(of_rank_2(130, 333, 0.125, 0.5), effort, 0.6);
    check(of_rank_2(64, 96, 0.02, no_pruning), effort, 0.9);
  }
}

BOOST_AUTO_TEST_CASE(more_entries_than_tokens) {
  check(of_rank_2(160, 300, 0.001, 0.3), effort_default, 0.95);
}

BOOST_AUTO_TEST_CASE(narrow_and_flat_matrices) {
  for (const auto& [rows, cols] : {std::pair{3000u, 1u}, {1500u, 3u}, {1u, 5000u}, {2u, 1023u}})
    check(of_rank_2(rows, cols, 0.25, 0.3), effort_default, 1.05);
}

BOOST_AUTO_TEST_CASE(choices_do_not_depend_on_the_machine) {
  for (const Tensor& tensor : {of_rank_2(150, 611, 0.04, 0.2), of_rank_2(29, 9001, 0.04, 0.2)}) {
    const Coded expected = encode(tensor, effort_most);
    for (const InstructionSet set : instruction_sets()) {
      use_instruction_set(set);
      BOOST_TEST((encode(tensor, effort_most).block == expected.block), name_of(set));
    }
    use_instruction_set(instruction_sets().back());
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pondus::test
