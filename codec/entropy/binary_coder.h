// An adaptive binary range coder for side information (spec: rans, "Numbers").
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstdint>
#include <span>
#include <vector>

#include "codec/bits/byte_writer.h"

namespace pondus {

/// The probability that the next bit is 0, in 2^-16, and how many bits it has seen, 31 at most.
struct BitModel {
  std::uint16_t zero = 1u << 15;
  std::uint8_t seen = 0;

  void update(std::uint32_t bit) {
    const auto rate = std::min(6, static_cast<int>(std::bit_width(seen + 1u)));
    const std::uint32_t zero_now = zero;
    zero = static_cast<std::uint16_t>(bit ? zero_now - (zero_now >> rate)
                                          : zero_now + ((65535 - zero_now) >> rate));
    if (seen < 31) ++seen;
  }
};

/// Models for numbers of up to `bits` bits: one for each prefix of a number.
class TreeModel {
 public:
  explicit TreeModel(unsigned bits = 0) : bits_(bits), nodes_(std::size_t{1} << bits) {}
  unsigned bits() const { return bits_; }
  BitModel& node(std::uint32_t prefix) { return nodes_[prefix]; }

 private:
  unsigned bits_;
  std::vector<BitModel> nodes_;
};

/// Models for numbers of any size up to 24 bits: their length, the first two bits below the top
/// one, and the rest.
struct NumberModel {
  TreeModel length{5};
  std::array<BitModel, 32 * 4> high;
  std::array<BitModel, 32> low;
};

/// What encoder and decoder share: how numbers are made of bits. `Coder` has
/// `bit(model, bit) -> bit`; the decoder ignores the bit it is given.
template <class Coder>
class NumberCoder {
 public:
  /// A number below 2^bits of the model.
  std::uint32_t tree(TreeModel& model, std::uint32_t number) {
    std::uint32_t prefix = 1;
    for (unsigned level = model.bits(); level-- > 0;)
      prefix = prefix * 2 + bit(model.node(prefix), number >> level & 1);
    return prefix - (1u << model.bits());
  }

  /// A number below 2^24; more from damaged bytes, but below 2^31.
  std::uint32_t number(NumberModel& model, std::uint32_t number) {
    const std::uint32_t length =
        tree(model.length, static_cast<std::uint32_t>(std::bit_width(number)));
    std::uint32_t prefix = length == 0 ? 0 : 1;
    for (std::uint32_t level = length; level-- > 1;) {
      const bool is_high = prefix < 4;
      BitModel& node = is_high ? model.high[length * 4 + prefix] : model.low[level];
      prefix = prefix * 2 + bit(node, number >> (level - 1) & 1);
    }
    return prefix;
  }

 private:
  std::uint32_t bit(BitModel& model, std::uint32_t value) {
    return static_cast<Coder&>(*this).bit(model, value);
  }
};

/// Writes bits; `finish` gives the bytes.
class BinaryEncoder : public NumberCoder<BinaryEncoder> {
 public:
  static constexpr bool reads = false;
  std::uint32_t bit(BitModel& model, std::uint32_t value);
  Bytes finish();

 private:
  void shift();

  std::uint64_t low_ = 0;
  std::uint32_t range_ = 0xFFFFFFFF;
  Bytes bytes_;
};

/// Reads bits; total, zeros follow the last byte.
class BinaryDecoder : public NumberCoder<BinaryDecoder> {
 public:
  static constexpr bool reads = true;
  explicit BinaryDecoder(ByteSpan bytes);
  std::uint32_t bit(BitModel& model, std::uint32_t value);
  /// All bytes are used, and nothing is left in them.
  bool at_end() const { return position_ == bytes_.size() && code_ == 0; }

 private:
  void shift();

  ByteSpan bytes_;
  std::size_t position_ = 0;
  std::uint32_t code_ = 0;
  std::uint32_t range_ = 0xFFFFFFFF;
};

}  // namespace pondus
