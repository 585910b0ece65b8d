#include <arm_neon.h>

#include "formats/entry_loops.h"

namespace pondus {
namespace {

struct Neon {
  static constexpr unsigned lanes = 4;
  using Floats = FloatVector<lanes>::Type;

  static float number(const std::byte* cells) {
    float number;
    __builtin_memcpy(&number, cells, sizeof number);
    return number;
  }
  template <unsigned times>
  static Floats spread(const std::byte* cells) {
    if constexpr (times == 4) return vdupq_n_f32(number(cells));
    Floats floats;
    if constexpr (times == 1) {
      __builtin_memcpy(&floats, cells, sizeof floats);
      return floats;
    }
    const float32x4_t first = vdupq_n_f32(number(cells));
    return vcombine_f32(vget_low_f32(first), vdup_n_f32(number(cells + 4)));
  }
};

}  // namespace

const ProductKernels product_neon = ProductLoops<Neon>::kernels;
const EntryKernels entry_neon = EntryLoops<Neon>::kernels;

}  // namespace pondus
