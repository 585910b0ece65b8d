// sham, the sparse Huffman address map: places plain, values Huffman-coded (spec: encodings/sham).
#pragma once

#include <vector>

#include "formats/encoding.h"
#include "formats/sparse_lines.h"

namespace pondus::sham {

/// The entries of a block: their places, and as many entry numbers of the code, which has no zero.
struct Sham {
  SparseLines lines;
  Indices symbols;
};

/// Pure, and cannot fail: every nonzero cell is an entry of the code.
Sham from_cells(const Tables& tables, const BlockLines& block, ByteSpan cells);
void to_cells(const Sham& sham, const Tables& tables, const BlockLines& block,
              std::span<std::byte> cells);

extern const Encoding encoding;

}  // namespace pondus::sham
