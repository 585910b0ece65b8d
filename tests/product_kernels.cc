// The loops of products of each instruction set against sums in double precision; no library but
// this one, so that it also runs on emulated machines.
#include <bit>
#include <cmath>
#include <cstdio>
#include <limits>
#include <memory>
#include <random>
#include <vector>

#include "codec/bits/byte_writer.h"
#include "codec/bits/lookup.h"
#include "formats/entry_kernels.h"
#include "formats/gap_map/gap_map_kernels.h"
#include "formats/index_product_kernels.h"
#include "formats/product_kernels.h"

namespace pondus {
namespace {

std::mt19937 generator(1);
std::uint32_t random_bits() { return static_cast<std::uint32_t>(generator()); }

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
  const std::uint32_t position_bytes = 1 + random_bits() % 2;
  Bytes positions(1);  // off any alignment
  std::vector<float> values, products;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (c.entries && (random_bits() % 3 != 0 || weights[i] == 0)) continue;
    const std::size_t line = i / c.count, place = i % c.count;
    ++counts[line];
    positions.push_back(static_cast<std::byte>(place));
    if (position_bytes == 2) positions.push_back(std::byte{0});
    values.push_back(weights[i]);
    products.push_back(weights[i] * x[(c.along ? place : line) * c.stride]);
    for (std::uint32_t v = 0; v < c.stride; ++v) {
      const std::size_t from = (c.along ? place : line) * c.stride + v;
      expected.add((c.along ? line : place) * c.stride + v, weights[i], x[from]);
    }
  }
  const Bytes cells = as_cells(values);
  const ProductKernels& kernels = product_kernels.in_use();
  const EntryKernels& of_entries = entry_kernels.in_use();
  bool sound = true;
  if (c.entries) {
    LineEntries entries{
        counts.data(),        c.lines,         static_cast<std::uint32_t>(c.count), position_bytes,
        positions.data() + 1, cells.data() + 1};
    const auto multiply = c.along ? of_entries.dot : of_entries.axpy;
    auto summed = y;
    sound = multiply(entries, x.data(), c.stride, y.data());
    if (c.along && c.stride == 1 && position_bytes == 2 && of_entries.sum != nullptr) {
      const Bytes multiplied = as_cells(products);
      entries.values = multiplied.data() + 1;
      sound = of_entries.sum(entries, summed.data()) && expected.holds(summed, c.count) && sound;
    }
  } else {
    (c.along ? kernels.dot : kernels.axpy)(cells.data() + 1, c.lines, c.count, x.data(), c.stride,
                                           y.data());
  }
  return sound && expected.holds(y, c.along ? c.count : c.lines);
}

/// One line of any positions and values, and where its values are products. Nothing is read or
/// written outside of the vectors, which the sanitizers watch, and all that is unsound is seen.
bool judges(std::uint32_t cells, std::uint32_t count, std::uint32_t stride, bool along) {
  const std::uint32_t bytes = 1 + random_bits() % 2;
  const std::uint32_t greatest = random_bits() % 8 == 0 ? (bytes == 1 ? 255 : 65535) : cells - 1;
  Bytes positions(bytes * count);
  Bytes values(4 * count);
  bool in_order = true, sound = true;
  std::uint32_t before = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const bool stray = random_bits() % (2 * count) == 0;
    const std::uint32_t position = stray ? random_bits() % (greatest + 1) : i + before % 2;
    const std::uint32_t value = random_bits() % (16 * count) == 0 ? 0 : 0x3F800000;
    in_order = in_order && position < cells && (i == 0 || position > before);
    sound = sound && in_order && value != 0;
    before = position;
    positions[bytes * i] = static_cast<std::byte>(position);
    if (bytes == 2) positions[2 * i + 1] = static_cast<std::byte>(position >> 8);
    store(&values[4 * i], value);
  }
  const std::vector<float> x((along ? cells : 1) * stride, 1.0f);
  std::vector<float> y((along ? 1 : cells) * stride);
  const EntryKernels& kernels = entry_kernels.in_use();
  const LineEntries line{&count, 1, cells, bytes, positions.data(), values.data()};
  if (along && stride == 1 && bytes == 2 && kernels.sum != nullptr &&
      kernels.sum(line, y.data()) != in_order)
    return false;
  return (along ? kernels.dot : kernels.axpy)(line, x.data(), stride, y.data()) == sound;
}

