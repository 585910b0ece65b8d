// Appends fields to bytes; the mirror of ByteReader.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/bits/little_endian.h"

namespace pondus {

using Bytes = std::vector<std::byte>;
using ByteSpan = std::span<const std::byte>;

class ByteWriter {
 public:
  ByteWriter() = default;
  /// Begins anew in the memory of bytes that were used before.
  explicit ByteWriter(Bytes room) : bytes_(std::move(room)) { bytes_.clear(); }

  template <class Word>
  void word(Word value) {
    bytes_.resize(bytes_.size() + sizeof value);
    store(bytes_.data() + bytes_.size() - sizeof value, value);
  }
  void bytes(ByteSpan bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  void text(std::string_view text) { bytes(std::as_bytes(std::span(text))); }
  void zeros(std::size_t count) { bytes_.resize(bytes_.size() + count); }
  /// `count` more bytes, zero, to be filled in by the caller before the next append.
  std::span<std::byte> extend(std::size_t count) {
    zeros(count);
    return std::span(bytes_).last(count);
  }

  std::size_t size() const { return bytes_.size(); }
  const Bytes& written() const { return bytes_; }
  Bytes take() { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

inline std::string_view as_text(ByteSpan bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace pondus
