// A fuzzer's bytes as a stream of choices.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "codec/bits/byte_writer.h"

namespace pondus::fuzz {

/// Past the end every choice is 0.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size)
      : bytes_(std::as_bytes(std::span(data, size))) {}

  template <class Word>
  Word word() {
    std::byte bytes[sizeof(Word)]{};
    std::ranges::copy(take(sizeof(Word)), bytes);
    return load<Word>(bytes);
  }

  /// In [0, end) from as few bytes as that takes; 0 where end is 0.
  std::uint64_t below(std::uint64_t end) {
    if (end <= 1) return 0;
    if (end <= 0x100) return word<std::uint8_t>() % end;
    if (end <= 0x10000) return word<std::uint16_t>() % end;
    if (end <= 0x100000000) return word<std::uint32_t>() % end;
    return word<std::uint64_t>() % end;
  }
  bool flag() { return below(2) != 0; }

  /// The next `count` bytes, or what is left of them.
  ByteSpan take(std::size_t count) {
    const ByteSpan taken = bytes_.first(std::min(count, bytes_.size()));
    bytes_ = bytes_.subspan(taken.size());
    return taken;
  }
  ByteSpan rest() { return take(bytes_.size()); }
  bool empty() const { return bytes_.empty(); }

 private:
  ByteSpan bytes_;
};

}  // namespace pondus::fuzz
