#include "formats/float32.h"

#include <algorithm>
#include <bit>

namespace pondus {
namespace {

std::uint32_t widen_bf16(std::uint32_t cell) { return cell << 16; }

/// Scaling by 2^112 moves the exponent's bias, of subnormals too; what was all ones stays so.
std::uint32_t widen_f16(std::uint32_t cell) {
  const std::uint32_t magnitude = (cell & 0x7FFF) << 13;
  const auto scaled = std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) * 0x1p112f);
  const std::uint32_t special = magnitude >= 0x0F800000 ? 0x7F800000u | magnitude : scaled;
  return special | (cell & 0x8000) << 16;
}

template <class Widen>
void widen(ByteSpan cells, std::byte* out, Widen widen_cell) {
  for (std::size_t i = 0; i < cells.size() / 2; ++i)
    store(out + 4 * i, widen_cell(load<std::uint16_t>(&cells[2 * i])));
}

}  // namespace

void to_float32(Dtype dtype, ByteSpan cells, std::span<std::byte> out) {
  if (dtype == Dtype::f16) {
    widen(cells, out.data(), widen_f16);
  } else if (dtype == Dtype::bf16) {
    widen(cells, out.data(), widen_bf16);
  } else {
    std::ranges::copy(cells, out.begin());
  }
}

}  // namespace pondus
