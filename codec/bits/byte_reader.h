// Reads fields one after another from untrusted bytes, and remembers the first fault.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "codec/base/fault.h"
#include "codec/base/result.h"
#include "codec/bits/little_endian.h"

namespace pondus {

/// Sticky: after the first fault every read gives zeros or nothing and consumes nothing, so parsing
/// stays straight-line. `origin` is the file offset of the first byte; offsets of faults are file
/// offsets.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes, std::uint64_t origin = 0)
      : bytes_(bytes), origin_(origin) {}

  bool ok() const { return !error_; }
  std::uint64_t offset() const { return origin_ + position_; }
  std::size_t left() const { return ok() ? bytes_.size() - position_ : 0; }
  const Error& error() const { return *error_; }

  /// Names the fault of reading past the end, and where it is reported. Until then the end is
  /// `assert`ed to suffice.
  void end_fault(Fault fault, std::uint64_t offset) {
    end_fault_ = fault;
    end_offset_ = offset;
  }

  template <class Word>
  Word word() {
    const auto bytes = take(sizeof(Word));
    return bytes.empty() ? Word{} : load<Word>(bytes.data());
  }

  /// The next `count` bytes; none after a fault.
  std::span<const std::byte> take(std::uint64_t count) {
    if (count > left()) {
      fail(end_fault_, end_offset_);
      return {};
    }
    const auto taken = bytes_.subspan(position_, static_cast<std::size_t>(count));
    position_ += static_cast<std::size_t>(count);
    return taken;
  }

  bool require(bool condition, Fault fault, std::uint64_t offset) {
    if (!condition) fail(fault, offset);
    return ok();
  }

  void fail(Fault fault, std::uint64_t offset) {
    if (!error_) error_ = Error{fault, offset, {}, {}};
  }

 private:
  std::span<const std::byte> bytes_;
  std::size_t position_ = 0;
  std::uint64_t origin_;
  std::uint64_t end_offset_ = 0;
  Fault end_fault_{"request.unexpected-end", Kind::malformed};
  std::optional<Error> error_;
};

}  // namespace pondus
