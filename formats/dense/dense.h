// dense: the cells as they are, or as byte planes in one Zstandard frame (spec: encodings/dense).
#pragma once

#include "formats/encoding.h"

namespace pondus::dense {

/// Plane p holds byte p of each cell; planes.size() == cells.size(). Pure.
Bytes to_planes(ByteSpan cells, std::uint32_t cell_bytes);
void from_planes(ByteSpan planes, std::uint32_t cell_bytes, std::span<std::byte> cells);

extern const Encoding encoding;

}  // namespace pondus::dense
