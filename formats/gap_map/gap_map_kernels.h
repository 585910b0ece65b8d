// Products with entries whose places are gaps, by the machine's instructions.
#pragma once

#include <cstddef>
#include <cstdint>

#include "codec/base/instruction_set.h"

namespace pondus::gap_map {

/// Lines of `line_cells` cells, one behind the other, and their `entries` entries: before each its
/// gap, less than 2^29, and its value, float32, both little endian.
struct GapLines {
  std::uint32_t lines;
  std::uint32_t line_cells;
  std::size_t entries;
  const std::uint32_t* gaps;
  const std::byte* values;
};

/// With one vector. Each gives whether all entries lie in the lines; if not, sums are any, but
/// nothing outside of x and y is touched.
struct GapKernels {
  /// y[line] += the line times x.
  bool (*dot)(const GapLines& lines, const float* x, float* y);
  /// y += sum over lines of x[line] times the line.
  bool (*axpy)(const GapLines& lines, const float* x, float* y);
};

extern const GapKernels gap_portable;
extern const GapKernels gap_avx512;

inline constexpr Kernels<GapKernels> gap_kernels{.portable = &gap_portable,
                                                 .avx512 = PONDUS_X86(&gap_avx512)};

}  // namespace pondus::gap_map
