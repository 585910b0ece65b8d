#include "formats/gap_map/gap_map.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>
#include <utility>

#include "formats/cell_loop.h"
#include "formats/gap_map/gap_loops.h"

namespace pondus::gap_map {
namespace {

/// Entries whose zeros are written before their values, so that both stay in the cache.
constexpr std::size_t window = 64;

template <class Cell>
void place(std::span<const std::uint32_t> gaps, ByteSpan values, std::span<std::byte> cells) {
  std::byte* at = cells.data();
  const std::byte* value = values.data();
  for (std::size_t begin = 0; begin < gaps.size(); begin += window) {
    const auto part = gaps.subspan(begin, std::min(window, gaps.size() - begin));
    std::size_t advance = part.size();
    for (const std::uint32_t gap : part) advance += little_endian(gap);
    std::memset(at, 0, advance * sizeof(Cell));
    for (const std::uint32_t gap : part) {
      at += std::size_t{little_endian(gap)} * sizeof(Cell);
      std::memcpy(at, value, sizeof(Cell));
      at += sizeof(Cell);
      value += sizeof(Cell);
    }
  }
  std::fill(at, cells.data() + cells.size(), std::byte{0});
}

struct Portable {
  static std::uint32_t gap(const std::uint32_t* at) { return little_endian(*at); }
  static float number(const std::byte* at) { return std::bit_cast<float>(load<std::uint32_t>(at)); }
};

}  // namespace

const GapKernels gap_portable{GapLoops<Portable>::dot, GapLoops<Portable>::axpy};

std::uint32_t tuple_count(std::uint32_t entries, std::uint32_t tuple_values) {
  std::uint32_t count = 1;
  for (std::uint32_t i = 0; i < tuple_values; ++i) {
    if (entries > tuples_most / count) return tuples_most + 1;
    count *= entries;
  }
  return count;
}

GapMap from_cells(const Tables& tables, const BlockLines& block, ByteSpan cells) {
  GapMap map;
  Bytes values;
  with_cell(block.cell_bytes, [&](auto cell) {
    using Cell = decltype(cell);
    const std::size_t room = count_nonzero<Cell>(cells) + 1;
    map.gaps.resize(room);
    values.resize(room * sizeof(Cell));
    const std::size_t found = list_nonzero<Cell>(cells, map.gaps.data(), values.data());
    map.gaps.resize(found);
    values.resize(found * sizeof(Cell));
  });
  std::uint32_t behind = 0;  // the last entry
  for (std::uint32_t& place : map.gaps) place -= std::exchange(behind, place + 1);
  map.values = tables.index->words_of(values, block.cell_bytes);
  return map;
}

std::vector<std::uint32_t> tuple_order(const HuffmanCode& code, std::uint32_t tuple_values) {
  const std::uint32_t entries = code.entries();
  std::vector<std::uint32_t> entry_bits(entries);
  for (std::uint32_t entry = 0; entry < entries; ++entry)
    entry_bits[entry] = code.symbol_bits(code.token_of(entry));
  std::vector<std::uint32_t> bits{0};
  for (std::uint32_t i = 0; i < tuple_values; ++i) {
    const std::size_t count = bits.size();
    for (std::size_t at = 0; at < count * (entries - 1); ++at) bits.push_back(bits[at % count]);
    for (std::size_t at = 0; at < bits.size(); ++at) bits[at] += entry_bits[at / count];
  }
  std::vector<std::uint32_t> ends(std::ranges::max(bits) + 2);  // of tuples of fewer bits
  for (const std::uint32_t taken : bits) ++ends[taken + 1];
  std::partial_sum(ends.begin(), ends.end(), ends.begin());
  std::vector<std::uint32_t> order(bits.size());
  for (std::uint32_t tuple = 0; tuple < order.size(); ++tuple) order[ends[bits[tuple]]++] = tuple;
  return order;
}

std::vector<std::uint32_t> to_tuples(std::span<const std::uint32_t> values, std::uint32_t entries,
                                     std::uint32_t tuple_values) {
  std::vector<std::uint32_t> tuples;
  for (std::size_t begin = 0; begin < values.size(); begin += tuple_values) {
    const std::size_t end = std::min<std::size_t>(values.size(), begin + tuple_values);
    std::uint32_t tuple = 0;
    for (std::size_t i = end; i-- > begin;) tuple = tuple * entries + values[i];
    tuples.push_back(tuple);
  }
  return tuples;
}

Bytes tuple_cells(const Tables& tables, std::uint32_t tuple_values, std::uint32_t cell_bytes) {
  const ByteSpan cells = tables.code.cells();
  const std::uint32_t entries = tables.code.code().entries();
  ByteWriter out;
  for (std::uint32_t tuple : tuple_order(tables.code.code(), tuple_values)) {
    for (std::uint32_t i = 0; i < tuple_values; ++i, tuple /= entries)
      out.bytes(cells.subspan(std::size_t{tuple % entries} * cell_bytes, cell_bytes));
  }
  return out.take();
}

void place_values(std::span<const std::uint32_t> gaps, ByteSpan values, std::uint32_t cell_bytes,
                  std::span<std::byte> cells) {
  with_cell(cell_bytes, [&](auto cell) { place<decltype(cell)>(gaps, values, cells); });
}

SparseLines to_lines(std::span<const std::uint32_t> gaps, const BlockLines& block) {
  SparseLines lines;
  lines.counts.resize(block.count());
  lines.positions.resize(gaps.size());
  std::size_t entry = 0;
  std::uint64_t at = gaps.empty() ? 0 : little_endian(gaps[0]);  // of the next entry in the block
  std::uint64_t line_begin = 0;
  for (std::uint32_t line = 0; line < block.count() && entry < gaps.size(); ++line) {
    const std::uint64_t line_end = line_begin + block.cells_of(line);
    const std::size_t first = entry;
    while (at < line_end) {
      lines.positions[entry] = static_cast<std::uint16_t>(at - line_begin);
      if (++entry == gaps.size()) break;
      at += 1 + little_endian(gaps[entry]);
    }
    lines.counts[line] = static_cast<std::uint32_t>(entry - first);
    line_begin = line_end;
  }
  return lines;
}

}  // namespace pondus::gap_map