/// Entries by gaps, some of which lead out of the lines, or would wrap around in 32 bits.
bool gaps_hold(bool along) {
  const gap_map::GapKernels& kernels = gap_map::gap_kernels.in_use();
  const auto multiply = along ? kernels.dot : kernels.axpy;
  if (multiply == nullptr) return true;
  const std::uint32_t lines = 1 + random_bits() % 9, cells = 1 + random_bits() % 200;
  const std::uint64_t all = std::uint64_t{lines} * cells;
  const bool damaged = random_bits() % 4 == 0;
  std::vector<std::uint32_t> gaps;
  const auto x = numbers(along ? cells : lines);
  auto y = numbers(along ? lines : cells);
  Reference expected(y);
  std::vector<float> values;
  const std::uint32_t spread = 1 + random_bits() % (2 * cells);
  for (std::uint64_t at = 0; at < all;) {
    std::uint32_t gap = random_bits() % spread;
    if (damaged && random_bits() % 16 == 0) gap = random_bits() >> (3 + random_bits() % 29);
    at += gap;
    if (at >= all && !damaged) break;
    gaps.push_back(gap);
    values.push_back(0.5f + static_cast<float>(random_bits() % 100));
    if (at < all)
      expected.add(along ? at / cells : at % cells, values.back(),
                   x[along ? at % cells : at / cells]);
    ++at;
  }
  if (gaps.empty()) return true;
  std::uint64_t end = gaps.size();
  for (const std::uint32_t gap : gaps) end += gap;
  const Bytes stored = as_cells(values);
  const bool inside =
      multiply({lines, cells, gaps.size(), gaps.data(), &stored[1]}, x.data(), y.data());
  return inside == (end <= all) && (!inside || expected.holds(y, along ? cells : lines));
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

/// A table of cells whose first, an infinity, no index names; and `lines` lines of indices with
/// nothing readable behind them.
bool indices_hold(std::uint32_t entries, std::size_t lines, std::size_t count, bool along) {
  auto table = numbers(entries);
  table[0] = std::numeric_limits<float>::infinity();
  const Bytes cells = as_cells(table);
  const LookupPlanes planes = lookup_planes(ByteSpan(cells).subspan(1), sizeof(float));
  const auto x = numbers(along ? count : lines);
  auto y = numbers(along ? lines : count);
  Reference expected(y);
  const auto indices = std::make_unique<std::uint8_t[]>(lines * count);
  for (std::size_t i = 0; i < lines * count; ++i) {
    indices[i] = static_cast<std::uint8_t>(1 + random_bits() % (entries - 1));
    const std::size_t line = i / count, place = i % count;
    expected.add(along ? line : place, table[indices[i]], x[along ? place : line]);
  }
  const IndexProductKernels& kernels = index_product_kernels.in_use();
  const auto multiply = along ? kernels.dot : kernels.axpy;
  multiply(planes, indices.get(), lines, count, x.data(), y.data());
  const bool good = expected.holds(y, along ? count : lines);
  std::fill_n(indices.get(), lines * count, std::uint8_t{255});  // some cells, if need be
  multiply(planes, indices.get(), lines, count, x.data(), y.data());
  return good;
}

std::size_t wrong_with_indices(InstructionSet set, std::size_t& cases) {
  std::size_t wrong = 0;
  for (const std::uint32_t entries : {2u, 16u, 17u, 32u, 33u, 64u, 65u, 128u, 129u, 256u}) {
    for (const std::size_t count : {1u, 15u, 16u, 63u, 64u, 65u, 200u, 2049u, 5000u}) {
      for (const std::size_t lines : {1u, 2u, 3u, 4u, 7u}) {
        for (const bool along : {false, true}) {
          ++cases;
          if (indices_hold(entries, lines, count, along)) continue;
          ++wrong;
          std::fprintf(stderr, "%s: %u entries, %zu lines of %zu, along %d\n",
                       std::string(name_of(set)).c_str(), entries, lines, count, along);
        }
      }
    }
  }
  return wrong;
}

int run() {
  std::size_t cases = 0, wrong = 0;
  for (const InstructionSet set : instruction_sets()) {
    use_instruction_set(set);
    for (std::uint32_t round = 0; round < 20000; ++round) {
      const std::uint32_t count = 1 + random_bits() % 100;
      const bool good =
          judges(count + random_bits() % 10 + 1, count, round % 3 == 0 ? 2 : 1, round % 2 == 0);
      ++cases;
      wrong += !good;
      if (!good) std::fprintf(stderr, "%s: judged wrongly\n", std::string(name_of(set)).c_str());
      const bool held = gaps_hold(round % 2 == 0);
      ++cases;
      wrong += !held;
      if (!held) std::fprintf(stderr, "%s: gaps\n", std::string(name_of(set)).c_str());
    }
    wrong += wrong_with_indices(set, cases);
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
