#include "codec/entropy/rans.h"

#include <algorithm>
#include <cassert>

namespace pondus {

void fill_slots(const Frequencies& frequencies, std::span<RansSlot> slots) {
  std::size_t slot = 0;
  for (std::uint32_t symbol = 0; symbol < frequencies.size(); ++symbol) {
    for (std::uint32_t i = 0; i < frequencies[symbol]; ++i)
      slots[slot++] = symbol | (frequencies[symbol] - 1u) << 8 | i << 20;
  }
}

RansStates read_states(ByteSpan coded) {
  RansStates states;
  for (std::size_t i = 0; i < rans_lanes; ++i) states[i] = load<std::uint32_t>(&coded[4 * i]);
  return states;
}

RansWords::RansWords(ByteSpan stored) : words_(stored.size() / 2 + rans_lanes) {
  for (std::size_t i = 0; i < count(); ++i) words_[i] = load<std::uint16_t>(&stored[2 * i]);
}

RansEncoder::RansEncoder(std::span<const Frequencies> tables)
    : symbols_(static_cast<std::uint32_t>(tables[0].size())) {
  states_.fill(rans_state_least);
  for (const Frequencies& table : tables) {
    std::uint32_t begin = 0;
    for (const std::uint16_t frequency : table) {
      parts_.push_back({frequency, static_cast<std::uint16_t>(begin)});
      begin += frequency;
    }
  }
}

void RansEncoder::put(std::uint32_t lane, std::uint32_t table, std::uint32_t symbol) {
  const Part part = parts_[std::size_t{table} * symbols_ + symbol];
  assert(part.frequency != 0);
  std::uint32_t& state = states_[lane];
  if (state >> (32 - rans_slot_bits) >= part.frequency) {
    words_.push_back(static_cast<std::uint16_t>(state));
    state >>= 16;
  }
  state = state / part.frequency * rans_slots + state % part.frequency + part.begin;
}

void RansEncoder::finish(ByteWriter& out) const {
  for (const std::uint32_t state : states_) out.word(state);
  const auto to = out.extend(2 * words_.size());
  std::size_t at = to.size();
  for (const std::uint16_t word : words_) store(&to[at -= 2], word);
}

}  // namespace pondus
