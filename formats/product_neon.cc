#include <arm_neon.h>

#include "formats/entry_loops.h"
#include "formats/ranks.h"

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

  static Floats expand(unsigned bits, const std::byte* values) {
    const std::uint8_t* const ranks = ranks_of<4>.lanes[bits];
    Floats moved;
    for (unsigned lane = 0; lane < lanes; ++lane)
      moved[lane] = number(values + std::size_t{4} * ranks[lane]);
    return select(bits, moved, Floats{});
  }
  static Floats select(unsigned bits, Floats a, Floats b) {
    constexpr std::uint32_t powers[4] = {1, 2, 4, 8};
    return vbslq_f32(vtstq_u32(vdupq_n_u32(bits), vld1q_u32(powers)), a, b);
  }
  static Floats multiply_add(Floats a, Floats b, Floats c) { return a * b + c; }
};

}  // namespace

const ProductKernels product_neon = ProductLoops<Neon>::kernels;
const EntryKernels entry_neon = EntryLoops<Neon>::kernels_that_place;

}  // namespace pondus
