#include <immintrin.h>

#include "formats/entry_loops.h"
#include "formats/ranks.h"

namespace pondus {
namespace {

struct Avx2 {
  static constexpr unsigned lanes = 8;
  using Floats = FloatVector<lanes>::Type;

  static float number(const std::byte* cells) {
    float number;
    __builtin_memcpy(&number, cells, sizeof number);
    return number;
  }
  template <unsigned times>
  static Floats spread(const std::byte* cells) {
    const auto* const floats = reinterpret_cast<const float*>(cells);
    if constexpr (times == 1) return _mm256_loadu_ps(floats);
    if constexpr (times == 2) {
      const __m256 four = _mm256_castps128_ps256(_mm_loadu_ps(floats));
      return _mm256_permutevar8x32_ps(four, _mm256_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3));
    }
    const __m128 first = _mm_set1_ps(number(cells));
    if constexpr (times == 8) return _mm256_set_m128(first, first);
    return _mm256_set_m128(_mm_set1_ps(number(cells + 4)), first);
  }

  static Floats lanes_of(unsigned bits) {
    const __m256i powers = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    const __m256i all = _mm256_set1_epi32(static_cast<int>(bits));
    return _mm256_castsi256_ps(_mm256_cmpeq_epi32(_mm256_and_si256(all, powers), powers));
  }
  static Floats expand(unsigned bits, const std::byte* values) {
    const __m128i ranks =
        _mm_loadl_epi64(reinterpret_cast<const __m128i*>(ranks_of<8>.lanes[bits]));
    const __m256 some = _mm256_loadu_ps(reinterpret_cast<const float*>(values));
    const __m256 moved = _mm256_permutevar8x32_ps(some, _mm256_cvtepu8_epi32(ranks));
    return _mm256_and_ps(moved, lanes_of(bits));
  }
  static Floats select(unsigned bits, Floats a, Floats b) {
    return _mm256_blendv_ps(b, a, lanes_of(bits));
  }
  static Floats multiply_add(Floats a, Floats b, Floats c) { return a * b + c; }
};

}  // namespace

const ProductKernels product_avx2 = ProductLoops<Avx2>::kernels;
const EntryKernels entry_avx2 = EntryLoops<Avx2>::kernels_that_place;

}  // namespace pondus
