// The inner loops of products: float32 cells times vectors, by the machine's instructions.
#pragma once

#include <cstddef>
#include <cstdint>

#include "codec/base/instruction_set.h"

namespace pondus {

/// The entries of one line by their values: how many each value, a cell, has, and their positions.
struct LineGroups {
  const std::uint32_t* counts;
  std::size_t groups;
  const std::uint16_t* positions;
  const std::byte* values;
};

/// x and y hold `stride` vectors side by side: number i of vector v stands at [i * stride + v].
/// `stride` is 1, 2, 4, 8 or a multiple of 16. Cells are float32, little endian, at any address.
/// Sums are of float32, in an order of the kernel's own.
struct ProductKernels {
  /// Dot products of `lines` lines of `count` cells each, one behind the other, with the same x:
  /// y[line] += sum over i of cells[line][i] * x[i].
  void (*dot)(const std::byte* cells, std::size_t lines, std::size_t count, const float* x,
              std::uint32_t stride, float* y);
  /// Multiples of the lines: y[i] += sum over lines of x[line] * cells[line][i].
  void (*axpy)(const std::byte* cells, std::size_t lines, std::size_t count, const float* x,
               std::uint32_t stride, float* y);
  /// One line, with one multiplication for each group: y += sum over groups of value * (sum of x at
  /// its positions), and y[position] += value * x.
  void (*dot_groups)(const LineGroups& line, const float* x, std::uint32_t stride, float* y);
  void (*axpy_groups)(const LineGroups& line, const float* x, std::uint32_t stride, float* y);
};

extern const ProductKernels product_portable;
extern const ProductKernels product_avx2;
extern const ProductKernels product_avx512;
extern const ProductKernels product_neon;

inline constexpr Kernels<ProductKernels> product_kernels{.portable = &product_portable,
                                                         .avx2 = PONDUS_X86(&product_avx2),
                                                         .avx512 = PONDUS_X86(&product_avx512),
                                                         .neon = PONDUS_ARM(&product_neon)};

}  // namespace pondus
