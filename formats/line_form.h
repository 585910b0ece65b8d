// In which form the entries of a line are stored (spec: sparse).
#pragma once

#include <cstddef>
#include <cstdint>

namespace pondus {

enum class LineForm {
  listed,  ///< the position of each
  masked,  ///< a bit for each cell
  full,    ///< nothing: every cell is an entry
};

/// Of a line of `cells` cells with `count` entries, at most as many. Inlined, as kernels call it.
[[gnu::always_inline]] inline LineForm form_of(std::uint32_t count, std::uint32_t cells) {
  if (count == cells) return LineForm::full;
  return 4 * std::uint64_t{count} >= cells ? LineForm::masked : LineForm::listed;
}

/// Bytes of its places; positions have `position_bytes` each.
[[gnu::always_inline]] inline std::size_t place_bytes(std::uint32_t count, std::uint32_t cells,
                                                      std::uint32_t position_bytes) {
  const LineForm form = form_of(count, cells);
  if (form == LineForm::listed) return std::size_t{count} * position_bytes;
  return form == LineForm::masked ? (cells + 7) / 8 : 0;
}

}  // namespace pondus
