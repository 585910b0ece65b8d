#include "formats/cser/cser.h"

#include <algorithm>
#include <cstring>

#include "formats/sparse_lines.h"

namespace pondus::cser {
namespace {

/// Appends the groups of a line whose entries are given as value << 16 | position, sorted.
void add_line(std::span<const std::uint64_t> entries, Cser& cser) {
  const std::size_t before = cser.values.size();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (i == 0 || entries[i] >> 16 != entries[i - 1] >> 16) {
      cser.values.push_back(static_cast<std::uint32_t>(entries[i] >> 16));
      cser.counts.push_back(0);
    }
    ++cser.counts.back();
    cser.positions.push_back(static_cast<std::uint16_t>(entries[i]));
  }
  cser.group_counts.push_back(static_cast<std::uint32_t>(cser.values.size() - before));
}

}  // namespace

Cser from_cells(const Tables& tables, const BlockLines& block, ByteSpan cells) {
  Bytes values;
  const SparseLines lines = find_entries(block, cells, values);
  const std::vector<std::uint32_t> numbers = tables.index->words_of(values, block.cell_bytes);
  std::vector<std::uint64_t> entries(numbers.size());
  for (std::size_t i = 0; i < entries.size(); ++i)
    entries[i] = std::uint64_t{numbers[i]} << 16 | lines.positions[i];
  Cser cser;
  std::size_t first = 0;
  for (const std::uint32_t count : lines.counts) {
    const auto line = std::span(entries).subspan(first, count);
    std::ranges::sort(line);
    add_line(line, cser);
    first += count;
  }
  return cser;
}

void to_cells(const Cser& cser, const Tables& tables, const BlockLines& block,
              std::span<std::byte> cells) {
  std::ranges::fill(cells, std::byte{0});
  with_cell(block.cell_bytes, [&](auto cell) {
    const std::byte* const codebook = tables.codebook.cells().data();
    const std::uint16_t* position = cser.positions.data();
    std::byte* line_cells = cells.data();
    std::size_t group = 0;
    for (std::uint32_t line = 0; line < block.count(); ++line) {
      for (std::uint32_t i = 0; i < cser.group_counts[line]; ++i, ++group) {
        std::memcpy(&cell, codebook + cser.values[group] * sizeof cell, sizeof cell);
        for (const auto* const end = position + cser.counts[group]; position != end; ++position)
          std::memcpy(line_cells + *position * sizeof cell, &cell, sizeof cell);
      }
      line_cells += block.cells_of(line) * sizeof cell;
    }
  });
}

}  // namespace pondus::cser
