// delta_map: each line as another line of its block, and the cells that differ (spec:
// encodings/delta_map).
#pragma once

#include <vector>

#include "formats/encoding.h"

namespace pondus::delta_map {

/// Which line each line of a block refers to: itself where it refers to none.
using References = std::vector<std::uint32_t>;

/// The lines in visiting order, each behind the one it refers to; fewer than all where references
/// go round in circles.
std::vector<std::uint32_t> visiting_order(const References& references);

/// The changes of a block in visiting order: for each the cells visited before it, and the entry
/// of the code, which has no zero, that stands for the new cell.
struct DeltaMap {
  References references;
  std::vector<std::uint32_t> places;
  std::vector<std::uint32_t> values;

  bool operator==(const DeltaMap&) const = default;
};

/// Whether so many changes of so many cells have a mask in place of gaps.
constexpr bool masked(std::uint64_t changes, std::uint64_t cells) {
  return 8 * changes >= 3 * cells;
}

/// What the value `value` makes of a cell that was `old`; `first` is the code's first entry. Never
/// `old`: zero, which the code lacks, takes the place of `first`, which takes that of `old`.
template <class Cell>
Cell changed(Cell old, Cell value, Cell first) {
  // Masks, as no branch here could be predicted.
  const auto all_if = [](bool condition) { return static_cast<Cell>(-Cell{condition}); };
  Cell cell = static_cast<Cell>(value ^ ((value ^ first) & all_if(value == old)));
  cell = static_cast<Cell>(cell & all_if(value != first));
  return static_cast<Cell>(cell ^ ((cell ^ value) & all_if(old == 0)));
}

/// The mirror: the value that makes `cell` of `old`, which differs from it.
template <class Cell>
Cell value_of(Cell old, Cell cell, Cell first) {
  const Cell swapped = cell == first ? old : cell;
  return old == 0 ? cell : cell == 0 ? first : swapped;
}

/// Pure, and cannot fail: every nonzero cell is an entry of the code.
DeltaMap from_cells(const Tables& tables, const BlockLines& block, ByteSpan cells,
                    References references);

/// References by which few cells change, from more lines with more effort (delta_map_search.cc).
References find_references(const Tables& tables, const BlockLines& block, ByteSpan cells,
                           unsigned effort);

extern const Encoding encoding;

}  // namespace pondus::delta_map
