#include <algorithm>

#include "codec/bits/lookup.h"
#include "formats/index_product_kernels.h"
#include "formats/product_kernels.h"

namespace pondus {
namespace {

constexpr std::size_t window = 2048;  ///< cells that stay in the nearest cache

/// Calls `work(line, lines, begin, cells, count)` with the cells of whole lines, or of a part of
/// one from cell `begin` on; `count` of each.
template <class Work>
void for_each_window(const LookupPlanes& table, const std::uint8_t* indices, std::size_t lines,
                     std::size_t count, Work&& work) {
  std::byte cells[window * sizeof(float)];
  const std::size_t at_once = std::max<std::size_t>(1, window / std::max<std::size_t>(1, count));
  for (std::size_t line = 0; line < lines; line += at_once) {
    const std::size_t some_lines = std::min(at_once, lines - line);
    for (std::size_t begin = 0; begin < count; begin += window) {
      const std::size_t some = std::min(window, count - begin);
      look_up_bytes(table, {indices + line * count + begin, some_lines * some}, cells);
      work(line, some_lines, begin, cells, some);
    }
  }
}

void dot(const LookupPlanes& table, const std::uint8_t* indices, std::size_t lines,
         std::size_t count, const float* x, float* y) {
  for_each_window(table, indices, lines, count,
                  [&](auto line, auto some, auto begin, auto cells, auto cell_count) {
                    product_kernels.in_use().dot(cells, some, cell_count, x + begin, 1, y + line);
                  });
}

void axpy(const LookupPlanes& table, const std::uint8_t* indices, std::size_t lines,
          std::size_t count, const float* x, float* y) {
  for_each_window(table, indices, lines, count,
                  [&](auto line, auto some, auto begin, auto cells, auto cell_count) {
                    product_kernels.in_use().axpy(cells, some, cell_count, x + line, 1, y + begin);
                  });
}

}  // namespace

const IndexProductKernels index_product_portable{dot, axpy};

}  // namespace pondus
