// cser: for each line and each of its nonzero values the places of that value (spec:
// encodings/cser).
#pragma once

#include <vector>

#include "formats/encoding.h"

namespace pondus::cser {

/// A group is the entries of one line with one value. Lines one behind the other, the groups of a
/// line in strictly ascending order of value, their positions in strictly ascending order. No value
/// is zero, no two groups of a line have a position in common.
struct Cser {
  std::vector<std::uint32_t> group_counts;  ///< of each line
  std::vector<std::uint32_t> values;        ///< of each group, its number in the codebook
  std::vector<std::uint32_t> counts;        ///< of each group, its entries, at least 1
  std::vector<std::uint16_t> positions;
};

/// Pure, and cannot fail: every nonzero cell is in the codebook.
Cser from_cells(const Tables& tables, const BlockLines& block, ByteSpan cells);
void to_cells(const Cser& cser, const Tables& tables, const BlockLines& block,
              std::span<std::byte> cells);

extern const Encoding encoding;

}  // namespace pondus::cser
