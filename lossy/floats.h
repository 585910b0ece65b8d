// Cells of the floating-point dtypes as numbers, and numbers as the nearest cells.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "codec/base/dtype.h"
#include "codec/bits/byte_writer.h"

namespace pondus::lossy {

/// f32 and f64: the cells are the machine's own numbers.
template <class Float, class Word>
struct NativeCell {
  static constexpr std::size_t bytes = sizeof(Word);
  static double load(const std::byte* at) { return std::bit_cast<Float>(pondus::load<Word>(at)); }
  static void store(std::byte* at, double value) {
    pondus::store(at, std::bit_cast<Word>(static_cast<Float>(value)));
  }
};

/// A sign, `exponent_bits` and `fraction_bits`, 16 in all, as IEEE 754 lays them out.
template <int exponent_bits, int fraction_bits>
struct HalfCell {
  static constexpr std::size_t bytes = 2;
  static constexpr int bias = (1 << (exponent_bits - 1)) - 1;
  static constexpr std::uint16_t infinity = ((1 << exponent_bits) - 1) << fraction_bits;

  static double load(const std::byte* at) {
    const auto word = pondus::load<std::uint16_t>(at);
    const int exponent = (word & infinity) >> fraction_bits;
    const int fraction = word & ((1 << fraction_bits) - 1);
    double value = 0;
    if ((word & infinity) == infinity) {
      value = fraction == 0 ? HUGE_VAL : NAN;
    } else if (exponent == 0) {
      value = std::ldexp(fraction, 1 - bias - fraction_bits);
    } else {
      value = std::ldexp(fraction + (1 << fraction_bits), exponent - bias - fraction_bits);
    }
    return word >> 15 != 0 ? -value : value;
  }

  /// To nearest, ties to even. `value` is finite; what is too large becomes infinite.
  static void store(std::byte* at, double value) {
    const int exponent = value == 0 ? 1 - bias : std::max(std::ilogb(value), 1 - bias);
    const int unit = exponent - fraction_bits;
    const double steps = std::nearbyint(std::ldexp(std::fabs(value), -unit));
    // A carry out of the fraction lands in the exponent, where it belongs.
    const int below = (unit + fraction_bits - 1 + bias) << fraction_bits;
    const double word = std::min<double>(below + steps, infinity);
    const auto sign = static_cast<std::uint16_t>(std::signbit(value) ? 0x8000 : 0);
    pondus::store(at, static_cast<std::uint16_t>(static_cast<std::uint16_t>(word) | sign));
  }
};

using F64Cell = NativeCell<double, std::uint64_t>;
using F32Cell = NativeCell<float, std::uint32_t>;
using F16Cell = HalfCell<5, 10>;
using Bf16Cell = HalfCell<8, 7>;

/// The dtypes that can be pruned and shared.
constexpr bool is_weight(Dtype dtype) {
  return dtype == Dtype::f64 || dtype == Dtype::f32 || dtype == Dtype::f16 || dtype == Dtype::bf16;
}

/// Calls `work` with the cell type of a dtype of `is_weight`.
template <class Work>
decltype(auto) with_float(Dtype dtype, Work&& work) {
  switch (dtype) {
    case Dtype::f64:
      return work(F64Cell{});
    case Dtype::f16:
      return work(F16Cell{});
    case Dtype::bf16:
      return work(Bf16Cell{});
    default:
      return work(F32Cell{});
  }
}

}  // namespace pondus::lossy
