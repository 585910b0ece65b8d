#include <arm_neon.h>

#include "formats/dense/dense_kernels.h"

namespace pondus::dense {
namespace {

uint8x16_t part(const std::byte* plane) {
  return vld1q_u8(reinterpret_cast<const std::uint8_t*>(plane));
}

void join_16_of_2(const std::byte* planes, std::size_t stride, std::byte* cells) {
  vst2q_u8(reinterpret_cast<std::uint8_t*>(cells), {{part(planes), part(planes + stride)}});
}

void join_16_of_4(const std::byte* planes, std::size_t stride, std::byte* cells) {
  vst4q_u8(reinterpret_cast<std::uint8_t*>(cells),
           {{part(planes), part(planes + stride), part(planes + 2 * stride),
             part(planes + 3 * stride)}});
}

void join_16_of_8(const std::byte* planes, std::size_t stride, std::byte* cells) {
  uint16x8x4_t low;
  uint16x8x4_t high;
  for (int p = 0; p < 4; ++p) {
    const uint8x16_t even = part(planes + 2 * static_cast<std::size_t>(p) * stride);
    const uint8x16_t odd = part(planes + (2 * static_cast<std::size_t>(p) + 1) * stride);
    low.val[p] = vreinterpretq_u16_u8(vzip1q_u8(even, odd));
    high.val[p] = vreinterpretq_u16_u8(vzip2q_u8(even, odd));
  }
  vst4q_u16(reinterpret_cast<std::uint16_t*>(cells), low);
  vst4q_u16(reinterpret_cast<std::uint16_t*>(cells + 64), high);
}

}  // namespace

std::size_t join_planes_neon(std::uint32_t width, const std::byte* planes, std::size_t count,
                             std::byte* cells) {
  const auto join_16 = width == 2 ? join_16_of_2 : width == 4 ? join_16_of_4 : join_16_of_8;
  std::size_t i = 0;
  for (; i + 16 <= count; i += 16) join_16(planes + i, count, cells + i * width);
  return i;
}

}  // namespace pondus::dense
