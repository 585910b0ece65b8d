#include "formats/delta_map/delta_map.h"

#include <algorithm>

namespace pondus::delta_map {
namespace {

constexpr std::uint32_t none = 0xFFFFFFFF;

/// For each line the first line that refers to it, and the next that refers to the same line.
struct Children {
  explicit Children(const References& references)
      : first(references.size(), none), next(references.size(), none) {
    for (auto line = static_cast<std::uint32_t>(references.size()); line-- > 0;) {
      const std::uint32_t reference = references[line];
      if (reference == line) continue;
      next[line] = std::exchange(first[reference], line);
    }
  }

  std::vector<std::uint32_t> first;
  std::vector<std::uint32_t> next;
};

/// Appends the changes of one line, of which the first cell is number `place` of the visit.
template <class Cell>
void append_changes(ByteSpan line, ByteSpan reference, Cell first, std::uint32_t place,
                    std::vector<std::uint32_t>& places, Bytes& values) {
  for (std::size_t at = 0; at < line.size(); at += sizeof(Cell), ++place) {
    const Cell cell = load<Cell>(&line[at]);
    const Cell old = reference.empty() ? Cell{0} : load<Cell>(&reference[at]);
    if (cell == old) continue;
    places.push_back(place);
    values.resize(values.size() + sizeof(Cell));
    store(&values[values.size() - sizeof(Cell)], value_of(old, cell, first));
  }
}

}  // namespace

std::vector<std::uint32_t> visiting_order(const References& references) {
  const Children children(references);
  std::vector<std::uint32_t> order;
  order.reserve(references.size());
  for (std::uint32_t root = 0; root < references.size(); ++root) {
    if (references[root] != root) continue;
    for (std::uint32_t line = root; line != none;) {
      order.push_back(line);
      if (children.first[line] != none) {
        line = children.first[line];
        continue;
      }
      while (line != root && children.next[line] == none) line = references[line];
      line = line == root ? none : children.next[line];
    }
  }
  return order;
}

DeltaMap from_cells(const Tables& tables, const BlockLines& block, ByteSpan cells,
                    References references) {
  DeltaMap map;
  Bytes values;
  with_cell(block.cell_bytes, [&](auto cell) {
    const auto first = load<decltype(cell)>(tables.code.cells().data());
    const std::uint64_t before = block.lines.cells_before(block.range.begin);
    const auto line_cells = [&](std::uint32_t line) {
      const std::uint64_t begin = block.lines.cells_before(block.range.begin + line) - before;
      return cells.subspan(begin * sizeof cell, block.cells_of(line) * sizeof cell);
    };
    std::uint32_t place = 0;
    for (const std::uint32_t line : visiting_order(references)) {
      const std::uint32_t reference = references[line];
      append_changes(line_cells(line), reference == line ? ByteSpan() : line_cells(reference),
                     first, place, map.places, values);
      place += block.cells_of(line);
    }
  });
  map.values = tables.index->words_of(values, block.cell_bytes);
  map.references = std::move(references);
  return map;
}

}  // namespace pondus::delta_map
