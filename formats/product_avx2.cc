#include <immintrin.h>

#include "formats/entry_loops.h"

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
};

}  // namespace

const ProductKernels product_avx2 = ProductLoops<Avx2>::kernels;
const EntryKernels entry_avx2 = EntryLoops<Avx2>::kernels;

}  // namespace pondus
