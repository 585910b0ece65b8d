// The directory: what is in a file, where it lies, and how it is encoded (spec: container,
// "Directory").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/base/dtype.h"
#include "codec/base/limits.h"
#include "codec/base/result.h"
#include "codec/base/shape.h"
#include "codec/bits/byte_writer.h"
#include "codec/container/frame.h"

namespace pondus {

inline constexpr std::uint16_t first_private_encoding = 0x8000;

enum class TableKind : std::uint16_t { codebook = 1, code = 2, source = 3, shard = 4 };

/// A table's number, or none; in the file 1 + number, or 0.
using TableRef = std::optional<std::uint32_t>;

struct BlockEntry {
  std::uint64_t checksum = 0;
  std::uint32_t stored_bytes = 0;
  std::uint32_t lines = 0;
  // Not stored: sums of what stands before.
  std::uint64_t offset = 0;      ///< in the file
  std::uint64_t first_line = 0;  ///< in the tensor
};

/// One tensor. A tensor without `alias` is *stored*; an alias has its name, dtype, shape and source
/// only.
struct Record {
  std::string name;
  std::uint8_t dtype = 0;
  std::uint8_t bits = 0;  ///< per cell
  Shape shape;
  std::uint8_t split = 0;
  Direction direction = Direction::rows;
  std::uint16_t encoding = 0;
  std::optional<std::uint32_t> alias;  ///< number of the record with the same cells
  TableRef codebook;
  TableRef code;
  TableRef source;
  std::uint64_t decoded_checksum = 0;
  std::uint64_t offset = 0;
  std::uint64_t nonzero = 0;
  std::uint32_t distinct = 0;
  std::vector<BlockEntry> blocks;
  // Not stored.
  std::uint64_t record_offset = 0;  ///< of this record in the file
  /// Why this reader cannot decode the tensor: null, [record.bits] or [record.unknown-encoding].
  const Fault* unsupported = nullptr;

  Lines lines() const { return {shape, split, direction}; }
  std::uint64_t decoded_bytes() const;
  std::uint64_t stored_bytes() const;
};

/// Bytes of `cells` cells of `bits` bits: what a plain block takes.
constexpr std::uint64_t plain_bytes(std::uint64_t cells, std::uint32_t bits) {
  return (cells * bits + 7) / 8;
}

struct TableEntry {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  std::uint64_t checksum = 0;
  TableKind kind{};
  std::uint16_t bits = 0;          ///< per cell, of a codebook or a code
  std::uint64_t entry_offset = 0;  ///< not stored: of this entry in the file
};

enum class MetadataType : std::uint8_t { string = 1, i64, f64, boolean, bytes };

/// `value` is as stored: text, 8 bytes little endian, one byte, or any bytes.
struct MetadataEntry {
  std::string key;
  MetadataType type = MetadataType::string;
  std::string value;
};

/// [meta.value], for a type that is known; false for others.
bool sound_value(MetadataType type, std::string_view value);

struct Directory {
  std::vector<Record> records;  ///< in order of name
  std::vector<TableEntry> tables;
  std::vector<MetadataEntry> metadata;  ///< in order of key
  std::uint64_t metadata_offset = 0;    ///< not stored: of the first metadata entry in the file
};

/// What a reader must know of an encoding to judge a directory. The container knows no encoding
/// itself.
struct EncodingRules {
  std::uint32_t block_cells_most = 0;  ///< the block limit
  bool uses_codebook = false;
  bool uses_code = false;
};
/// The rules of an encoding's id; none where the reader does not know it.
using FindEncoding = std::optional<EncodingRules> (*)(std::uint16_t id);

/// `directory` as bytes; records and metadata are in order, and offsets are set.
Bytes write_directory(const Directory& directory);

/// Judges step 3 of validation but its last rule. `bytes` lies at `origin` in the file, right
/// before the trailer.
Result<Directory> read_directory(ByteSpan bytes, std::uint64_t origin, const Header& header,
                                 const Trailer& trailer, const Limits& limits,
                                 FindEncoding find_encoding);

/// The error of a tensor that is `unsupported`, at the field that says so.
Error unsupported_error(const Record& record);

/// The sum of [trailer.decoded-bytes]; none if it is not below 2^64.
std::optional<std::uint64_t> decoded_bytes(const Directory& directory);

}  // namespace pondus
