#include "codec/container/file.h"

#include <algorithm>

#include "codec/base/checked.h"
#include "codec/container/checksum.h"
#include "codec/container/directory_layout.h"

namespace pondus {
namespace {

constexpr Fault trailer_decoded_bytes{"trailer.decoded-bytes", Kind::malformed};
constexpr Fault file_coverage{"file.coverage", Kind::malformed};
constexpr Fault file_padding{"file.padding", Kind::malformed};
constexpr Fault limit_decoded_bytes{"limit.decoded-bytes", Kind::over_limit};
constexpr Fault limit_ratio{"limit.ratio", Kind::over_limit};
constexpr Fault limit_table_bytes{"limit.table-bytes", Kind::over_limit};
constexpr Fault limit_metadata_bytes{"limit.metadata-bytes", Kind::over_limit};
constexpr Fault table_checksum{"table.checksum", Kind::malformed};
constexpr Fault block_checksum{"block.checksum", Kind::malformed};

Error over(Fault fault, std::uint64_t offset, std::uint64_t amount, std::uint64_t limit) {
  return {fault, offset, {}, std::to_string(amount) + " is more than " + std::to_string(limit)};
}

}  // namespace

Result<File> File::open(ByteSpan bytes, const Limits& limits, FindEncoding find_encoding) {
  File file;
  file.bytes_ = bytes;
  file.limits_ = limits;
  auto header = read_header(bytes);
  if (!header) return header.error();
  file.header_ = *header;
  auto trailer = read_trailer(bytes, *header);
  if (!trailer) return trailer.error();
  file.trailer_ = *trailer;
  const auto directory_bytes = bytes.subspan(trailer->directory_offset, trailer->directory_bytes);
  auto directory = read_directory(directory_bytes, trailer->directory_offset, *header, *trailer,
                                  limits, find_encoding);
  if (!directory) return directory.error();
  file.directory_ = std::move(*directory);
  if (pondus::decoded_bytes(file.directory_) != trailer->decoded_bytes) {
    return Error{
        trailer_decoded_bytes, bytes.size() - trailer_bytes + trailer_decoded_bytes_at, {}, {}};
  }
  if (auto judged = file.judge_coverage(); !judged) return judged.error();
  if (auto judged = file.judge_limits(); !judged) return judged.error();
  return file;
}

const Record* File::find(std::string_view name) const {
  const auto& records = directory_.records;
  const auto at = std::ranges::lower_bound(records, name, {}, &Record::name);
  return at != records.end() && at->name == name ? &*at : nullptr;
}

std::uint64_t File::table_bytes() const {
  std::uint64_t sum = 0;
  for (const TableEntry& table : directory_.tables) sum += table.bytes;
  return sum;
}

std::vector<File::Part> File::parts() const {
  std::vector<Part> parts;
  for (const Record& record : directory_.records) {
    if (!record.blocks.empty()) parts.push_back({record.offset, record.stored_bytes(), true});
  }
  for (const TableEntry& table : directory_.tables)
    parts.push_back({table.offset, table.bytes, false});
  std::ranges::stable_sort(parts, {}, [](const Part& part) { return std::pair(part.offset, part.bytes != 0); });
  return parts;
}

Result<void> File::judge_coverage() const {
  std::uint64_t end = header_bytes;
  bool wrapped = false;
  for (const Part& part : parts()) {
    const std::uint64_t due = part.aligned ? align_up(end, header_.alignment) : end;
    wrapped = wrapped || due < end;
    if (wrapped || part.offset != due) return Error{file_coverage, due, {}, {}};
    const auto next = checked_add(part.offset, part.bytes);
    wrapped = !next;
    end = next.value_or(0);
  }
  if (wrapped || end != trailer_.directory_offset) return Error{file_coverage, end, {}, {}};
  return {};
}

Result<void> File::judge_limits() const {
  const std::uint64_t trailer_at = bytes_.size() - trailer_bytes;
  const std::uint64_t decoded = trailer_.decoded_bytes;
  if (decoded > limits_.decoded_bytes) {
    return over(limit_decoded_bytes, trailer_at + trailer_decoded_bytes_at, decoded,
                limits_.decoded_bytes);
  }
  const auto ratio_bytes = checked_multiply(limits_.ratio, bytes_.size());
  if (ratio_bytes && decoded > *ratio_bytes) {
    return over(limit_ratio, trailer_at + trailer_decoded_bytes_at, decoded / bytes_.size(),
                limits_.ratio);
  }
  std::uint64_t sum = 0;
  for (const TableEntry& table : directory_.tables) {
    sum += table.bytes;
    if (sum > limits_.table_bytes)
      return over(limit_table_bytes, table.entry_offset, sum, limits_.table_bytes);
  }
  sum = 0;
  for (const MetadataEntry& entry : directory_.metadata)
    sum += entry.key.size() + entry.value.size();
  if (sum > limits_.metadata_bytes) {
    return over(limit_metadata_bytes, directory_.metadata_offset, sum, limits_.metadata_bytes);
  }
  return {};
}

Result<void> File::check_padding() const {
  std::uint64_t end = header_bytes;
  for (const Part& part : parts()) {
    const auto padding = bytes_.subspan(end, part.offset - end);
    const auto used = std::ranges::find_if(padding, [](std::byte b) { return b != std::byte{0}; });
    if (used != padding.end()) {
      return Error{file_padding, end + static_cast<std::uint64_t>(used - padding.begin()), {}, {}};
    }
    end = part.offset + part.bytes;
  }
  return {};
}

Result<void> File::check_table(const TableEntry& table) const {
  if (xxh3(bytes(table)) != table.checksum) return Error{table_checksum, table.offset, {}, {}};
  return {};
}

Result<void> File::check_block(const Record& record, std::size_t number) const {
  const BlockEntry& block = record.blocks[number];
  if (xxh3(bytes(block), number) != block.checksum) {
    return Error{block_checksum, block.offset, record.name, "block " + std::to_string(number)};
  }
  return {};
}

}  // namespace pondus
