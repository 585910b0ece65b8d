#include <immintrin.h>

#include "formats/product_loops.h"

namespace pondus {
namespace {

struct Avx512 {
  static constexpr unsigned lanes = 16;
  using Floats = FloatVector<lanes>::Type;

  static float number(const std::byte* cells) {
    float number;
    __builtin_memcpy(&number, cells, sizeof number);
    return number;
  }
  template <unsigned times>
  static Floats spread(const std::byte* cells) {
    if constexpr (times == 1) return _mm512_loadu_ps(cells);
    if constexpr (times == 16) return _mm512_set1_ps(number(cells));
    const __m512i lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m512i from = _mm512_srli_epi32(lane, times == 2 ? 1 : times == 4 ? 2 : 3);
    return _mm512_permutexvar_ps(from, _mm512_maskz_loadu_ps((1u << lanes / times) - 1, cells));
  }
};

}  // namespace

const ProductKernels product_avx512 = ProductLoops<Avx512>::kernels;

}  // namespace pondus
