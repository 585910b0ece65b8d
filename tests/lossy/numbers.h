// Numbers for the tests of the lossy steps, and weights made of them.
#pragma once

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "lossy/floats.h"
#include "lossy/points.h"
#include "tests/support.h"

namespace pondus::test {

/// Sums of four uniform numbers: a bell around 0, of standard deviation 0.58 `scale`.
inline std::vector<double> bell(std::size_t count, std::uint64_t seed, double scale = 1) {
  Random random(seed);
  std::vector<double> numbers(count);
  for (double& number : numbers) {
    for (int i = 0; i < 4; ++i)
      number += static_cast<double>(random.below(1u << 30)) * 0x1p-30 - 0.5;
    number *= scale;
  }
  return numbers;
}

inline Bytes cells_of(Dtype dtype, const std::vector<double>& numbers) {
  return lossy::with_float(dtype, [&](auto cell) {
    using Cell = decltype(cell);
    Bytes cells(numbers.size() * Cell::bytes);
    for (std::size_t i = 0; i < numbers.size(); ++i)
      Cell::store(&cells[i * Cell::bytes], numbers[i]);
    return cells;
  });
}

inline std::vector<double> numbers_of(Dtype dtype, ByteSpan cells) {
  return lossy::with_float(dtype, [&](auto cell) {
    using Cell = decltype(cell);
    std::vector<double> numbers;
    for (std::size_t i = 0; i < cells.size(); i += Cell::bytes)
      numbers.push_back(Cell::load(&cells[i]));
    return numbers;
  });
}

inline lossy::Weights weights_of(Dtype dtype, ByteSpan cells) {
  return lossy::Weights::make("w", dtype, cells, 1).value();
}

inline lossy::Points points_of(const std::vector<double>& numbers) {
  const Bytes cells = cells_of(Dtype::f64, numbers);
  const lossy::Weights weights = weights_of(Dtype::f64, cells);
  return lossy::Points::of_nonzeros({&weights, 1});
}

}  // namespace pondus::test
