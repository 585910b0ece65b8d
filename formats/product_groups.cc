#include "formats/product_groups.h"

#include <algorithm>

namespace pondus {

std::vector<ProductGroup> make_groups(const std::vector<BlockEntry>& blocks, const Lines& lines,
                                      LineRange range, bool along) {
  std::vector<ProductGroup> groups;
  if (range.begin == range.end) return groups;
  const auto cells = [&](LineRange part) {
    return lines.cells_before(part.end) - lines.cells_before(part.begin);
  };
  // Along lines each block is a group, its outputs being few. Across them a group has at least 64
  // lines' worth of cells, so that its sums take less than its cells, and there are at most 16.
  const std::uint64_t cells_least = along ? 1 : std::max(64 * lines.length(), cells(range) / 16);
  std::uint64_t group_cells = cells_least;
  auto block = std::ranges::upper_bound(blocks, range.begin, {}, &BlockEntry::first_line) - 1;
  for (; block != blocks.end() && block->first_line < range.end; ++block) {
    const LineRange part{std::max(range.begin, block->first_line),
                         std::min(range.end, block->first_line + block->lines)};
    const auto number = static_cast<std::size_t>(block - blocks.begin());
    if (group_cells >= cells_least) {
      const std::uint64_t y_begin = along ? part.begin / lines.segments() : 0;
      groups.push_back({.begin = number, .y_begin = y_begin});
      group_cells = 0;
    }
    groups.back().end = number + 1;
    groups.back().y_end = along ? (part.end - 1) / lines.segments() + 1 : lines.length();
    group_cells += cells(part);
  }
  return groups;
}

}  // namespace pondus
