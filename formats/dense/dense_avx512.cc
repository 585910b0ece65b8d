#include <immintrin.h>

#include "formats/dense/dense_kernels.h"

namespace pondus::dense {
namespace {

/// 64 / width bytes of each plane, one after another.
template <std::uint32_t width>
__m512i load_parts(const std::byte* planes, std::size_t stride) {
  if constexpr (width == 2) {
    const auto* const low = reinterpret_cast<const __m256i*>(planes);
    const auto* const high = reinterpret_cast<const __m256i*>(planes + stride);
    return _mm512_inserti64x4(_mm512_castsi256_si512(_mm256_loadu_si256(low)),
                              _mm256_loadu_si256(high), 1);
  } else if constexpr (width == 4) {
    const auto part = [&](std::size_t p) {
      return _mm_loadu_si128(reinterpret_cast<const __m128i*>(planes + p * stride));
    };
    const __m256i low = _mm256_set_m128i(part(1), part(0));
    return _mm512_inserti64x4(_mm512_castsi256_si512(low), _mm256_set_m128i(part(3), part(2)), 1);
  } else {
    const auto part = [&](std::size_t p) {
      return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(planes + p * stride));
    };
    const auto pair = [&](std::size_t p) { return _mm_unpacklo_epi64(part(p), part(p + 1)); };
    const __m256i low = _mm256_set_m128i(pair(2), pair(0));
    return _mm512_inserti64x4(_mm512_castsi256_si512(low), _mm256_set_m128i(pair(6), pair(4)), 1);
  }
}

template <std::uint32_t width>
std::size_t join(const std::byte* planes, std::size_t count, std::byte* cells) {
  constexpr std::uint32_t each = 64 / width;
  alignas(64) std::uint8_t from[64];
  for (std::uint32_t i = 0; i < 64; ++i)
    from[i] = static_cast<std::uint8_t>(i % width * each + i / width);
  const __m512i order = _mm512_load_si512(from);
  std::size_t i = 0;
  for (; i + each <= count; i += each) {
    const __m512i parts = load_parts<width>(planes + i, count);
    _mm512_storeu_si512(cells + i * width, _mm512_permutexvar_epi8(order, parts));
  }
  return i;
}

}  // namespace

std::size_t join_planes_avx512(std::uint32_t width, const std::byte* planes, std::size_t count,
                               std::byte* cells) {
  if (width == 2) return join<2>(planes, count, cells);
  if (width == 4) return join<4>(planes, count, cells);
  return join<8>(planes, count, cells);
}

}  // namespace pondus::dense
