// Kernels between packed indices, indices of a byte, and cells, by instruction set.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pondus {

/// Unpacks `count` indices of `width` bits, 1 to 8, one after another in `packed`, of which
/// ceil(count * width / 8) bytes are read. Gives the greatest, or 0 of none.
using UnpackBytes = std::uint8_t(const std::byte* packed, std::uint32_t width, std::size_t count,
                                 std::uint8_t* indices);

/// The cells of up to 256 entries, and the same as byte planes; zeros behind the last.
struct LookupPlanes {
  alignas(64) std::uint8_t planes[8][256] = {};
  alignas(64) std::byte cells[256 * 8] = {};
  std::uint32_t entries = 0;
  std::uint32_t cell_bytes = 0;  ///< 1, 2, 4 or 8
};

/// Replaces `count` indices by their cells. An index past the last entry becomes some cell.
using LookUpBytes = void(const LookupPlanes& table, const std::uint8_t* indices, std::size_t count,
                         std::byte* cells);

/// For cells of 1, 2, 4 and 8 bytes.
struct LookUpKernels {
  LookUpBytes* by_width[4];
};

UnpackBytes unpack_bytes_avx2;
UnpackBytes unpack_bytes_avx512;
extern const LookUpKernels look_up_avx2;
extern const LookUpKernels look_up_avx512;

}  // namespace pondus
