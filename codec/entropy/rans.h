// Interleaved rANS: 32 states that share one sequence of 16-bit words (spec: rans).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "codec/bits/byte_writer.h"

namespace pondus {

inline constexpr std::uint32_t rans_lanes = 32;
inline constexpr std::uint32_t rans_slot_bits = 12;
inline constexpr std::uint32_t rans_slots = 1u << rans_slot_bits;
inline constexpr std::uint32_t rans_state_least = 1u << 16;

/// Frequencies of the symbols 0, 1, ...: their sum is rans_slots.
using Frequencies = std::vector<std::uint16_t>;
using RansStates = std::array<std::uint32_t, rans_lanes>;

/// What a slot stands for: bits 0 to 7 the symbol, 8 to 19 its frequency less 1, 20 to 31 the
/// slot's number among the symbol's.
using RansSlot = std::uint32_t;

inline std::uint32_t slot_symbol(RansSlot slot) { return slot & 0xFF; }

/// The state after the symbol of `slot` has left it.
inline std::uint32_t advance(std::uint32_t state, RansSlot slot) {
  return ((slot >> 8 & 0xFFF) + 1) * (state >> rans_slot_bits) + (slot >> 20);
}

/// Writes the slots of a table of at most 256 frequencies.
void fill_slots(const Frequencies& frequencies, std::span<RansSlot> slots);

inline constexpr std::size_t rans_states_bytes = 4 * rans_lanes;

/// The states that a coded sequence begins with; it has at least their bytes.
RansStates read_states(ByteSpan coded);

/// The words behind the states, and a row of zeros for reads past the last one.
class RansWords {
 public:
  explicit RansWords(ByteSpan stored);
  const std::uint16_t* words() const { return words_.data(); }
  std::size_t count() const { return words_.size() - rans_lanes; }
  /// So many were read, or wanted.
  void read(std::size_t position) { position_ = position; }
  bool at_end() const { return position_ == count(); }

 private:
  std::vector<std::uint16_t> words_;
  std::size_t position_ = 0;
};

/// Encodes backwards: symbols are put last to first. States start and end the decoder's way round.
class RansEncoder {
 public:
  explicit RansEncoder(std::span<const Frequencies> tables);
  void put(std::uint32_t lane, std::uint32_t table, std::uint32_t symbol);
  /// The states that a decoder starts from, and the words in its order.
  void finish(ByteWriter& out) const;

 private:
  struct Part {
    std::uint16_t frequency;
    std::uint16_t begin;
  };
  std::uint32_t symbols_;
  std::vector<Part> parts_;
  RansStates states_{};
  std::vector<std::uint16_t> words_;
};

}  // namespace pondus
