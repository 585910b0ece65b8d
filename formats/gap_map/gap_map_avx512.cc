#include <immintrin.h>

#include "formats/gap_map/gap_loops.h"

namespace pondus::gap_map {
namespace {

struct Avx512 {
  static std::uint32_t gap(const std::uint32_t* at) { return *at; }
  static float number(const std::byte* at) {
    float number;
    __builtin_memcpy(&number, at, sizeof number);
    return number;
  }
};

/// In each lane the sum of all lanes up to it.
__m512i prefix_sums(__m512i numbers) {
  const __m512i zeros = _mm512_setzero_si512();
  numbers = _mm512_add_epi32(numbers, _mm512_alignr_epi32(numbers, zeros, 15));
  numbers = _mm512_add_epi32(numbers, _mm512_alignr_epi32(numbers, zeros, 14));
  numbers = _mm512_add_epi32(numbers, _mm512_alignr_epi32(numbers, zeros, 12));
  return _mm512_add_epi32(numbers, _mm512_alignr_epi32(numbers, zeros, 8));
}

/// In place of a mask of all lanes, for which nothing has to wait.
struct All {};

/// Calls `add(mask, places, values)` with up to 16 entries of a line at a time, and `next_line()`
/// between lines; whether all entries lie in the lines.
template <class Add, class NextLine>
bool for_each_16(const GapLines& in, Add&& add, NextLine&& next_line) {
  const __m512i cells = _mm512_set1_epi32(static_cast<int>(in.line_cells));
  const __m512i one = _mm512_set1_epi32(1);
  __m512i before = _mm512_set1_epi32(-1);  // the place of the last entry, from the line's begin on
  __m512i seen = _mm512_setzero_si512();
  std::uint32_t line = 0;
  for (std::size_t entry = 0; entry < in.entries;) {
    const std::size_t left = in.entries - entry;
    const auto mask = static_cast<__mmask16>(left < 16 ? (1u << left) - 1 : 0xFFFF);
    _mm_prefetch(reinterpret_cast<const char*>(in.gaps + entry + 128), _MM_HINT_T0);
    _mm_prefetch(reinterpret_cast<const char*>(in.values + 4 * entry + 512), _MM_HINT_T0);
    const __m512i gaps = left < 16 ? _mm512_maskz_loadu_epi32(mask, in.gaps + entry)
                                   : _mm512_loadu_si512(in.gaps + entry);
    seen = _mm512_or_si512(seen, gaps);
    const __m512i places = _mm512_add_epi32(before, prefix_sums(_mm512_add_epi32(gaps, one)));
    const __mmask16 here = _mm512_mask_cmplt_epu32_mask(mask, places, cells);
    if (here == 0xFFFF) {  // most often, and then nothing waits for `here`
      add(All(), places, _mm512_loadu_ps(in.values + 4 * entry));
      before = _mm512_permutexvar_epi32(_mm512_set1_epi32(15), places);
      entry += 16;
      continue;
    }
    const auto count = static_cast<unsigned>(__builtin_ctz(~static_cast<unsigned>(here)));
    const auto first = static_cast<__mmask16>((1u << count) - 1);
    add(first, places, _mm512_maskz_loadu_ps(first, in.values + 4 * entry));
    entry += count;
    if (entry == in.entries) break;
    const __m512i last = _mm512_set1_epi32(static_cast<int>(count) - 1);
    before = _mm512_mask_permutexvar_epi32(before, count == 0 ? 0 : 0xFFFF, last, places);
    if (++line == in.lines) return false;
    before = _mm512_sub_epi32(before, cells);
    next_line();
  }
  constexpr int too_large = -(1 << 23);  // so that sums of 16 gaps cannot wrap
  return _mm512_test_epi32_mask(seen, _mm512_set1_epi32(too_large)) == 0;
}

__m512 gather(All, __m512i places, const float* x) { return _mm512_i32gather_ps(places, x, 4); }
__m512 gather(__mmask16 here, __m512i places, const float* x) {
  return _mm512_mask_i32gather_ps(_mm512_setzero_ps(), here, places, x, 4);
}

bool dot(const GapLines& in, const float* x, float* y) {
  if (!gathers_quickly()) return GapLoops<Avx512>::dot(in, x, y);
  __m512 sum = _mm512_setzero_ps();
  const auto finish = [&] {
    *y++ += _mm512_reduce_add_ps(sum);
    sum = _mm512_setzero_ps();
  };
  const auto add = [&](auto here, __m512i places, __m512 values) {
    const __m512 xs = gather(here, places, x);
    sum = _mm512_fmadd_ps(values, xs, sum);
  };
  const bool inside = for_each_16(in, add, finish);
  finish();
  return inside;
}

}  // namespace

/// Multiples of lines go entry by entry: scatters take longer even where gathers are quick.
const GapKernels gap_avx512{dot, GapLoops<Avx512>::axpy};

}  // namespace pondus::gap_map
