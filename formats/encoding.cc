#include "formats/encoding.h"

#include <algorithm>
#include <utility>

namespace pondus {

std::uint64_t BlockStatistics::sequence_bytes(std::uint64_t symbols) const {
  const std::uint32_t streams = stream_count(symbols, table_entries);
  if (streams == 0) return 0;
  const std::uint64_t whole = coded_bits / coded_symbols;
  const std::uint64_t bits =
      symbols * whole + symbols * (coded_bits % coded_symbols) / coded_symbols;
  // Half a byte of padding in each stream; lengths of many are mostly some 5 bits apart.
  return bits / 8 + stream_tail_bytes + (streams == 1 ? 0 : 3 + streams * 5 / 8) + streams / 2;
}

Bytes encode_block(const Encoding& encoding, const Tables& tables, const BlockLines& block,
                   ByteSpan cells, unsigned effort, Bytes room) {
  ByteWriter out(std::move(room));
  encoding.encode_block(tables, block, cells, effort, out);
  Bytes stored = out.take();
  if (stored.size() >= cells.size()) stored.assign(cells.begin(), cells.end());
  return stored;
}

Result<void> decode_block(const Encoding& encoding, const Tables& tables, const BlockLines& block,
                          ByteSpan stored, std::uint64_t offset, std::span<std::byte> cells) {
  if (stored.size() != cells.size())
    return encoding.decode_block(tables, block, stored, offset, cells);
  std::ranges::copy(stored, cells.begin());  // [block.size]: as large as its cells is plain
  return {};
}

}  // namespace pondus
