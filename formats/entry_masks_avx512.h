// Lines of entries that have a mask, or no zeros at all; empty elsewhere.
#pragma once
#ifdef __AVX512F__

#include <immintrin.h>

#include "formats/entry_kernels.h"

namespace pondus {
namespace {

/// Which cells of a line are entries: a copy, so that what was judged stays.
class LineMask {
 public:
  /// Gives whether as many as `count` are, all of them cells of the line.
  bool take(const LineEntries& line, std::uint32_t count) {
    const std::uint32_t last = (line.cells - 1) / 64;
    const std::uint64_t in_last = ~std::uint64_t{0} >> (63 - (line.cells - 1) % 64);
    words_[last] = 0;
    if (line.form(count) == LineForm::masked) {
      __builtin_memcpy(words_, line.places, (line.cells + 7) / 8);
    } else {
      __builtin_memset(words_, 0xFF, 8 * last);
      words_[last] = in_last;
    }
    std::uint64_t ones = 0;
    for (std::uint32_t i = 0; i <= last; ++i)
      ones += static_cast<std::uint64_t>(__builtin_popcountll(words_[i]));
    return ones == count && (words_[last] & ~in_last) == 0;
  }

  /// Calls `add(half, i, here, values)` for the cells from 16 i on, in turn for one half and the
  /// other; `values` are those of the entries in their lanes.
  template <class Add>
  void for_each_16(std::uint32_t cells, const std::byte* values, Add&& add) const {
    const auto step = [&](unsigned half, std::uint32_t i) {
      const auto here = static_cast<__mmask16>(words_[i / 4] >> 16 * (i % 4));
      _mm_prefetch(reinterpret_cast<const char*>(values) + 2048, _MM_HINT_T0);
      add(half, i, here, _mm512_maskz_expandloadu_ps(here, values));
      values += 4 * __builtin_popcount(here);
    };
    const std::uint32_t groups = (cells + 15) / 16;
    std::uint32_t i = 0;
    for (; i + 4 <= groups; i += 4) {
      for (unsigned n = 0; n < 4; ++n) step(n % 2, i + n);
    }
    for (; i < groups; ++i) step(i % 2, i);
  }

 private:
  std::uint64_t words_[1024];  // of the longest line
};

/// Whether none of some float32 cells is +0.0.
bool none_zero(const std::byte* values, std::size_t count) {
  __m512i least = _mm512_set1_epi32(-1);
  std::size_t i = 0;
  for (; i + 16 <= count; i += 16)
    least = _mm512_min_epu32(least, _mm512_loadu_si512(values + 4 * i));
  const auto rest = static_cast<__mmask16>((1u << (count - i)) - 1);
  least = _mm512_mask_min_epu32(least, rest, least, _mm512_maskz_loadu_epi32(rest, values + 4 * i));
  return _mm512_cmpeq_epi32_mask(least, _mm512_setzero_si512()) == 0;
}

/// As dot_line, axpy_line and place_line of listed lines.
bool dot_masked(const LineEntries& line, std::uint32_t count, const float* x, float* y) {
  LineMask mask;
  if (!mask.take(line, count)) return false;
  __m512 sums[2] = {};
  mask.for_each_16(line.cells, line.values,
                   [&](unsigned half, std::uint32_t i, __mmask16 here, __m512 values) {
                     const __m512 xs = _mm512_maskz_loadu_ps(here, x + 16 * i);
                     sums[half] = _mm512_fmadd_ps(values, xs, sums[half]);
                   });
  *y += _mm512_reduce_add_ps(_mm512_add_ps(sums[0], sums[1]));
  return none_zero(line.values, count);
}

bool axpy_masked(const LineEntries& line, std::uint32_t count, const float* x, float* y) {
  LineMask mask;
  if (!mask.take(line, count)) return false;
  const __m512 xs = _mm512_set1_ps(*x);
  mask.for_each_16(line.cells, line.values,
                   [&](unsigned, std::uint32_t i, __mmask16 here, __m512 values) {
                     const __m512 ys = _mm512_maskz_loadu_ps(here, y + 16 * i);
                     _mm512_mask_storeu_ps(y + 16 * i, here, _mm512_fmadd_ps(xs, values, ys));
                   });
  return none_zero(line.values, count);
}

bool place_masked(const LineEntries& line, std::uint32_t count, std::byte* cells) {
  if (count == line.cells) {
    __builtin_memcpy(cells, line.values, std::size_t{count} * 4);
    return none_zero(line.values, count);
  }
  LineMask mask;
  if (!mask.take(line, count)) return false;
  mask.for_each_16(
      line.cells, line.values, [&](unsigned, std::uint32_t i, __mmask16, __m512 values) {
        const std::uint32_t left = line.cells - 16 * i;
        const auto whole = static_cast<__mmask16>(left < 16 ? (1u << left) - 1 : 0xFFFF);
        _mm512_mask_storeu_ps(cells + 64 * i, whole, values);
      });
  return none_zero(line.values, count);
}

}  // namespace
}  // namespace pondus

#endif
