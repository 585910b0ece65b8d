#include <immintrin.h>

#include "formats/dense/dense_kernels.h"

namespace pondus::dense {
namespace {

/// Joins 16 cells of planes that lie `stride` bytes apart.
template <std::uint32_t width>
void join_16(const std::byte* planes, std::size_t stride, std::byte* cells) {
  __m128i parts[width];
  for (std::uint32_t p = 0; p < width; ++p)
    parts[p] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(planes + p * stride));
  // Interleaving the halves of the list again and again orders all bytes by cell.
  for (std::uint32_t round = 1; round < width; round *= 2) {
    __m128i next[width];
    for (std::uint32_t p = 0; p < width / 2; ++p) {
      next[2 * p] = _mm_unpacklo_epi8(parts[p], parts[p + width / 2]);
      next[2 * p + 1] = _mm_unpackhi_epi8(parts[p], parts[p + width / 2]);
    }
    for (std::uint32_t p = 0; p < width; ++p) parts[p] = next[p];
  }
  for (std::uint32_t p = 0; p < width; ++p)
    _mm_storeu_si128(reinterpret_cast<__m128i*>(cells + 16 * p), parts[p]);
}

template <std::uint32_t width>
std::size_t join(const std::byte* planes, std::size_t count, std::byte* cells) {
  std::size_t i = 0;
  for (; i + 16 <= count; i += 16) join_16<width>(planes + i, count, cells + i * width);
  return i;
}

}  // namespace

std::size_t join_planes_avx2(std::uint32_t width, const std::byte* planes, std::size_t count,
                             std::byte* cells) {
  if (width == 2) return join<2>(planes, count, cells);
  if (width == 4) return join<4>(planes, count, cells);
  return join<8>(planes, count, cells);
}

}  // namespace pondus::dense
