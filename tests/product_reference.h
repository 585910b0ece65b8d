// What kernels of products are held against: sums in double precision. No library but this one, so
// that tests also run on emulated machines.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "codec/bits/byte_writer.h"
#include "tests/all_kernels.h"

namespace pondus::test {

inline std::mt19937 generator(1);
inline std::uint32_t random_bits() { return static_cast<std::uint32_t>(generator()); }

inline std::vector<float> numbers(std::size_t count) {
  std::vector<float> out(count);
  for (float& number : out) number = static_cast<float>(random_bits() % 2001) / 999.0f - 1.0f;
  return out;
}

/// One byte off any alignment.
inline Bytes as_cells(const std::vector<float>& numbers) {
  Bytes cells(1 + 4 * numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i)
    store(&cells[1 + 4 * i], std::bit_cast<std::uint32_t>(numbers[i]));
  return cells;
}

/// Sums and what bounds their errors.
class Reference {
 public:
  explicit Reference(const std::vector<float>& y) : sums_(y.begin(), y.end()), bounds_(y.size()) {
    for (std::size_t i = 0; i < y.size(); ++i) add(i, y[i], 0);
  }
  void add(std::size_t i, double a, double b) {
    sums_[i] += a * b;
    bounds_[i] += std::abs(b == 0 ? a : a * b);
  }
  bool holds(const std::vector<float>& y, std::size_t terms) const {
    const double n = static_cast<double>(terms + 1) * 0x1p-24;
    bool good = true;
    for (std::size_t i = 0; i < y.size(); ++i)
      good = good && std::abs(y[i] - sums_[i]) <= n / (1 - n) * bounds_[i] * (1 + 0x1p-40);
    return good;
  }

 private:
  std::vector<double> sums_;
  std::vector<double> bounds_;
};

/// A matrix of lines.
struct Case {
  std::size_t lines, count;
  std::uint32_t stride;
  bool along;
};

/// How many cases there were, and which were wrong.
struct Tally {
  std::size_t cases = 0, wrong = 0;

  void note(InstructionSet set, bool good, const char* what, const Case& c) {
    ++cases;
    if (good) return;
    ++wrong;
    std::fprintf(stderr, "%s: %s, %zu lines of %zu, stride %u, along %d\n",
                 std::string(name_of(set)).c_str(), what, c.lines, c.count, c.stride, c.along);
  }
};

/// Small matrices of all sorts.
template <class Work>
void for_each_case(Work&& work) {
  for (const std::uint32_t stride : {1u, 2u, 4u, 8u, 16u, 48u}) {
    for (std::size_t count = 1; count < 70; count += count < 20 ? 1 : 7) {
      for (const std::size_t lines : {1u, 3u, 4u, 9u}) {
        for (const bool along : {false, true}) work(Case{lines, count, stride, along});
      }
    }
  }
}

}  // namespace pondus::test
