// The loops of products of each instruction set against sums in double precision; no library but
// this one, so that it also runs on emulated machines.
#include <bit>
#include <cmath>
#include <cstdio>
#include <random>
#include <vector>

#include "codec/bits/byte_writer.h"
#include "formats/product_kernels.h"

namespace pondus {
namespace {

std::mt19937 random_bits(1);

std::vector<float> numbers(std::size_t count) {
  std::vector<float> out(count);
  for (float& number : out) number = static_cast<float>(random_bits() % 2001) / 999.0f - 1.0f;
  return out;
}

/// One byte off any alignment.
Bytes as_cells(const std::vector<float>& numbers) {
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

/// A matrix of lines with some of its cells as entries.
struct Case {
  std::size_t lines, count;
  std::uint32_t stride;
  bool along, entries;
};

bool holds(const Case& c) {
  const auto weights = numbers(c.lines * c.count);
  const auto x = numbers((c.along ? c.count : c.lines) * c.stride);
  auto y = numbers((c.along ? c.lines : c.count) * c.stride);
  Reference expected(y);
  std::vector<std::uint32_t> counts(c.lines);
  std::vector<std::uint16_t> positions;
  std::vector<float> values;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (c.entries && random_bits() % 3 != 0) continue;
    const std::size_t line = i / c.count, place = i % c.count;
    ++counts[line];
    positions.push_back(static_cast<std::uint16_t>(place));
    values.push_back(weights[i]);
    for (std::uint32_t v = 0; v < c.stride; ++v) {
      const std::size_t from = (c.along ? place : line) * c.stride + v;
      expected.add((c.along ? line : place) * c.stride + v, weights[i], x[from]);
    }
  }
  const Bytes cells = as_cells(values);
  const ProductKernels& kernels = product_kernels.in_use();
  const LineEntries entries{counts.data(), c.lines, positions.data(), &cells[1]};
  if (c.entries) {
    (c.along ? kernels.dot_entries : kernels.axpy_entries)(entries, x.data(), c.stride, y.data());
  } else {
    (c.along ? kernels.dot : kernels.axpy)(&cells[1], c.lines, c.count, x.data(), c.stride,
                                           y.data());
  }
  return expected.holds(y, c.along ? c.count : c.lines);
}

/// One line whose entries are in groups of one value each.
bool groups_hold(const Case& c) {
  const auto values = numbers(c.lines);
  const auto x = numbers((c.along ? c.count : 1) * c.stride);
  auto y = numbers((c.along ? 1 : c.count) * c.stride);
  Reference expected(y);
  std::vector<std::uint32_t> counts(c.lines);
  std::vector<std::uint16_t> positions;
  for (std::size_t group = 0; group < c.lines; ++group) {
    for (std::size_t place = 0; place < c.count; ++place) {
      if (random_bits() % c.lines != 0) continue;
      ++counts[group];
      positions.push_back(static_cast<std::uint16_t>(place));
      for (std::uint32_t v = 0; v < c.stride; ++v) {
        const std::size_t at = place * c.stride + v;
        expected.add(c.along ? v : at, values[group], x[c.along ? at : v]);
      }
    }
  }
  const Bytes cells = as_cells(values);
  const ProductKernels& kernels = product_kernels.in_use();
  (c.along ? kernels.dot_groups : kernels.axpy_groups)(
      {counts.data(), c.lines, positions.data(), &cells[1]}, x.data(), c.stride, y.data());
  return expected.holds(y, positions.size() + 1);
}

int run() {
  std::size_t cases = 0, wrong = 0;
  for (const InstructionSet set : instruction_sets()) {
    use_instruction_set(set);
    for (const std::uint32_t stride : {1u, 2u, 4u, 8u, 16u, 48u}) {
      for (std::size_t count = 1; count < 70; count += count < 20 ? 1 : 7) {
        for (const std::size_t lines : {1u, 3u, 4u, 9u}) {
          for (const unsigned kind : {0u, 1u, 2u, 3u, 4u, 5u}) {
            const Case c{lines, count, stride, kind % 2 == 0, kind / 2 == 0};
            const bool good = kind < 4 ? holds(c) : groups_hold(c);
            ++cases;
            wrong += !good;
            if (good) continue;
            std::fprintf(stderr, "%s: stride %u, %zu lines of %zu, kind %u\n",
                         std::string(name_of(set)).c_str(), stride, lines, count, kind);
          }
        }
      }
    }
  }
  std::printf("%zu products, %zu out of bounds\n", cases, wrong);
  return wrong != 0;
}

}  // namespace
}  // namespace pondus

int main() { return pondus::run(); }
