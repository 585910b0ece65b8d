// Unsigned integers as little-endian bytes, on any machine.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace pondus {

namespace bits_detail {
inline std::uint8_t swapped(std::uint8_t x) { return x; }
inline std::uint16_t swapped(std::uint16_t x) { return __builtin_bswap16(x); }
inline std::uint32_t swapped(std::uint32_t x) { return __builtin_bswap32(x); }
inline std::uint64_t swapped(std::uint64_t x) { return __builtin_bswap64(x); }
}  // namespace bits_detail

template <class Word>
Word little_endian(Word x) {
  static_assert(std::is_unsigned_v<Word>);
  if constexpr (std::endian::native == std::endian::big) return bits_detail::swapped(x);
  return x;
}

template <class Word>
Word load(const std::byte* bytes) {
  Word word;
  std::memcpy(&word, bytes, sizeof word);
  return little_endian(word);
}

template <class Word>
void store(std::byte* bytes, Word word) {
  word = little_endian(word);
  std::memcpy(bytes, &word, sizeof word);
}

}  // namespace pondus
