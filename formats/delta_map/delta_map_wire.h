// The payload of delta_map, judged: what stands before its sequences, and these one by one (spec:
// encodings/delta_map, "Payload").
#pragma once

#include "codec/bits/byte_reader.h"
#include "codec/entropy/huffman_code.h"
#include "formats/delta_map/delta_map.h"

namespace pondus::delta_map {

/// The codes of a block, which are choices of the encoder.
struct Codes {
  HuffmanCode references;
  HuffmanCode gaps;
  HuffmanCode values;
};

/// Codes of least cost for the numbers of `map`; what all of these take is added to `coded_bits`.
Codes choose_codes(const DeltaMap& map, const Tables& tables, std::uint64_t& coded_bits);

void write_block(const DeltaMap& map, const Codes& codes, ByteWriter& out);

/// Reads a coded block. Everything after a fault is empty.
class BlockReader {
 public:
  BlockReader(const Tables& tables, const BlockLines& block, ByteSpan stored, std::uint64_t offset);

  bool ok() const { return in_.ok(); }
  const Error& error() const { return in_.error(); }
  /// Of all lines of the block, which keep the rules; and their visiting order.
  const References& references() const { return references_; }
  const std::vector<std::uint32_t>& order() const { return order_; }
  std::uint32_t change_count() const { return change_count_; }
  const Codes& codes() const { return codes_; }

  /// Decodes the next changes, at most 2^16, little endian; false behind the last and after a
  /// fault.
  bool next_changes();
  std::span<const std::uint32_t> gaps() const { return gaps_; }
  std::span<const std::uint32_t> values() const { return values_; }
  /// The changes that were decoded last reach past the block's end.
  Error past_end() const;

 private:
  void read_references(const BlockLines& block);
  void judge_references(const BlockLines& block, std::uint64_t offset);
  /// Decodes the next sequence into all of `numbers`.
  void decode_next(const HuffmanCode& code, std::span<std::uint32_t> numbers);

  ByteReader in_;
  std::uint64_t begin_;
  std::uint32_t change_count_ = 0;
  std::uint32_t changes_left_ = 0;
  Codes codes_;
  std::vector<std::uint32_t> sequence_bytes_;
  std::size_t sequence_ = 0;
  References references_;
  std::vector<std::uint32_t> order_;
  std::vector<std::uint32_t> gaps_;
  std::vector<std::uint32_t> values_;
  std::uint64_t gaps_offset_ = 0;
};

/// Encoding::multiply_block (delta_map_product.cc).
Result<void> multiply_block(const Tables& tables, const BlockLines& block, ByteSpan stored,
                            std::uint64_t offset, BlockProduct& product);

}  // namespace pondus::delta_map
