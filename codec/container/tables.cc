#include "codec/container/tables.h"

#include <algorithm>

#include "codec/bits/byte_reader.h"
#include "codec/container/checksum.h"
#include "codec/container/text_rules.h"
#include "codec/entropy/zstd_frame.h"

namespace pondus {
namespace {

constexpr Fault source_size{"source.size", Kind::malformed};
constexpr Fault source_form{"source.form", Kind::malformed};
constexpr Fault source_reserved{"source.reserved", Kind::malformed};
constexpr Fault source_name{"source.name", Kind::malformed};
constexpr Fault source_head_bytes{"source.head-bytes", Kind::malformed};
constexpr Fault limit_table_bytes{"limit.table-bytes", Kind::over_limit};
constexpr Fault shard_size{"shard.size", Kind::malformed};
constexpr Fault shard_ordinal{"shard.ordinal", Kind::malformed};
constexpr Fault shard_content{"shard.content", Kind::malformed};
constexpr Fault shard_set{"shard.set", Kind::malformed};

constexpr int head_level = 9;
constexpr std::uint32_t source_fixed_bytes = 8;

bool rebuilt(SourceForm form) { return form == SourceForm::safetensors_rebuilt; }

}  // namespace

Bytes write_source(const Source& source) {
  ByteWriter out;
  out.word(static_cast<std::uint8_t>(source.form));
  out.zeros(1);
  out.word(static_cast<std::uint16_t>(source.name.size()));
  out.word(static_cast<std::uint32_t>(source.head.size()));
  out.text(source.name);
  if (!rebuilt(source.form))
    out.bytes(encode_zstd(std::as_bytes(std::span(source.head)), head_level));
  return out.take();
}

Result<Source> read_source(ByteSpan bytes, std::uint64_t offset, std::uint64_t head_limit,
                           std::uint64_t entry_offset) {
  ByteReader in(bytes, offset);
  in.end_fault(source_size, offset);
  Source source;
  source.form = SourceForm{in.word<std::uint8_t>()};
  const auto reserved = in.word<std::uint8_t>();
  const auto name_bytes = in.word<std::uint16_t>();
  const auto head_bytes = in.word<std::uint32_t>();
  source.name = as_text(in.take(name_bytes));
  const std::size_t frame_bytes = in.left();
  const auto frame = in.take(frame_bytes);
  in.require(!rebuilt(source.form) || frame_bytes == 0, source_size, offset);
  in.require(
      source.form >= SourceForm::safetensors_rebuilt && source.form <= SourceForm::index_kept,
      source_form, offset);
  in.require(reserved == 0, source_reserved, offset + 1);
  in.require(valid_file_name(source.name), source_name, offset + source_fixed_bytes);
  in.require(
      rebuilt(source.form) ? head_bytes == 0 : head_bytes >= 1 && head_bytes <= head_bytes_most,
      source_head_bytes, offset + 4);
  in.require(head_bytes <= head_limit, limit_table_bytes, entry_offset);
  if (!in.ok()) return in.error();
  if (rebuilt(source.form)) return source;
  source.head.resize(head_bytes);
  const auto head = std::as_writable_bytes(std::span(source.head));
  const auto decoded = decode_zstd(frame, head, offset + source_fixed_bytes + name_bytes);
  if (!decoded) return decoded.error();
  return source;
}

Bytes write_shard(const Shard& shard) {
  ByteWriter out;
  out.word(shard.ordinal);
  out.word(static_cast<std::uint32_t>(shard.content_hashes.size()));
  for (const std::uint64_t hash : shard.content_hashes) out.word(hash);
  return out.take();
}

Result<Shard> read_shard(ByteSpan bytes, std::uint64_t offset, std::uint64_t content_hash) {
  ByteReader in(bytes, offset);
  in.end_fault(shard_size, offset);
  Shard shard;
  shard.ordinal = in.word<std::uint32_t>();
  const auto file_count = in.word<std::uint32_t>();
  in.require(file_count != 0 && in.left() == std::uint64_t{8} * file_count, shard_size, offset);
  in.require(shard.ordinal < file_count, shard_ordinal, offset);
  if (!in.ok()) return in.error();
  shard.content_hashes.resize(file_count);
  for (std::uint64_t& hash : shard.content_hashes) hash = in.word<std::uint64_t>();
  in.require(shard.content_hashes[shard.ordinal] == content_hash, shard_content,
             offset + 8 + std::uint64_t{8} * shard.ordinal);
  if (!in.ok()) return in.error();
  return shard;
}

std::uint64_t content_hash(const std::vector<Record>& records) {
  Xxh3 hash;
  for (const Record& record : records) {
    ByteWriter out;
    out.word(static_cast<std::uint16_t>(record.name.size()));
    out.text(record.name);
    out.word(record.dtype);
    out.word(record.bits);
    out.word(static_cast<std::uint8_t>(record.shape.rank()));
    for (const std::uint64_t dim : record.shape.dims()) out.word(dim);
    out.word(record.alias ? records[*record.alias].decoded_checksum : record.decoded_checksum);
    hash.update(out.written());
  }
  return hash.digest();
}

Result<Source> read_source(const File& file, const TableEntry& table, std::uint64_t& taken_bytes) {
  if (auto sound = file.check_table(table); !sound) return sound.error();
  const std::uint64_t left =
      file.limits().table_bytes - std::min(file.limits().table_bytes, taken_bytes);
  auto source = read_source(file.bytes(table), table.offset, left, table.entry_offset);
  if (source) taken_bytes += source->head.size();
  return source;
}

Result<Shard> read_shard(const File& file, const TableEntry& table) {
  if (auto sound = file.check_table(table); !sound) return sound.error();
  return read_shard(file.bytes(table), table.offset, content_hash(file.records()));
}

std::optional<ShardSetError> judge_shard_set(std::span<const File* const> files) {
  std::vector<std::uint64_t> hashes;
  std::vector<bool> seen;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto& tables = files[i]->tables();
    const auto table = std::ranges::find(tables, TableKind::shard, &TableEntry::kind);
    if (table == tables.end()) return ShardSetError{i, {shard_set, 0, {}, "no shard record"}};
    auto shard = read_shard(*files[i], *table);
    if (!shard) return ShardSetError{i, shard.error()};
    if (i == 0) {
      hashes = shard->content_hashes;
      seen.resize(hashes.size());
    }
    if (shard->content_hashes != hashes)
      return ShardSetError{i, {shard_set, table->offset, {}, "of another set"}};
    if (seen[shard->ordinal])
      return ShardSetError{i, {shard_set, table->offset, {}, "given twice"}};
    seen[shard->ordinal] = true;
  }
  const auto missing = std::ranges::find(seen, false);
  if (missing == seen.end()) return std::nullopt;
  const auto& tables = files[0]->tables();
  const auto table = std::ranges::find(tables, TableKind::shard, &TableEntry::kind);
  return ShardSetError{0,
                       {shard_set,
                        table->offset,
                        {},
                        "shard " + std::to_string(missing - seen.begin()) + " is missing"}};
}

}  // namespace pondus
