// The loops of products of each instruction set against sums in double precision.
#include <limits>
#include <memory>

#include "codec/bits/lookup.h"
#include "formats/gap_map/gap_map_kernels.h"
#include "formats/index_product_kernels.h"
#include "formats/product_kernels.h"
#include "tests/product_reference.h"

namespace pondus::test {
namespace {

bool cells_hold(const Case& c) {
  const auto weights = numbers(c.lines * c.count);
  const auto x = numbers((c.along ? c.count : c.lines) * c.stride);
  auto y = numbers((c.along ? c.lines : c.count) * c.stride);
  Reference expected(y);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::size_t line = i / c.count, place = i % c.count;
    for (std::uint32_t v = 0; v < c.stride; ++v) {
      const std::size_t from = (c.along ? place : line) * c.stride + v;
      expected.add((c.along ? line : place) * c.stride + v, weights[i], x[from]);
    }
  }
  const Bytes cells = as_cells(weights);
  const ProductKernels& kernels = product_kernels.in_use();
  (c.along ? kernels.dot : kernels.axpy)(&cells[1], c.lines, c.count, x.data(), c.stride, y.data());
  return expected.holds(y, c.along ? c.count : c.lines);
}

/// Entries by gaps, some of which lead out of the lines, or would wrap around in 32 bits.
bool gaps_hold(bool along) {
  const gap_map::GapKernels& kernels = gap_map::gap_kernels.in_use();
  const auto multiply = along ? kernels.dot : kernels.axpy;
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
  for (std::uint32_t& gap : gaps) gap = little_endian(gap);
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

void note_indices(InstructionSet set, Tally& tally) {
  for (const std::uint32_t entries : {2u, 16u, 17u, 32u, 33u, 64u, 65u, 128u, 129u, 256u}) {
    const std::string what = std::to_string(entries) + " indices";
    for (const std::size_t count : {1u, 15u, 16u, 63u, 64u, 65u, 200u, 2049u, 5000u}) {
      for (const std::size_t lines : {1u, 2u, 3u, 4u, 7u}) {
        for (const bool along : {false, true})
          tally.note(set, indices_hold(entries, lines, count, along), what.c_str(),
                     {lines, count, 1, along});
      }
    }
  }
}

int run() {
  Tally tally;
  with_all_kernels([&](InstructionSet set) {
    for (std::uint32_t round = 0; round < 20000; ++round)
      tally.note(set, gaps_hold(round % 2 == 0), "gaps", {0, 0, 1, round % 2 == 0});
    note_indices(set, tally);
    for_each_case([&](const Case& c) {
      tally.note(set, cells_hold(c), "cells", c);
      tally.note(set, groups_hold(c), "groups", c);
    });
  });
  std::printf("%zu products, %zu out of bounds\n", tally.cases, tally.wrong);
  return tally.wrong != 0;
}

}  // namespace
}  // namespace pondus::test

int main() { return pondus::test::run(); }
