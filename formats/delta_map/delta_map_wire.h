// The payload of delta_map, judged: what stands before its sequences, and these one by one (spec:
// encodings/delta_map, "Payload").
#pragma once

#include <algorithm>
#include <array>

#include "codec/base/checked.h"
#include "codec/base/limits.h"
#include "codec/bits/byte_reader.h"
#include "codec/entropy/symbol_decoder.h"
#include "formats/delta_map/delta_map.h"

namespace pondus::delta_map {

/// The codes of a block, which are choices of the encoder.
struct Codes {
  HuffmanCode references;
  HuffmanCode gaps;  ///< not used where there is a mask
  HuffmanCode values;
};

/// Sequences that code so many numbers.
constexpr std::uint32_t sequence_count(std::uint64_t numbers) {
  return static_cast<std::uint32_t>(ceil_div(numbers, coded_symbols_most));
}

/// Calls `work(begin, count)` for each sequence of `numbers` numbers.
template <class Work>
void for_each_sequence(std::size_t numbers, Work&& work) {
  for (std::size_t begin = 0; begin < numbers; begin += coded_symbols_most)
    work(begin, std::min<std::size_t>(coded_symbols_most, numbers - begin));
}

/// Codes of least cost for the numbers of `map`; what all of these, a mask and the sequences take
/// at most is added to `bits`.
Codes choose_codes(const DeltaMap& map, const BlockLines& block, const Tables& tables,
                   std::uint64_t& bits);

void write_block(const DeltaMap& map, const Codes& codes, const BlockLines& block, ByteWriter& out);

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
  bool has_mask() const { return masked_; }
  const Codes& codes() const { return codes_; }

  /// Of a block with a mask: the bits for `cells` cells from number `first` of the visit on, into
  /// as many bytes and up to 7 more. Gives how many are 1.
  std::uint32_t mask_bits(std::uint64_t first, std::uint32_t cells, std::byte* bits) const;
  /// Decodes the next values of changes, at most 2^16, as cells to `cells`; gives how many, none
  /// behind the last and after a fault.
  std::uint32_t next_values(const SymbolDecoder& decoder, std::uint32_t cell_bytes,
                            std::byte* cells);

  /// Of a block with gaps: decodes the next changes, at most 2^16; false as before.
  bool next_changes();
  std::span<const std::uint32_t> places() const { return places_; }
  std::span<const std::uint32_t> values() const { return values_; }

 private:
  void read_mask(ByteSpan mask, std::uint64_t offset);
  void read_sizes(ByteSpan sizes, std::uint64_t offset);
  void read_references(const BlockLines& block);
  void judge_references(const BlockLines& block, std::uint64_t offset);
  /// Decodes the next sequence into all of `to`.
  void decode_next(const SymbolDecoder& decoder, std::span<std::byte> to);
  void decode_next(const HuffmanCode& code, std::span<std::uint32_t> numbers);

  ByteReader in_;
  std::uint64_t begin_;
  std::uint64_t cells_;
  std::uint32_t change_count_ = 0;
  std::uint32_t changes_left_ = 0;
  bool masked_ = false;
  Codes codes_;
  Bytes mask_;  ///< and zeros behind it
  std::vector<std::uint32_t> sequence_bytes_;
  std::size_t sequence_ = 0;
  References references_;
  std::vector<std::uint32_t> order_;
  std::uint64_t visited_ = 0;  ///< cells, up to the last change and with it
  std::vector<std::uint32_t> places_;
  std::vector<std::uint32_t> values_;
};

/// Makes the lines of a block with a mask.
class MaskedLines {
 public:
  /// Of the code's `entries`, into all of `cells`, which are those of the block in line order.
  MaskedLines(BlockReader& in, const BlockLines& block, ByteSpan entries, std::uint32_t cell_bytes,
              std::span<std::byte> cells);
  /// The next line in visiting order; false behind the last and after a fault.
  bool next();
  /// Where its cells are among those of the block.
  std::uint64_t first_cell() const { return cell_of(line_); }
  std::uint32_t cells() const { return block_.cells_of(line_); }

 private:
  std::uint64_t cell_of(std::uint32_t line) const;
  const std::byte* take_values(std::uint32_t count);
  void change(const std::byte* from, std::uint32_t count, const std::byte* values,
              std::byte* to) const;

  BlockReader& in_;
  const BlockLines& block_;
  ByteSpan entries_;
  std::uint32_t cell_bytes_;
  std::span<std::byte> cells_;
  SymbolDecoder decoder_;
  Bytes zeros_;            ///< of a line
  Bytes mask_;             ///< of the line
  Bytes values_;           ///< of changes; decoded are those from begin to end
  std::size_t begin_ = 0;  ///< behind those of the line
  std::size_t end_ = 0;
  std::size_t visited_ = 0;
  std::uint64_t visited_cells_ = 0;
  std::uint32_t line_ = 0;
};

/// Goes through the changes of a block with gaps, line by line.
class Walk {
 public:
  Walk(BlockReader& in, const BlockLines& block) : in_(in), block_(block) { fetch(); }

  /// Calls `visit(line, for_each_change)` for the lines in visiting order; that calls
  /// `add(place, value, turn)` for the changes of the line, with their places in it, and turns from
  /// 0 to 3. False after a fault.
  template <class Visit>
  bool run(Visit&& visit) {
    std::uint32_t begin = 0;
    for (const std::uint32_t line : in_.order()) {
      const std::uint32_t end = begin + block_.cells_of(line);
      visit(line, [&](auto&& add) { for_each_below(begin, end, add); });
      begin = end;
    }
    return in_.ok();
  }

 private:
  bool fetch() {
    const bool more = in_.next_changes();
    place_ = in_.places().data();
    value_ = in_.values().data();
    end_ = more ? place_ + in_.places().size() : place_;
    return more;
  }

  template <class Add>
  void for_each_below(std::uint32_t begin, std::uint32_t end, Add&& add) {
    do {
      const std::uint32_t* place = place_;
      const std::uint32_t* value = value_;
      const std::uint32_t* const last = end_;
      for (; last - place >= 4 && place[3] < end; place += 4, value += 4) {
        for (unsigned turn = 0; turn < 4; ++turn) add(place[turn] - begin, value[turn], turn);
      }
      for (; place != last && *place < end; ++place, ++value) add(*place - begin, *value, 0u);
      place_ = place;
      value_ = value;
    } while (place_ == end_ && fetch());
  }

  BlockReader& in_;
  const BlockLines& block_;
  const std::uint32_t* place_ = nullptr;
  const std::uint32_t* value_ = nullptr;
  const std::uint32_t* end_ = nullptr;
};

/// Encoding::multiply_block.
Result<void> multiply_block(const Tables& tables, const BlockLines& block, ByteSpan stored,
                            std::uint64_t offset, BlockProduct& product);

}  // namespace pondus::delta_map
