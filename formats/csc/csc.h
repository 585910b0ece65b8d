// csc: how many entries each line has, where they are, and their cells (spec: encodings/csc).
#pragma once

#include "formats/encoding.h"
#include "formats/sparse_lines.h"

namespace pondus::csc {

/// The entries of a block: their places, and as many values of `cell_bytes` each, none of them
/// zero.
struct Csc {
  SparseLines lines;
  Bytes values;
};

/// Pure, and cannot fail.
Csc from_cells(const BlockLines& block, ByteSpan cells);
void to_cells(const Csc& csc, const BlockLines& block, std::span<std::byte> cells);

extern const Encoding encoding;

}  // namespace pondus::csc
