// A coded sequence: symbols dealt to streams of a Huffman code (spec: huffman, "Streams").
#pragma once

#include <cstdint>
#include <span>

#include "codec/base/result.h"
#include "codec/entropy/huffman_code.h"

namespace pondus {

inline constexpr std::uint32_t streams_most = 32;
inline constexpr std::uint32_t stream_tail_bytes = 8;
/// What a stream has beyond the shortest of its sequence.
inline constexpr std::uint32_t stream_length_bits_most = 13;

/// Streams of a sequence of `symbols`: 32, or 1 where they are few, or 0 where nothing is stored.
constexpr std::uint32_t stream_count(std::uint64_t symbols, std::uint32_t entries) {
  if (symbols == 0 || entries == 1) return 0;
  return symbols >= 1024 ? streams_most : 1;
}

/// Bytes of a sequence beside its symbols' bits: lengths, tail, and at most 7 padding bits per
/// stream (rounded up).
constexpr std::uint64_t sequence_overhead_most(std::uint32_t streams) {
  if (streams == 0) return 0;
  const std::uint32_t lengths = streams == 1 ? 0 : 3 + streams * stream_length_bits_most / 8;
  return lengths + stream_tail_bytes + (streams * 7 + 7) / 8;
}

/// Where the streams of a sequence are, in bits from its first byte; the lengths agree with the
/// sequence's size.
struct StreamLayout {
  std::uint32_t count = 0;
  std::uint32_t begin_bits[streams_most] = {};
  std::uint32_t end_bits[streams_most] = {};
};

/// [huffman.size], [huffman.lengths]; `offset` is the sequence's first byte in the file.
Result<StreamLayout> read_layout(ByteSpan sequence, std::uint64_t symbols, std::uint32_t entries,
                                 std::uint64_t offset);

/// What is judged after all symbols are decoded: the tail, and where each stream stopped.
Result<void> judge_streams(ByteSpan sequence, const StreamLayout& layout,
                           std::span<const std::uint32_t> stopped_bits, std::uint64_t offset);
/// [huffman.entry].
Result<void> judge_entries(std::uint32_t greatest, std::uint32_t entries, std::uint64_t offset);

/// Appends a sequence; each of `symbols` is less than code.entries().
void encode_symbols(const HuffmanCode& code, std::span<const std::uint8_t> symbols,
                    ByteWriter& out);
void encode_symbols(const HuffmanCode& code, std::span<const std::uint32_t> symbols,
                    ByteWriter& out);

/// Decodes symbol after symbol as the specification says it: the reference that faster decoders are
/// tested against.
Result<void> decode_symbols(const HuffmanCode& code, ByteSpan sequence, std::uint64_t offset,
                            std::span<std::uint32_t> symbols);

}  // namespace pondus
