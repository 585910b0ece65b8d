// The inner loops of products: float32 cells times vectors, by the machine's instructions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pondus {

/// x and y hold `stride` vectors side by side: number i of vector v stands at [i * stride + v].
/// `stride` is 1, 2, 4, 8 or a multiple of 16. Cells are float32, little endian, at any address.
/// Sums are of float32, in an order of the kernel's own.
struct ProductKernels {
  std::string_view name;

  /// Dot products of `lines` lines of `count` cells each, one behind the other, with the same x:
  /// y[line] += sum over i of cells[line][i] * x[i].
  void (*dot)(const std::byte* cells, std::size_t lines, std::size_t count, const float* x,
              std::uint32_t stride, float* y);
  /// Multiples of the lines: y[i] += sum over lines of x[line] * cells[line][i].
  void (*axpy)(const std::byte* cells, std::size_t lines, std::size_t count, const float* x,
               std::uint32_t stride, float* y);
  /// The same for the `count` entries of one line, at `positions` in it: y[0] is the line's.
  void (*dot_entries)(const std::uint16_t* positions, const std::byte* values, std::size_t count,
                      const float* x, std::uint32_t stride, float* y);
  /// x[0] is the line's.
  void (*axpy_entries)(const std::uint16_t* positions, const std::byte* values, std::size_t count,
                       const float* x, std::uint32_t stride, float* y);
};

extern const ProductKernels product_portable;

}  // namespace pondus
