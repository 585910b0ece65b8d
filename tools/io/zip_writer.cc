#include "tools/io/zip_writer.h"

#include <zlib.h>

namespace pondus {
namespace {

constexpr Fault bad_name{"request.npz-name", Kind::request};

constexpr std::uint32_t local_signature = 0x04034b50;
constexpr std::uint32_t central_signature = 0x02014b50;
constexpr std::uint32_t end64_signature = 0x06064b50;
constexpr std::uint32_t locator64_signature = 0x07064b50;
constexpr std::uint32_t end_signature = 0x06054b50;
constexpr std::uint16_t version_needed = 45;  ///< of Zip64
constexpr std::uint16_t utf8_names = 1u << 11;
constexpr std::uint16_t first_date = 1u << 5 | 1u;  ///< 1 January 1980
constexpr std::uint16_t zip64_id = 1;
constexpr std::uint32_t in_zip64 = 0xFFFFFFFF;
constexpr std::uint64_t end64_bytes_after_size = 44;

std::uint32_t crc32_of(std::span<const ByteSpan> pieces) {
  uLong crc = ::crc32_z(0, nullptr, 0);
  for (const ByteSpan piece : pieces) {
    if (piece.empty()) continue;  // zlib begins anew where it is given no address
    crc = ::crc32_z(crc, reinterpret_cast<const Bytef*>(piece.data()), piece.size());
  }
  return static_cast<std::uint32_t>(crc);
}

/// What local and central headers share, from the version needed to the lengths of name and extra
/// field.
void put_common(ByteWriter& out, std::uint32_t checksum, std::size_t name_bytes,
                std::uint16_t extra_bytes) {
  out.word(version_needed);
  out.word(utf8_names);
  out.word(std::uint16_t{0});  // stored
  out.word(std::uint16_t{0});  // midnight
  out.word(first_date);
  out.word(checksum);
  out.word(in_zip64);
  out.word(in_zip64);
  out.word(static_cast<std::uint16_t>(name_bytes));
  out.word(extra_bytes);
}

}  // namespace

Result<void> ZipWriter::write(ByteSpan bytes) {
  offset_ += bytes.size();
  return output_.write(bytes);
}

Result<void> ZipWriter::add(const std::string& name, std::span<const ByteSpan> pieces) {
  if (name.size() > 0xFFFF) return Error{bad_name, 0, name, {}};
  std::uint64_t bytes = 0;
  for (const ByteSpan piece : pieces) bytes += piece.size();
  members_.push_back({name, crc32_of(pieces), bytes, offset_});
  ByteWriter out;
  out.word(local_signature);
  put_common(out, members_.back().checksum, name.size(), 20);
  out.text(name);
  out.word(zip64_id);
  out.word(std::uint16_t{16});
  out.word(bytes);
  out.word(bytes);
  if (auto written = write(out.written()); !written) return written;
  for (const ByteSpan piece : pieces) {
    if (auto written = write(piece); !written) return written;
  }
  return {};
}

Result<void> ZipWriter::finish() {
  const std::uint64_t directory_offset = offset_;
  for (const Member& member : members_) {
    ByteWriter out;
    out.word(central_signature);
    out.word(version_needed);
    put_common(out, member.checksum, member.name.size(), 28);
    out.zeros(10);  // comment, disk, attributes
    out.word(in_zip64);
    out.text(member.name);
    out.word(zip64_id);
    out.word(std::uint16_t{24});
    out.word(member.bytes);
    out.word(member.bytes);
    out.word(member.offset);
    if (auto written = write(out.written()); !written) return written;
  }
  ByteWriter out;
  put_end_records(directory_offset, out);
  return write(out.written());
}

void ZipWriter::put_end_records(std::uint64_t directory_offset, ByteWriter& out) const {
  const std::uint64_t directory_bytes = offset_ - directory_offset;
  const std::uint64_t count = members_.size();
  out.word(end64_signature);
  out.word(end64_bytes_after_size);
  out.word(version_needed);
  out.word(version_needed);
  out.zeros(8);  // disks
  out.word(count);
  out.word(count);
  out.word(directory_bytes);
  out.word(directory_offset);
  out.word(locator64_signature);
  out.zeros(4);
  out.word(offset_);
  out.word(std::uint32_t{1});
  out.word(end_signature);
  out.zeros(4);
  out.word(std::uint16_t{0xFFFF});
  out.word(std::uint16_t{0xFFFF});
  out.word(in_zip64);
  out.word(in_zip64);
  out.word(std::uint16_t{0});
}

}  // namespace pondus
