// A codebook with the Huffman code of its entries, and the decoder made from it (spec: huffman,
// "Code table").
#pragma once

#include <variant>
#include <vector>

#include "codec/entropy/huffman_kernel.h"
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
  Result<void> decode(ByteSpan sequence, std::uint64_t offset, std::span<std::byte> cells) const;

 private:
  void make_places();
  void make_kernel_code();
  /// Where the machine has a kernel for 32 streams: decodes rows of symbols with it, from the first
  /// on, and gives their number.
  std::size_t decode_rows(ByteSpan sequence, std::uint32_t* positions, std::span<std::byte> cells,
                          bool& past_end) const;
  /// The same by numbers of entries.
  std::size_t decode_numbers(KernelStreams& streams, std::size_t rows, std::byte* cells) const;
  template <class Cell>
  bool decode_cells(ByteSpan sequence, const StreamLayout& layout, std::uint32_t* positions,
                    std::span<std::byte> cells) const;

  HuffmanCode code_;
  ByteSpan cells_;
  std::uint32_t cell_bytes_ = 1;
  struct RunPlaces {
    std::vector<std::uint64_t> places;
  };
  template <class Cell>
  struct DirectPlaces {
    std::vector<typename DirectStep<Cell>::Place> places;
  };
  std::variant<RunPlaces, DirectPlaces<std::uint8_t>, DirectPlaces<std::uint16_t>,
               DirectPlaces<std::uint32_t>, DirectPlaces<std::uint64_t>>
      places_;
  KernelCode kernel_code_;
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
