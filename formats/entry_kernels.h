// The inner loops of sparse lines: float32 entries at stored places, times vectors or made cells.
#pragma once

#include <cstddef>
#include <cstdint>

#include "codec/base/instruction_set.h"
#include "formats/line_form.h"

namespace pondus {

/// The entries of `lines` lines of `cells` cells: how many each has, at most `cells`; their places,
/// each line's in the form that its count says, or listed whatever it says; and their values,
/// float32 cells at any address. Positions are little endian, of `position_bytes` (1 or 2). Places
/// and values may be any.
struct LineEntries {
  const std::uint32_t* counts;
  std::size_t lines;
  std::uint32_t cells;
  std::uint32_t position_bytes;
  bool all_listed;
  const std::byte* places;
  const std::byte* values;
};

/// x and y as in ProductKernels; with more than one vector all lines are listed. Each judges in
/// passing, and gives whether all lines are sound: positions ascend strictly and lie in the line,
/// masks have as many bits as there are entries, none of them behind the line, and no value is
/// +0.0. Where they are not, results are any, but nothing outside of them is touched, even where
/// bytes change meanwhile.
struct EntryKernels {
  /// y[line] += the line times x.
  bool (*dot)(const LineEntries& entries, const float* x, std::uint32_t stride, float* y);
  /// y += sum over lines of x[line] times the line.
  bool (*axpy)(const LineEntries& entries, const float* x, std::uint32_t stride, float* y);
  /// y[line] += the line's values, which are products already and may be +0.0, with one vector.
  /// Null where products are not made on the way.
  bool (*sum)(const LineEntries& entries, float* y) = nullptr;
  /// Makes the cells of all lines: zeros, and the values in their places. Null where there is
  /// nothing better than list_places and place_entries.
  bool (*place)(const LineEntries& entries, std::byte* cells) = nullptr;
  /// The other way round, for `count` cells of 4 bytes, at most 2^16: writes the place and the cell
  /// of each that is not +0.0, one after another, and anything to up to 32 more. Gives how many.
  /// Null where a loop is as good.
  std::size_t (*find)(const std::byte* cells, std::size_t count, std::uint16_t* places,
                      std::byte* values) = nullptr;
  /// Makes the cells of a line from those of another: where the mask of the one line of `entries`
  /// says so, what `changed` of delta_map makes of it and the next value, `first` being the code's
  /// first entry. Null where there is nothing better than a loop.
  void (*change)(const LineEntries& entries, std::uint32_t first, const std::byte* from,
                 std::byte* to) = nullptr;
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
