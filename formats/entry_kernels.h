// The inner loops of sparse lines: float32 entries at stored places, times vectors or made cells.
#pragma once

#include <cstddef>
#include <cstdint>

#include "codec/base/instruction_set.h"

namespace pondus {

/// The entries of `lines` lines of `cells` cells: how many each has, at most `cells`, and for each
/// its position in the line, little endian of `position_bytes` (1 or 2), and its value, a float32
/// cell at any address. Positions and values may be any.
struct LineEntries {
  const std::uint32_t* counts;
  std::size_t lines;
  std::uint32_t cells;
  std::uint32_t position_bytes;
  const std::byte* positions;
  const std::byte* values;
};

/// x and y as in ProductKernels. Each judges in passing, and gives whether all lines are sound:
/// positions ascend strictly and lie in the line, and no value is +0.0. Where they are
/// not, sums are any, but nothing outside of x and y is touched: positions are held to the line as
/// they are used, so this holds even for bytes that change meanwhile.
struct EntryKernels {
  /// y[line] += the line times x.
  bool (*dot)(const LineEntries& entries, const float* x, std::uint32_t stride, float* y);
  /// y += sum over lines of x[line] times the line.
  bool (*axpy)(const LineEntries& entries, const float* x, std::uint32_t stride, float* y);
  /// y[line] += the line's values, which are products already and may be +0.0, with one vector.
  /// Null where products are not made on the way.
  bool (*sum)(const LineEntries& entries, float* y) = nullptr;
  /// Makes the cells of all lines: zeros, and the values in their places. Null where loops of the
  /// base line are as good.
  bool (*place)(const LineEntries& entries, std::byte* cells) = nullptr;
};

extern const EntryKernels entry_portable;
extern const EntryKernels entry_avx2;
extern const EntryKernels entry_avx512;
extern const EntryKernels entry_neon;

inline constexpr Kernels<EntryKernels> entry_kernels{.portable = &entry_portable,
                                                     .avx2 = PONDUS_X86(&entry_avx2),
                                                     .avx512 = PONDUS_X86(&entry_avx512),
                                                     .neon = PONDUS_ARM(&entry_neon)};

}  // namespace pondus
