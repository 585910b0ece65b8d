#include "codec/container/directory_reader.h"

#include "codec/base/checked.h"
#include "codec/container/checksum.h"
#include "codec/container/directory_layout.h"
#include "codec/container/text_rules.h"

namespace pondus {
namespace {

namespace layout = directory_layout;

constexpr Fault directory_checksum{"directory.checksum", Kind::malformed};
constexpr Fault directory_length{"directory.length", Kind::malformed};
constexpr Fault directory_reserved{"directory.reserved", Kind::malformed};
constexpr Fault directory_record_count{"directory.record-count", Kind::malformed};
constexpr Fault directory_dims{"directory.dims", Kind::malformed};
constexpr Fault directory_blocks{"directory.blocks", Kind::malformed};
constexpr Fault directory_heap{"directory.heap", Kind::malformed};
constexpr Fault record_rank{"record.rank", Kind::malformed};
constexpr Fault limit_tensors{"limit.tensors", Kind::over_limit};
constexpr Fault table_kind{"table.kind", Kind::malformed};
constexpr Fault table_bits{"table.bits", Kind::malformed};
constexpr Fault table_bytes{"table.bytes", Kind::malformed};
constexpr Fault table_reserved{"table.reserved", Kind::malformed};
constexpr Fault shard_count{"shard.count", Kind::malformed};
constexpr Fault meta_reserved{"meta.reserved", Kind::malformed};
constexpr Fault meta_key{"meta.key", Kind::malformed};
constexpr Fault meta_order{"meta.order", Kind::malformed};
constexpr Fault meta_type{"meta.type", Kind::malformed};
constexpr Fault meta_value{"meta.value", Kind::malformed};

bool known(TableKind kind) { return kind <= TableKind::shard; }
bool has_cells(TableKind kind) { return kind == TableKind::codebook || kind == TableKind::code; }

}  // namespace

DirectoryReader::Array DirectoryReader::cut(std::uint64_t bytes) {
  const auto size = static_cast<std::size_t>(bytes);
  const Array array{bytes_.first(size), origin_};
  bytes_ = bytes_.subspan(size);
  origin_ += size;
  return array;
}

std::string_view DirectoryReader::heap_text(std::uint64_t count) {
  const auto text = as_text(heap_.bytes.subspan(next_text_, static_cast<std::size_t>(count)));
  next_text_ += text.size();
  return text;
}

Result<void> DirectoryReader::read_counts(const Trailer& trailer, std::uint64_t trailer_offset,
                                          const Limits& limits) {
  const std::uint64_t begin = origin_;
  ByteReader in(bytes_, begin);
  in.end_fault(directory_length, begin);
  in.require(xxh3(bytes_) == trailer.directory_checksum, directory_checksum, begin);
  record_count_ = in.word<std::uint32_t>();
  table_count_ = in.word<std::uint32_t>();
  metadata_count_ = in.word<std::uint32_t>();
  const auto reserved = in.word<std::uint32_t>();
  block_count_ = in.word<std::uint64_t>();
  dim_count_ = in.word<std::uint64_t>();
  heap_bytes_ = in.word<std::uint64_t>();
  // Counts of 32 bits cannot wrap in 64; the others are bounded by what is left before they are
  // multiplied.
  const std::uint64_t fixed = record_count_ * layout::record_bytes +
                              table_count_ * layout::table_entry_bytes +
                              metadata_count_ * layout::metadata_entry_bytes;
  const std::uint64_t left = in.left();
  in.require(block_count_ <= left && dim_count_ <= left && heap_bytes_ <= left, directory_length,
             begin);
  in.require(fixed + dim_count_ * layout::dim_bytes + block_count_ * layout::block_entry_bytes +
                     heap_bytes_ ==
                 left,
             directory_length, begin);
  in.require(reserved == 0, directory_reserved, begin + 12);
  in.require(record_count_ == trailer.tensor_count, directory_record_count, begin);
  in.require(record_count_ <= limits.tensors, limit_tensors,
             trailer_offset + trailer_tensor_count_at);
  if (!in.ok()) return in.error();
  cut(layout::head_bytes);
  records_ = cut(record_count_ * layout::record_bytes);
  dims_ = cut(dim_count_ * layout::dim_bytes);
  tables_ = cut(table_count_ * layout::table_entry_bytes);
  blocks_ = cut(block_count_ * layout::block_entry_bytes);
  metadata_ = cut(metadata_count_ * layout::metadata_entry_bytes);
  heap_ = cut(heap_bytes_);
  return {};
}

Result<void> DirectoryReader::read_sums() {
  const std::uint64_t head = records_.offset - layout::head_bytes;
  std::uint64_t dims = 0, blocks = 0, text = 0;
  for (std::uint64_t i = 0; i < record_count_; ++i) {
    const std::byte* record = &records_.bytes[i * layout::record_bytes];
    const auto rank = load<std::uint8_t>(record + layout::rank_at);
    if (rank > rank_most) {
      return Error{
          record_rank, records_.offset + i * layout::record_bytes + layout::rank_at, {}, {}};
    }
    dims += rank;
    blocks += load<std::uint32_t>(record + layout::block_count_at);
    text += load<std::uint16_t>(record + layout::name_bytes_at);
  }
  for (std::uint64_t i = 0; i < metadata_count_; ++i) {
    const std::byte* entry = &metadata_.bytes[i * layout::metadata_entry_bytes];
    text += load<std::uint16_t>(entry) + std::uint64_t{load<std::uint32_t>(entry + 4)};
  }
  if (dims != dim_count_) return Error{directory_dims, head + 24, {}, {}};
  if (blocks != block_count_) return Error{directory_blocks, head + 16, {}, {}};
  if (text != heap_bytes_) return Error{directory_heap, head + 32, {}, {}};
  return {};
}

Result<void> DirectoryReader::read_tables() {
  bool shard_seen = false;
  directory_.tables.reserve(table_count_);
  for (std::uint64_t i = 0; i < table_count_; ++i) {
    const std::uint64_t at = tables_.offset + i * layout::table_entry_bytes;
    ByteReader in(tables_.bytes.subspan(i * layout::table_entry_bytes, layout::table_entry_bytes),
                  at);
    TableEntry table{.entry_offset = at};
    table.offset = in.word<std::uint64_t>();
    table.bytes = in.word<std::uint64_t>();
    table.checksum = in.word<std::uint64_t>();
    table.kind = TableKind{in.word<std::uint16_t>()};
    table.bits = in.word<std::uint16_t>();
    const auto reserved = in.word<std::uint32_t>();
    const bool sound_bits = has_cells(table.kind) ? decodable_bits(table.bits) : table.bits == 0;
    in.require(table.kind != TableKind{0}, table_kind, at + layout::table_kind_at);
    in.require(!known(table.kind) || sound_bits, table_bits, at + layout::table_bits_at);
    in.require(table.bytes >= 1 && table.bytes < table_bytes_end, table_bytes,
               at + layout::table_bytes_at);
    in.require(reserved == 0, table_reserved, at + layout::table_reserved_at);
    in.require(!shard_seen || table.kind != TableKind::shard, shard_count, at);
    if (!in.ok()) return in.error();
    shard_seen = shard_seen || table.kind == TableKind::shard;
    directory_.tables.push_back(table);
  }
  return {};
}

Result<void> DirectoryReader::read_records() {
  directory_.records.reserve(record_count_);
  for (std::size_t i = 0; i < record_count_; ++i) {
    if (auto read = read_record(i); !read) return read;
  }
  return {};
}

Result<void> DirectoryReader::read_metadata() {
  directory_.metadata_offset = metadata_.offset;
  directory_.metadata.reserve(metadata_count_);
  for (std::uint64_t i = 0; i < metadata_count_; ++i) {
    const std::uint64_t at = metadata_.offset + i * layout::metadata_entry_bytes;
    ByteReader in(
        metadata_.bytes.subspan(i * layout::metadata_entry_bytes, layout::metadata_entry_bytes),
        at);
    const auto key_bytes = in.word<std::uint16_t>();
    const MetadataType type{in.word<std::uint8_t>()};
    const auto reserved = in.word<std::uint8_t>();
    const auto value_bytes = in.word<std::uint32_t>();
    const std::uint64_t key_offset = heap_.offset + next_text_;
    const std::string_view key = heap_text(key_bytes);
    const std::string_view value = heap_text(value_bytes);
    const bool in_order = directory_.metadata.empty() || directory_.metadata.back().key < key;
    const bool sound_type = type >= MetadataType::string && type <= MetadataType::bytes;
    in.require(reserved == 0, meta_reserved, at + 3);
    in.require(valid_name(key), meta_key, key_offset);
    in.require(in_order, meta_order, key_offset);
    in.require(sound_type, meta_type, at + 2);
    in.require(sound_value(type, value), meta_value, key_offset + key_bytes);
    if (!in.ok()) return in.error();
    directory_.metadata.push_back({std::string(key), type, std::string(value)});
  }
  return {};
}

Result<Directory> read_directory(ByteSpan bytes, std::uint64_t origin, const Header& header,
                                 const Trailer& trailer, const Limits& limits,
                                 FindEncoding find_encoding) {
  DirectoryReader reader(bytes, origin, header, find_encoding);
  Result<void> read = reader.read_counts(trailer, origin + bytes.size(), limits);
  if (read) read = reader.read_sums();
  if (read) read = reader.read_tables();
  if (read) read = reader.read_records();
  if (read) read = reader.read_metadata();
  if (!read) return read.error();
  return reader.take();
}

}  // namespace pondus
