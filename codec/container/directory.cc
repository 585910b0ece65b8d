#include "codec/container/directory.h"

#include "codec/base/checked.h"
#include "codec/base/utf8.h"
#include "codec/container/directory_layout.h"

namespace pondus {
namespace {

std::uint32_t stored_ref(const std::optional<std::uint32_t>& ref) { return ref ? *ref + 1 : 0; }

void write_record(ByteWriter& out, const Record& record) {
  out.word(record.decoded_checksum);
  out.word(record.offset);
  out.word(record.nonzero);
  out.word(record.distinct);
  out.word(static_cast<std::uint32_t>(record.blocks.size()));
  out.word(stored_ref(record.alias));
  out.word(stored_ref(record.codebook));
  out.word(stored_ref(record.code));
  out.word(stored_ref(record.source));
  out.word(record.encoding);
  out.word(static_cast<std::uint16_t>(record.name.size()));
  out.word(record.dtype);
  out.word(record.bits);
  out.word(static_cast<std::uint8_t>(record.shape.rank()));
  out.word(record.split);
  out.word(static_cast<std::uint8_t>(record.direction));
  out.zeros(directory_layout::record_bytes - directory_layout::reserved_at);
}

void write_table_entry(ByteWriter& out, const TableEntry& table) {
  out.word(table.offset);
  out.word(table.bytes);
  out.word(table.checksum);
  out.word(static_cast<std::uint16_t>(table.kind));
  out.word(table.bits);
  out.zeros(4);
}

void write_head(ByteWriter& out, const Directory& directory) {
  std::uint64_t blocks = 0;
  std::uint64_t dims = 0;
  std::uint64_t heap = 0;
  for (const Record& record : directory.records) {
    blocks += record.blocks.size();
    dims += record.shape.rank();
    heap += record.name.size();
  }
  for (const MetadataEntry& entry : directory.metadata)
    heap += entry.key.size() + entry.value.size();
  out.word(static_cast<std::uint32_t>(directory.records.size()));
  out.word(static_cast<std::uint32_t>(directory.tables.size()));
  out.word(static_cast<std::uint32_t>(directory.metadata.size()));
  out.zeros(4);
  out.word(blocks);
  out.word(dims);
  out.word(heap);
}

}  // namespace

std::uint64_t Record::decoded_bytes() const { return plain_bytes(shape.cells(), bits); }

std::uint64_t Record::stored_bytes() const {
  std::uint64_t sum = 0;
  for (const BlockEntry& block : blocks) sum += block.stored_bytes;
  return sum;
}

bool sound_value(MetadataType type, std::string_view value) {
  switch (type) {
    case MetadataType::string:
      return valid_utf8(value);
    case MetadataType::i64:
    case MetadataType::f64:
      return value.size() == 8;
    case MetadataType::boolean:
      return value.size() == 1 && static_cast<unsigned char>(value[0]) <= 1;
    case MetadataType::bytes:
      return true;
  }
  return false;
}

Error unsupported_error(const Record& record) {
  const bool bits = !decodable_bits(record.bits);
  const auto field = bits ? directory_layout::bits_at : directory_layout::encoding_at;
  const auto number = std::to_string(bits ? record.bits : record.encoding);
  return {*record.unsupported, record.record_offset + field, record.name,
          bits ? number + " bits per cell" : "encoding " + number};
}

std::optional<std::uint64_t> decoded_bytes(const Directory& directory) {
  std::optional<std::uint64_t> sum = 0;
  for (const Record& record : directory.records) {
    sum = checked_add(*sum, record.decoded_bytes());
    if (!sum) return std::nullopt;
  }
  return sum;
}

Bytes write_directory(const Directory& directory) {
  ByteWriter out;
  write_head(out, directory);
  for (const Record& record : directory.records) write_record(out, record);
  for (const Record& record : directory.records) {
    for (const std::uint64_t dim : record.shape.dims()) out.word(dim);
  }
  for (const TableEntry& table : directory.tables) write_table_entry(out, table);
  for (const Record& record : directory.records) {
    for (const BlockEntry& block : record.blocks) {
      out.word(block.checksum);
      out.word(block.stored_bytes);
      out.word(block.lines);
    }
  }
  for (const MetadataEntry& entry : directory.metadata) {
    out.word(static_cast<std::uint16_t>(entry.key.size()));
    out.word(static_cast<std::uint8_t>(entry.type));
    out.zeros(1);
    out.word(static_cast<std::uint32_t>(entry.value.size()));
  }
  for (const Record& record : directory.records) out.text(record.name);
  for (const MetadataEntry& entry : directory.metadata) {
    out.text(entry.key);
    out.text(entry.value);
  }
  return out.take();
}

}  // namespace pondus
