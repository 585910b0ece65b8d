// A codebook with the Huffman code of its entries, and the decoder made from it (spec: huffman,
// "Code table").
#pragma once

#include "codec/entropy/symbol_decoder.h"
#include "formats/codebook.h"

namespace pondus {

/// Views the cells of a table that outlives it. Immutable, so threads may share one.
class CodeTable {
 public:
  CodeTable() = default;
  /// Judges a table at `offset` in the file: the rules code.*.
  static Result<CodeTable> read(ByteSpan table, std::uint32_t cell_bytes, std::uint64_t offset);

  const HuffmanCode& code() const { return code_; }
  /// Entries in table order, code().entries() of them; none for a table that was never read.
  ByteSpan cells() const { return cells_; }
  bool has_zero() const;
  /// The same code with other cells in place of the entries', which outlive the result.
  CodeTable with_cells(ByteSpan cells, std::uint32_t cell_bytes) const;

  /// Decodes a sequence that lies at `offset` in the file into all of `cells`. Faults huffman.*.
  Result<void> decode(ByteSpan sequence, std::uint64_t offset, std::span<std::byte> cells) const {
    return decoder_.decode(sequence, offset, cells);
  }
  const SymbolDecoder& decoder() const { return decoder_; }

 private:
  HuffmanCode code_;
  ByteSpan cells_;
  std::uint32_t cell_bytes_ = 1;
  SymbolDecoder decoder_;
};

/// The table of the best code for `cells`, ascending, with these frequencies, and what all symbols
/// take.
struct BuiltCodeTable {
  Bytes table;
  std::uint64_t coded_bits = 0;
};
BuiltCodeTable build_code_table(ByteSpan cells, std::span<const std::uint64_t> frequencies,
                                std::uint32_t cell_bytes);

}  // namespace pondus
