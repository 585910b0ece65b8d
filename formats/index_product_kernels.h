// The inner loops of products with cells that are given by their numbers in a table.
#pragma once

#include <cstddef>
#include <cstdint>

#include "codec/base/instruction_set.h"
#include "codec/bits/lookup_kernels.h"

namespace pondus {

/// As `dot` and `axpy` of ProductKernels with one vector, the cells being those of `indices` in
/// `table`, which has float32. An index past the last entry stands for some cell.
struct IndexProductKernels {
  void (*dot)(const LookupPlanes& table, const std::uint8_t* indices, std::size_t lines,
              std::size_t count, const float* x, float* y);
  void (*axpy)(const LookupPlanes& table, const std::uint8_t* indices, std::size_t lines,
               std::size_t count, const float* x, float* y);
};

extern const IndexProductKernels index_product_portable;
extern const IndexProductKernels index_product_avx512;

inline constexpr Kernels<IndexProductKernels> index_product_kernels{
    .portable = &index_product_portable, .avx512 = PONDUS_X86(&index_product_avx512)};

}  // namespace pondus
