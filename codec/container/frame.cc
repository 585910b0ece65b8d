#include "codec/container/frame.h"

#include <algorithm>
#include <array>

#include "codec/bits/byte_reader.h"
#include "codec/container/checksum.h"

namespace pondus {
namespace {

constexpr Fault truncated{"file.truncated", Kind::malformed};
constexpr Fault header_magic{"header.magic", Kind::malformed};
constexpr Fault header_checksum{"header.checksum", Kind::malformed};
constexpr Fault header_version{"header.version", Kind::unsupported};
constexpr Fault header_incompat{"header.incompat", Kind::unsupported};
constexpr Fault header_alignment{"header.alignment", Kind::malformed};
constexpr Fault header_reserved{"header.reserved", Kind::malformed};
constexpr Fault header_hint{"header.hint", Kind::malformed};
constexpr Fault trailer_magic{"trailer.magic", Kind::malformed};
constexpr Fault trailer_checksum{"trailer.checksum", Kind::malformed};
constexpr Fault trailer_reserved{"trailer.reserved", Kind::malformed};
constexpr Fault trailer_file_bytes{"trailer.file-bytes", Kind::malformed};
constexpr Fault trailer_directory_range{"trailer.directory-range", Kind::malformed};

constexpr std::array<std::uint8_t, 8> magic{0x8F, 'P', 'N', 'D', '\r', '\n', 0x1A, '\n'};
constexpr std::array<std::uint8_t, 8> end_magic{0x8F, 'P', 'N', 'D', 'E', 'N', 'D', '\n'};
constexpr std::uint32_t checksum_at = 56;  // in both structures
constexpr std::uint32_t file_bytes_at = 24;

bool equal(ByteSpan bytes, const std::array<std::uint8_t, 8>& expected) {
  return std::ranges::equal(bytes, std::as_bytes(std::span(expected)));
}

/// Requires zeros; the fault is at the first byte that is not.
void require_zeros(ByteReader& in, std::uint64_t count, Fault fault) {
  const std::uint64_t begin = in.offset();
  const auto bytes = in.take(count);
  const auto at = std::ranges::find_if(bytes, [](std::byte b) { return b != std::byte{0}; });
  in.require(at == bytes.end(), fault, begin + static_cast<std::uint64_t>(at - bytes.begin()));
}

std::string bit_names(std::uint32_t bits) {
  std::string names;
  for (std::uint32_t i = 0; i < 32; ++i) {
    if (bits >> i & 1) names += (names.empty() ? "bit " : ", ") + std::to_string(i);
  }
  return names;
}

}  // namespace

Bytes write_header(const Header& header) {
  ByteWriter out;
  out.bytes(std::as_bytes(std::span(magic)));
  out.word(header.major);
  out.word(header.minor);
  out.word(header.incompat);
  out.word(header.compat);
  out.word(header.alignment);
  out.zeros(3);
  out.word(header.hint_offset);
  out.word(header.hint_bytes);
  out.zeros(16);
  out.word(xxh3(out.written()));
  return out.take();
}

Result<Header> read_header(ByteSpan file) {
  if (file.size() < header_bytes + trailer_bytes) return Error{truncated, file.size(), {}, {}};
  ByteReader in(file.first(header_bytes));
  Header header;
  in.require(equal(in.take(8), magic), header_magic, 0);
  in.require(load<std::uint64_t>(&file[checksum_at]) == xxh3(file.first(checksum_at)),
             header_checksum, checksum_at);
  header.major = in.word<std::uint16_t>();
  in.require(header.major == format_major, header_version, 8);
  header.minor = in.word<std::uint16_t>();
  header.incompat = in.word<std::uint32_t>();
  in.require((header.incompat & ~incompat_known) == 0, header_incompat, 12);
  header.compat = in.word<std::uint32_t>();
  header.alignment = in.word<std::uint8_t>();
  in.require(header.alignment >= alignment_least && header.alignment <= alignment_most,
             header_alignment, 20);
  require_zeros(in, 3, header_reserved);
  header.hint_offset = in.word<std::uint64_t>();
  header.hint_bytes = in.word<std::uint64_t>();
  require_zeros(in, 16, header_reserved);
  if (in.ok()) return header;
  Error error = in.error();
  if (error.fault.id == header_version.id)
    error.detail = "major version " + std::to_string(header.major);
  if (error.fault.id == header_incompat.id)
    error.detail = bit_names(header.incompat & ~incompat_known);
  return error;
}

Bytes write_trailer(const Trailer& trailer) {
  ByteWriter out;
  out.word(trailer.directory_offset);
  out.word(trailer.directory_bytes);
  out.word(trailer.directory_checksum);
  out.word(trailer.file_bytes);
  out.word(trailer.decoded_bytes);
  out.word(trailer.tensor_count);
  out.zeros(4);
  out.bytes(std::as_bytes(std::span(end_magic)));
  out.word(xxh3(out.written()));
  return out.take();
}

Result<Trailer> read_trailer(ByteSpan file, const Header& header) {
  const std::uint64_t begin = file.size() - trailer_bytes;
  const auto bytes = file.last(trailer_bytes);
  ByteReader in(bytes, begin);
  in.require(equal(bytes.subspan(48, 8), end_magic), trailer_magic, begin + 48);
  in.require(load<std::uint64_t>(&bytes[checksum_at]) == xxh3(bytes.first(checksum_at)),
             trailer_checksum, begin + checksum_at);
  Trailer trailer;
  trailer.directory_offset = in.word<std::uint64_t>();
  trailer.directory_bytes = in.word<std::uint64_t>();
  trailer.directory_checksum = in.word<std::uint64_t>();
  trailer.file_bytes = in.word<std::uint64_t>();
  trailer.decoded_bytes = in.word<std::uint64_t>();
  trailer.tensor_count = in.word<std::uint32_t>();
  require_zeros(in, 4, trailer_reserved);
  in.require(trailer.file_bytes == file.size(), trailer_file_bytes, begin + file_bytes_at);
  const bool in_range = trailer.directory_offset >= header_bytes &&
                        trailer.directory_offset <= begin &&
                        trailer.directory_bytes == begin - trailer.directory_offset;
  in.require(in_range, trailer_directory_range, begin);
  const bool no_hint = header.hint_offset == 0 && header.hint_bytes == 0;
  const bool same_hint = header.hint_offset == trailer.directory_offset &&
                         header.hint_bytes == trailer.directory_bytes;
  in.require(no_hint || same_hint, header_hint, 24);
  if (!in.ok()) return in.error();
  return trailer;
}

}  // namespace pondus
