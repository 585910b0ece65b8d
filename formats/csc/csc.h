// csc: how many entries each line has, where they are, and their cells (spec: encodings/csc).
#pragma once

#include <vector>

#include "formats/encoding.h"

namespace pondus::csc {

/// The entries of a block. counts has one number per line, at most its cells; positions and values
/// have their sum, at most 2^16; positions ascend strictly within a line and lie in it; values,
/// `cell_bytes` each, are not zero.
struct Csc {
  std::vector<std::uint32_t> counts;
  std::vector<std::uint16_t> positions;
  Bytes values;
};

/// Bytes of a position.
inline std::uint32_t position_bytes(const Lines& lines) {
  return lines.line_cells() <= 256 ? 1 : 2;
}

/// Pure, and cannot fail.
Csc from_cells(const BlockLines& block, ByteSpan cells);
void to_cells(const Csc& csc, const BlockLines& block, std::span<std::byte> cells);

extern const Encoding encoding;

}  // namespace pondus::csc
