// Stored bits <= the proved bound <= the papers' form and a constant per block, on random and on
// adversarial matrices.
#include <boost/test/unit_test.hpp>

#include "tests/bounds.h"
#include "tests/papers.h"

namespace pondus::test {
namespace {

/// Rows in turn full and empty, a matrix of a single full row, one full column, a diagonal.
std::vector<Tensor> adversarial(Dtype dtype, std::uint64_t rows, std::uint64_t cols) {
  const Shape shape = shape_of({rows, cols});
  const auto make = [&](const char* name, auto&& is_entry) {
    return make_tensor(name, dtype, shape, [&](std::size_t i) {
      return is_entry(i / cols, i % cols) ? 1 + i * 2654435761u : 0;
    });
  };
  return {
      make("alternating rows", [](auto row, auto) { return row % 2 == 0; }),
      make("alternating columns", [](auto, auto col) { return col % 2 == 0; }),
      make("one row", [&](auto row, auto) { return row == rows / 2; }),
      make("one column", [&](auto, auto col) { return col == cols - 1; }),
      make("diagonal", [&](auto row, auto col) { return row * cols / rows == col; }),
      make("full", [](auto, auto) { return true; }),
      make("empty", [](auto, auto) { return false; }),
      make("last cell", [&](auto row, auto col) { return row + 1 == rows && col + 1 == cols; })};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(space_bounds)

BOOST_AUTO_TEST_CASE(formulas_of_the_papers) {
  // 4 x 3, three entries, four values, 32 bits: 3 * (32 + 8) + 3 * 8, and 12 * 2 + 4 * 32.
  const Facts facts{3, 4, 3, 4, 32, 2, 3, 1, {}, {}, 3};
  BOOST_TEST(papers_csc(facts) == 144u);
  BOOST_TEST(papers_index_map(facts) == 152u);
  const Huffman code = huffman({1, 2, 1, 4});  // lengths 3, 2, 3, 1
  BOOST_TEST(code.bits == 14u);
  BOOST_TEST(code.longest == 3u);
  // 64 bits for S = 14 and words of 64; k*b + 4*8 + 5*8 + 4*8.
  BOOST_TEST(papers_ham({1, 8, 4, 4, 64, 4, 1, 1, code, {}, 3}) == 64u + 4 * 64 + 104);
  BOOST_TEST(word_bits(255) == 8u);
  BOOST_TEST(word_bits(256) == 16u);
  BOOST_TEST(word_bits(65535) == 16u);
  BOOST_TEST(word_bits(65536) == 32u);
  BOOST_TEST(log2_ceil(1) == 0u);
  BOOST_TEST(log2_ceil(256) == 8u);
  BOOST_TEST(log2_ceil(257) == 9u);
}

BOOST_AUTO_TEST_CASE(random_matrices) {
  std::uint64_t seed = 20;
  for (const double density : {0.001, 0.01, 0.1, 0.5, 0.9, 1.0}) {
    for (const std::uint64_t distinct : {1u, 3u, 15u, 16u, 255u, 256u, 5000u}) {
      for (const Dtype dtype : {Dtype::u8, Dtype::bf16, Dtype::f32, Dtype::f64}) {
        check_bounds(sparse_tensor("small", dtype, shape_of({60, 45}), density, distinct, ++seed));
      }
      const std::uint64_t cols = instrumented ? 100 : 600;
      check_bounds(
          sparse_tensor("large", Dtype::f32, shape_of({700, cols}), density, distinct, ++seed));
    }
  }
}

BOOST_AUTO_TEST_CASE(adversarial_matrices) {
  for (const std::uint64_t cols : {1u, 255u, 256u, 257u, 1000u}) {
    for (const std::uint64_t rows : {1u, 64u, 300u}) {
      for (const Tensor& tensor : adversarial(Dtype::f32, rows, cols)) check_bounds(tensor);
    }
  }
  for (const Tensor& tensor : adversarial(Dtype::u8, 3, instrumented ? 65537 : 140000))
    check_bounds(tensor);
  for (const Tensor& tensor : adversarial(Dtype::bf16, instrumented ? 65537 : 140000, 2))
    check_bounds(tensor);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pondus::test
