#include "codec/entropy/binary_coder.h"

namespace pondus {
namespace {

constexpr std::uint32_t range_least = 1u << 24;

std::uint32_t bound_of(std::uint32_t range, const BitModel& model) {
  return (range >> 16) * model.zero;
}

}  // namespace

std::uint32_t BinaryEncoder::bit(BitModel& model, std::uint32_t value) {
  const std::uint32_t bound = bound_of(range_, model);
  if (value == 0) {
    range_ = bound;
  } else {
    low_ += bound;
    range_ -= bound;
  }
  model.update(value);
  while (range_ < range_least) shift();
  return value;
}

/// The top byte of the low 32 bits leaves; a carry above them goes into the bytes that have left.
void BinaryEncoder::shift() {
  if (low_ >> 32 != 0) {
    std::size_t i = bytes_.size();
    while (bytes_[--i] == std::byte{0xFF}) bytes_[i] = std::byte{0};
    bytes_[i] = static_cast<std::byte>(std::to_integer<unsigned>(bytes_[i]) + 1);
  }
  bytes_.push_back(static_cast<std::byte>(low_ >> 24));
  low_ = (low_ & 0xFFFFFF) << 8;
  range_ <<= 8;
}

Bytes BinaryEncoder::finish() {
  for (int i = 0; i < 4; ++i) shift();
  return std::move(bytes_);
}

BinaryDecoder::BinaryDecoder(ByteSpan bytes) : bytes_(bytes) {
  for (int i = 0; i < 4; ++i) shift();
  range_ = 0xFFFFFFFF;
}

std::uint32_t BinaryDecoder::bit(BitModel& model, std::uint32_t) {
  const std::uint32_t bound = bound_of(range_, model);
  const std::uint32_t value = code_ < bound ? 0 : 1;
  if (value == 0) {
    range_ = bound;
  } else {
    code_ -= bound;
    range_ -= bound;
  }
  model.update(value);
  while (range_ < range_least) shift();
  return value;
}

void BinaryDecoder::shift() {
  const unsigned next =
      position_ < bytes_.size() ? std::to_integer<unsigned>(bytes_[position_]) : 0;
  ++position_;
  code_ = code_ << 8 | next;
  range_ <<= 8;
}

}  // namespace pondus
