// Stored lines as kernels take them.
#pragma once

#include "formats/entry_kernels.h"
#include "formats/sparse_lines.h"

namespace pondus {

/// Calls `work(part, line)` for the lines in `range`, numbered in the block: all at once, or one by
/// one where they may differ in length. `values` has 4 bytes for each entry of the block. Gives
/// whether it always gave true.
template <class Work>
bool for_each_part(const StoredLines& lines, const BlockLines& block, LineRange range,
                   ByteSpan values, Work&& work) {
  const bool at_once = block.lines.segments() == 1;
  const std::byte* places = lines.places.data();
  const std::byte* value = values.data();
  bool sound = true;
  for (auto line = std::uint32_t{0}; line < range.end; ++line) {
    const std::uint32_t cells = block.cells_of(line);
    const std::uint32_t count = lines.counts[line];
    if (line >= range.begin) {
      const std::size_t part = at_once ? range.end - line : 1;
      sound &= work(LineEntries{&lines.counts[line], part, cells, lines.position_bytes,
                                lines.all_listed, places, value},
                    line);
      if (at_once) break;
    }
    places += lines.all_listed ? std::size_t{count} * lines.position_bytes
                               : place_bytes(count, cells, lines.position_bytes);
    value += std::size_t{count} * 4;
  }
  return sound;
}

}  // namespace pondus
