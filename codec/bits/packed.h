// Fixed-width integers packed into a bit string (spec: primitives, "Integers and bits").
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "codec/base/checked.h"
#include "codec/bits/little_endian.h"

namespace pondus {

constexpr std::uint32_t bit_length(std::uint64_t x) {
  return static_cast<std::uint32_t>(std::bit_width(x));
}

constexpr std::uint64_t packed_bytes(std::uint64_t count, std::uint32_t width) {
  return ceil_div(count * width, 8);
}

/// Reads all of `values` from integers of `width` <= 32 bits, as many as `bytes` holds: the caller
/// has judged that. Gives whether the bits left in the last byte are zero.
inline bool unpack(std::span<const std::byte> bytes, std::uint32_t width,
                   std::span<std::uint32_t> values) {
  const auto load_at = [&](std::size_t at) {
    if (bytes.size() - at >= 8) return load<std::uint64_t>(bytes.data() + at);
    std::uint64_t word = 0;
    for (std::size_t i = bytes.size(); i-- > at;)
      word = word << 8 | std::to_integer<std::uint64_t>(bytes[i]);
    return word;
  };
  const std::uint64_t mask = (std::uint64_t{1} << width) - 1;
  std::size_t bit = 0;
  for (std::uint32_t& value : values) {
    value = static_cast<std::uint32_t>(load_at(bit / 8) >> bit % 8 & mask);
    bit += width;
  }
  return bit % 8 == 0 || std::to_integer<unsigned>(bytes.back()) >> bit % 8 == 0;
}

/// Writes integers of `width` <= 32 bits into `bytes`, which has packed_bytes(count, width) bytes;
/// `finish` pads with zeros.
class PackedWriter {
 public:
  PackedWriter(std::span<std::byte> bytes, std::uint32_t width)
      : at_(bytes.data()), width_(width) {}

  void next(std::uint32_t value) {
    bits_ |= std::uint64_t{value} << held_;
    held_ += width_;
    if (held_ < 32) return;
    store(at_, static_cast<std::uint32_t>(bits_));
    at_ += 4;
    bits_ >>= 32;
    held_ -= 32;
  }

  void finish() {
    for (; held_ > 0; held_ = held_ < 8 ? 0 : held_ - 8, bits_ >>= 8) {
      store(at_++, static_cast<std::uint8_t>(bits_));
    }
  }

 private:
  std::byte* at_;
  std::uint64_t bits_ = 0;
  std::uint32_t held_ = 0;
  std::uint32_t width_;
};

/// Packs all of `values`, as PackedWriter does, into `bytes`.
inline void pack(std::span<const std::uint32_t> values, std::uint32_t width,
                 std::span<std::byte> bytes) {
  PackedWriter out(bytes, width);
  for (const std::uint32_t value : values) out.next(value);
  out.finish();
}

/// Eight bytes of `width` <= 8 bits as one word of 8 * width bits: neighbours move together, then
/// pairs, then fours.
inline std::uint64_t pack_eight(std::uint64_t word, std::uint32_t width) {
  constexpr std::uint64_t every[] = {0x0001000100010001, 0x0000000100000001, 1};
  for (std::uint32_t step = 0, lane = 8; step < 3; ++step, lane *= 2, width *= 2) {
    const std::uint64_t low = every[step] * ((std::uint64_t{1} << width) - 1);
    word = (word & low) | (word >> lane & low) << width;
  }
  return word;
}

/// The mirror, for width >= 1.
inline std::uint64_t unpack_eight(std::uint64_t word, std::uint32_t width) {
  constexpr std::uint64_t every[] = {1, 0x0000000100000001, 0x0001000100010001};
  width *= 4;
  for (std::uint32_t step = 0, lane = 32; step < 3; ++step, lane /= 2, width /= 2) {
    const std::uint64_t low = every[step] * ((std::uint64_t{1} << width) - 1);
    word = (word & low) | (word >> width & low) << lane;
  }
  return word;
}

/// The same for bytes; `width` <= 8.
inline void pack(std::span<const std::uint8_t> values, std::uint32_t width,
                 std::span<std::byte> bytes) {
  if (width == 0) return;
  const auto in = std::as_bytes(values);
  std::size_t i = 0;
  std::byte* at = bytes.data();
  std::byte* const last = at + bytes.size();
  for (; i + 8 <= in.size() && last - at >= 8; i += 8, at += width)
    store(at, pack_eight(load<std::uint64_t>(&in[i]), width));
  PackedWriter out({at, last}, width);
  for (; i < in.size(); ++i) out.next(values[i]);
  out.finish();
}

}  // namespace pondus
