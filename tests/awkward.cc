#include "tests/awkward.h"

#include <algorithm>

namespace pondus::test {
namespace {

/// Zeros of both signs, infinities, NaNs with payloads and either sign, subnormals and the largest
/// numbers.
std::uint64_t special(std::uint32_t width, std::size_t i) {
  const std::uint32_t bits = 8 * width;
  const std::uint64_t sign = std::uint64_t{1} << (bits - 1);
  const std::uint32_t mantissa = bits == 64 ? 52 : bits == 32 ? 23 : bits == 16 ? 10 : 3;
  const std::uint64_t infinity = (sign - 1) >> mantissa << mantissa;
  const std::uint64_t quiet = std::uint64_t{1} << (mantissa - 1);
  const std::uint64_t cells[] = {0,
                                 sign,
                                 1,
                                 sign | 1,
                                 quiet,
                                 (std::uint64_t{1} << mantissa) - 1,
                                 infinity,
                                 sign | infinity,
                                 infinity | 1,
                                 infinity | quiet,
                                 infinity | quiet | 1,
                                 sign | infinity | quiet | 2,
                                 sign | infinity | 1,
                                 infinity - 1,
                                 sign - 1,
                                 sign | (sign - 1)};
  return cells[i % std::size(cells)];
}

/// The n-th of many distinct cells, nonzero from 1 on, spread over all bits.
std::uint64_t nth_cell(std::uint32_t width, std::uint64_t n) {
  const std::uint64_t odd = 0x9E3779B97F4A7C15;
  return width == 8 ? n * odd : n * odd & ((std::uint64_t{1} << 8 * width) - 1);
}

void shapes_of_few_cells(Dtype dtype, const Take& take) {
  const std::uint32_t width = cell_bytes(dtype);
  const std::initializer_list<std::uint64_t> empty[] = {{0}, {0, 5}, {5, 0}, {3, 0, 2}, {0, 0}};
  for (const auto& dims : empty)
    take({make_tensor("empty", dtype, shape_of(dims), [](std::size_t) { return 0u; })});
  const Shape ones[] = {Shape{}, shape_of({1}), shape_of({1, 1}),
                        shape_of({1, 1, 1, 1, 1, 1, 1, 1})};
  for (const Shape& shape : ones) {
    take({make_tensor("zero", dtype, shape, [](std::size_t) { return 0u; })});
    take({make_tensor("one", dtype, shape, [&](std::size_t) { return special(width, 11); })});
  }
}

void lines_and_constants(Dtype dtype, const Take& take) {
  const std::uint32_t width = cell_bytes(dtype);
  for (const auto& shape :
       {shape_of({300}), shape_of({1, 300}), shape_of({300, 1}), shape_of({17, 19})}) {
    take({make_tensor("zeros", dtype, shape, [](std::size_t) { return 0u; })});
    take({make_tensor("constant", dtype, shape, [&](std::size_t) { return special(width, 1); })});
    take({make_tensor("special", dtype, shape,
                      [&](std::size_t i) { return special(width, i * 7 + i / 16); })});
    take(
        {make_tensor("distinct", dtype, shape, [&](std::size_t i) { return nth_cell(width, i); })});
    take({make_tensor("last", dtype, shape,
                      [&](std::size_t i) { return i + 1 == shape.cells() ? 1u : 0u; })});
  }
}

/// Few cells with every number of entries: among them are blocks whose coded form is exactly as
/// large as the plain one.
void entry_counts(Dtype dtype, const Take& take) {
  for (const std::uint64_t cells : {7u, 8u, 10u}) {
    for (std::uint64_t entries = 0; entries <= cells; ++entries) {
      const auto cell = [&](std::size_t i) { return i < entries ? 0x91 + i : 0; };
      take({make_tensor(std::to_string(entries) + " entries", dtype, shape_of({cells}), cell)});
    }
  }
}

void sparse_shapes(Dtype dtype, const Take& take) {
  std::uint64_t seed = 10;
  for (const double density : {0.005, 0.05, 0.3, 0.7, 1.0}) {
    for (const std::uint64_t distinct : {1u, 5u, 200u}) {
      const auto sparse = [&](const Shape& shape) {
        return sparse_tensor("sparse", dtype, shape, density, distinct, ++seed);
      };
      take({sparse(shape_of({37, 53}))});
      take({sparse(shape_of({8, 4, 3, 3})), Layout::oihw});
      take({sparse(shape_of({3, 3, 6, 8})), Layout::automatic});
      take({sparse(shape_of({3, 3, 6, 8})), Layout::hwio});
      take({sparse(shape_of({2, 1, 3, 2, 1, 5, 2, 3})),
            distinct == 5 ? Layout::hwio : Layout::oihw});
    }
  }
}

}  // namespace

void small_tensors(Dtype dtype, const Take& take) {
  shapes_of_few_cells(dtype, take);
  lines_and_constants(dtype, take);
  entry_counts(dtype, take);
  sparse_shapes(dtype, take);
}

void distinct_counts(Dtype dtype, const Take& take) {
  const std::uint32_t width = cell_bytes(dtype);
  const std::uint64_t patterns = width == 8 ? ~std::uint64_t{0} : std::uint64_t{1} << 8 * width;
  for (const std::uint64_t k :
       {2u, 3u, 4u, 5u, 255u, 256u, 257u, 65535u, 65536u, 65537u, (1u << 20) + 1}) {
    if (k > patterns || (instrumented && k > 65537)) continue;
    const std::uint64_t cells = std::max<std::uint64_t>(2 * k + 3, 5000);
    for (const bool with_zero : {true, false}) {
      if (!with_zero && (cells > 1000000 || k == patterns)) continue;
      const auto cell = [&](std::size_t i) {
        return nth_cell(width, i * 7919 % k + (with_zero ? 0 : 1));
      };
      take({make_tensor(std::to_string(k) + " distinct", dtype, shape_of({1 + k % 3, cells}), cell),
            Layout::automatic, k > 65537});
    }
  }
}

void long_lines(Dtype dtype, const Take& take) {
  const auto sparse = [&](const Shape& shape, double density) {
    return sparse_tensor("long", dtype, shape, density, 9, shape.cells());
  };
  for (const std::uint64_t length : {65535u, 65536u, 65537u}) {
    for (const double density : {0.0, 0.02, 0.999, 1.0}) {
      take({sparse(shape_of({length}), density)});
      take({sparse(shape_of({2, length}), density)});
      take({sparse(shape_of({length, 2}), density)});
      take({sparse(shape_of({length, 2}), density), Layout::hwio});
      if (instrumented) break;
    }
  }
  const std::uint64_t most = instrumented ? 1000000 : 10000000;
  take({sparse(shape_of({most}), 0.03), Layout::automatic, true});
  if (cell_bytes(dtype) == 1) take({sparse(shape_of({most, 1}), 0.03), Layout::hwio, true});
}

}  // namespace pondus::test
