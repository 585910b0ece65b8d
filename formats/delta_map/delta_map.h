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

/// The changes of a block in visiting order: for each the unchanged cells since the one before it,
/// and the entry of the code, which has no zero, that stands for the new cell.
struct DeltaMap {
  References references;
  std::vector<std::uint32_t> gaps;
  std::vector<std::uint32_t> values;

  bool operator==(const DeltaMap&) const = default;
};

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

/// Restores the cells of a block from its changes, piece by piece.
class Patcher {
 public:
  /// `order` is that of all lines. All arguments but the tables must outlive this.
  Patcher(const Tables& tables, const BlockLines& block, const References& references,
          std::span<const std::uint32_t> order, std::span<std::byte> cells);

  /// Makes the next changes; gaps and values are little endian, values entries of the code. False
  /// where one lies past the block's end.
  bool patch(std::span<const std::uint32_t> gaps, std::span<const std::uint32_t> values);
  /// Copies what is unchanged behind the last change.
  void finish();

 private:
  template <class Cell>
  bool patch_cells(std::span<const std::uint32_t> gaps, std::span<const std::uint32_t> values);
  bool begin_next_line();
  std::byte* line_at(std::uint32_t line) const;

  ByteSpan entries_;
  const BlockLines& block_;
  const References& references_;
  std::span<const std::uint32_t> order_;
  std::span<std::byte> cells_;
  std::uint64_t cells_before_;
  std::size_t visited_ = 0;
  std::byte* line_ = nullptr;     ///< the line being patched
  std::uint64_t line_cells_ = 0;  ///< its cells
  std::uint64_t place_ = 0;       ///< in it, behind the last change
};

extern const Encoding encoding;

}  // namespace pondus::delta_map
