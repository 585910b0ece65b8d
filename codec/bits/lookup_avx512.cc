#include <immintrin.h>

#include "codec/bits/lookup_kernels.h"

namespace pondus {
namespace {

__mmask64 first_bytes(std::size_t count) {
  return count >= 64 ? ~__mmask64{0} : (__mmask64{1} << count) - 1;
}

std::uint8_t greatest_byte(__m512i bytes) {
  std::uint8_t each[64];
  _mm512_storeu_si512(each, bytes);
  std::uint8_t greatest = 0;
  for (const std::uint8_t byte : each) greatest = byte > greatest ? byte : greatest;
  return greatest;
}

/// A byte for each index below 64, 128 or 256.
template <unsigned vectors>
struct Plane {
  __m512i parts[vectors];
  explicit Plane(const std::uint8_t* plane) {
    for (unsigned i = 0; i < vectors; ++i) parts[i] = _mm512_load_si512(plane + 64 * i);
  }
  __m512i operator()(__m512i indices) const {
    if constexpr (vectors == 1) {
      return _mm512_permutexvar_epi8(indices, parts[0]);
    } else if constexpr (vectors == 2) {
      return _mm512_permutex2var_epi8(parts[0], indices, parts[1]);
    } else {
      const __m512i low = _mm512_permutex2var_epi8(parts[0], indices, parts[1]);
      const __m512i high = _mm512_permutex2var_epi8(parts[2], indices, parts[3]);
      return _mm512_mask_blend_epi8(_mm512_movepi8_mask(indices), low, high);
    }
  }
};

/// Interleaving works within quarters of 16 bytes: where each index has to stand, so that in the
/// end its cell stands at its place among the 64.
template <unsigned width>
__m512i spread_order() {
  alignas(64) std::uint8_t from[64];
  for (unsigned i = 0; i < 64; ++i) {
    const unsigned quarter = i / 16;
    const unsigned each = 16 / width;  // cells of a quarter of one vector of the result
    const unsigned vector = i % 16 / each;
    from[i] = static_cast<std::uint8_t>(vector * 4 * each + quarter * each + i % each);
  }
  return _mm512_load_si512(from);
}

/// 64 cells of `width` bytes from their planes.
template <unsigned width>
void interleave(__m512i (&planes)[width]) {
  for (unsigned round = 1; round < width; round *= 2) {
    __m512i next[width];
    for (unsigned p = 0; p < width / 2; ++p) {
      next[2 * p] = _mm512_unpacklo_epi8(planes[p], planes[p + width / 2]);
      next[2 * p + 1] = _mm512_unpackhi_epi8(planes[p], planes[p + width / 2]);
    }
    for (unsigned p = 0; p < width; ++p) planes[p] = next[p];
  }
}

template <unsigned width, unsigned vectors>
void look_up(const LookupPlanes& table, const std::uint8_t* indices, std::size_t count,
             std::byte* cells) {
  const __m512i order = spread_order<width>();
  for (std::size_t i = 0; i < count; i += 64, cells += 64 * width) {
    const std::size_t left = count - i;
    const __m512i some = _mm512_maskz_loadu_epi8(first_bytes(left), indices + i);
    const __m512i spread = _mm512_permutexvar_epi8(order, some);
    __m512i planes[width];
    for (unsigned p = 0; p < width; ++p) planes[p] = Plane<vectors>(table.planes[p])(spread);
    interleave<width>(planes);
    for (unsigned p = 0; p < width; ++p) {
      const std::size_t bytes = left * width > 64 * p ? left * width - 64 * p : 0;
      if (bytes >= 64)
        _mm512_storeu_si512(cells + 64 * p, planes[p]);
      else
        _mm512_mask_storeu_epi8(cells + 64 * p, first_bytes(bytes), planes[p]);
    }
  }
}

template <unsigned width>
void look_up(const LookupPlanes& table, const std::uint8_t* indices, std::size_t count,
             std::byte* cells) {
  if (table.entries <= 64) return look_up<width, 1>(table, indices, count, cells);
  if (table.entries <= 128) return look_up<width, 2>(table, indices, count, cells);
  look_up<width, 4>(table, indices, count, cells);
}

}  // namespace

std::uint8_t unpack_bytes_avx512(const std::byte* packed, std::uint32_t width, std::size_t count,
                                 std::uint8_t* indices) {
  alignas(64) std::uint8_t from[64];
  alignas(64) std::uint8_t shifts[64];
  for (std::uint32_t i = 0; i < 64; ++i) {  // eight indices are `width` bytes
    from[i] = static_cast<std::uint8_t>(i / 8 * width + i % 8);
    shifts[i] = static_cast<std::uint8_t>(i % 8 * width);
  }
  const __m512i order = _mm512_load_si512(from);
  const __m512i shift = _mm512_load_si512(shifts);
  const __m512i mask = _mm512_set1_epi8(static_cast<char>((1u << width) - 1));
  const std::size_t bytes = (count * width + 7) / 8;
  const auto unpack = [&](__m512i some) {
    const __m512i words = _mm512_permutexvar_epi8(order, some);
    return _mm512_and_si512(_mm512_multishift_epi64_epi8(shift, words), mask);
  };
  __m512i greatest = _mm512_setzero_si512();
  std::size_t i = 0, at = 0;
  for (; at + 64 <= bytes; i += 64, at += 8 * width) {
    const __m512i unpacked = unpack(_mm512_loadu_si512(packed + at));
    greatest = _mm512_max_epu8(greatest, unpacked);
    _mm512_storeu_si512(indices + i, unpacked);
  }
  for (; i < count; i += 64, at += 8 * width) {
    const __m512i unpacked = unpack(_mm512_maskz_loadu_epi8(first_bytes(bytes - at), packed + at));
    const __mmask64 some = first_bytes(count - i);
    greatest = _mm512_mask_max_epu8(greatest, some, greatest, unpacked);
    _mm512_mask_storeu_epi8(indices + i, some, unpacked);
  }
  return greatest_byte(greatest);
}

const LookUpKernels look_up_avx512{look_up<1>, look_up<2>, look_up<4>, look_up<8>};

}  // namespace pondus
