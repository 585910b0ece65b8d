#include "formats/csc/csc.h"

namespace pondus::csc {

Csc from_cells(const BlockLines& block, ByteSpan cells) {
  Csc csc;
  csc.lines = find_entries(block, cells, csc.values);
  return csc;
}

void to_cells(const Csc& csc, const BlockLines& block, std::span<std::byte> cells) {
  place_entries(csc.lines, block, csc.values, cells);
}

}  // namespace pondus::csc
