#include "formats/encoding.h"

#include <algorithm>

namespace pondus {

Bytes encode_block(const Encoding& encoding, const Tables& tables, const BlockLines& block,
                   ByteSpan cells) {
  ByteWriter out;
  encoding.encode_block(tables, block, cells, out);
  if (out.size() < cells.size()) return out.take();
  return {cells.begin(), cells.end()};
}

Result<void> decode_block(const Encoding& encoding, const Tables& tables, const BlockLines& block,
                          ByteSpan stored, std::uint64_t offset, std::span<std::byte> cells) {
  if (stored.size() != cells.size())
    return encoding.decode_block(tables, block, stored, offset, cells);
  std::ranges::copy(stored, cells.begin());  // [block.size]: as large as its cells is plain
  return {};
}

}  // namespace pondus
