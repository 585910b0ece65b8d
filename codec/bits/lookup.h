// Packed indices to bytes, and bytes to cells: what few distinct values decode with.
#pragma once

#include <span>

#include "codec/bits/lookup_kernels.h"

namespace pondus {

inline constexpr std::uint32_t byte_entries_most = 256;

/// `table` has 1 to 256 cells.
LookupPlanes lookup_planes(std::span<const std::byte> table, std::uint32_t cell_bytes);

/// The kernels in use. Gives the greatest index, or 0 of none.
std::uint8_t unpack_bytes(std::span<const std::byte> packed, std::uint32_t width,
                          std::span<std::uint8_t> indices);
/// `cells` has as many as there are indices.
void look_up_bytes(const LookupPlanes& table, std::span<const std::uint8_t> indices,
                   std::byte* cells);

}  // namespace pondus
