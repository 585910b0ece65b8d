// zstd_map: the indices of the cells as byte planes in a Zstandard frame (spec:
// encodings/zstd_map).
#pragma once

#include "formats/encoding.h"

namespace pondus::zstd_map {

/// Bytes of an index: the least that hold k - 1, and at least one.
std::uint32_t index_bytes(std::uint32_t entries);

/// Planes of one byte per cell, the least significant first. Pure, and cannot fail: every cell is
/// an entry of the codebook.
Bytes to_planes(const Tables& tables, ByteSpan cells, std::uint32_t cell_bytes);

/// The mirror, total; false if an index is not less than the entries.
bool from_planes(const Tables& tables, ByteSpan planes, std::uint32_t cell_bytes,
                 std::span<std::byte> cells);

extern const Encoding encoding;

}  // namespace pondus::zstd_map
