// ham, the Huffman address map: each cell as a Huffman-coded entry of its codebook (spec:
// encodings/ham).
#pragma once

#include <vector>

#include "formats/encoding.h"

namespace pondus::ham {

/// One entry number per cell, each less than the code's entries.
struct Ham {
  Indices symbols;
};

/// Pure, and cannot fail: every cell is an entry of the code.
Ham from_cells(const Tables& tables, const BlockLines& block, ByteSpan cells);
void to_cells(const Ham& ham, const Tables& tables, const BlockLines& block,
              std::span<std::byte> cells);

extern const Encoding encoding;

}  // namespace pondus::ham
