// Header and trailer: the fixed first and last 64 bytes of a file (spec: container).
#pragma once

#include <cstdint>

#include "codec/base/result.h"
#include "codec/bits/byte_writer.h"

namespace pondus {

inline constexpr std::uint16_t format_major = 0;
inline constexpr std::uint16_t format_minor = 1;
inline constexpr std::uint32_t header_bytes = 64;
inline constexpr std::uint32_t trailer_bytes = 64;
inline constexpr std::uint32_t alignment_least = 3;
inline constexpr std::uint32_t alignment_most = 16;
inline constexpr std::uint32_t alignment_default = 6;
inline constexpr std::uint32_t incompat_private_encodings = 1;  ///< bit 0
inline constexpr std::uint32_t incompat_known = incompat_private_encodings;

struct Header {
  std::uint16_t major = format_major;
  std::uint16_t minor = format_minor;
  std::uint32_t incompat = 0;
  std::uint32_t compat = 0;
  std::uint8_t alignment = alignment_default;  ///< exponent
  std::uint64_t hint_offset = 0;
  std::uint64_t hint_bytes = 0;
};

struct Trailer {
  std::uint64_t directory_offset = 0;
  std::uint64_t directory_bytes = 0;
  std::uint64_t directory_checksum = 0;
  std::uint64_t file_bytes = 0;
  std::uint64_t decoded_bytes = 0;
  std::uint32_t tensor_count = 0;
};

/// Offsets of fields in the trailer that other rules report.
inline constexpr std::uint32_t trailer_decoded_bytes_at = 32;
inline constexpr std::uint32_t trailer_tensor_count_at = 40;

Bytes write_header(const Header& header);
Result<Header> read_header(ByteSpan file);

Bytes write_trailer(const Trailer& trailer);
/// `file` has a sound header; judges the trailer, and the hint against it.
Result<Trailer> read_trailer(ByteSpan file, const Header& header);

}  // namespace pondus
