// Values that break fields: the ends of their range, and what lies beside the value they have.
#pragma once

#include <array>
#include <span>

#include "codec/bits/little_endian.h"
#include "fuzz/random.h"

namespace pondus::fuzz {

/// Of an integer of `bits` bits that is `value` now.
inline std::uint64_t telling_value(std::uint64_t value, std::uint32_t bits, Random& random) {
  const std::uint64_t most = bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
  const std::array<std::uint64_t, 12> values{0,
                                             1,
                                             most,
                                             most - 1,
                                             most / 2,
                                             most / 2 + 1,
                                             value + 1,
                                             value - 1,
                                             value * 2,
                                             value ^ std::uint64_t{1} << random.below(bits),
                                             random.below(17),
                                             random.next()};
  return values[random.below(values.size())] & most;
}

/// Changes a little-endian integer of 1 to 8 bytes.
inline void change_field(std::span<std::byte> field, Random& random) {
  std::array<std::byte, 8> bytes{};
  for (std::size_t i = 0; i < field.size(); ++i) bytes[i] = field[i];
  const auto bits = static_cast<std::uint32_t>(8 * field.size());
  store(bytes.data(), telling_value(load<std::uint64_t>(bytes.data()), bits, random));
  for (std::size_t i = 0; i < field.size(); ++i) field[i] = bytes[i];
}

}  // namespace pondus::fuzz
