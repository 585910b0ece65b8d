// The arrays of a directory, cut out of its bytes and judged one after another.
#pragma once

#include "codec/bits/byte_reader.h"
#include "codec/container/directory.h"

namespace pondus {

/// Reads one directory. Each step is to be called once, in the order of declaration, and gives its
/// first fault.
class DirectoryReader {
 public:
  DirectoryReader(ByteSpan bytes, std::uint64_t origin, const Header& header,
                  FindEncoding find_encoding)
      : bytes_(bytes), origin_(origin), header_(header), find_encoding_(find_encoding) {}

  Result<void> read_counts(const Trailer& trailer, std::uint64_t trailer_offset,
                           const Limits& limits);
  Result<void> read_sums();
  Result<void> read_tables();
  Result<void> read_records();
  Result<void> read_metadata();
  Directory take() { return std::move(directory_); }

 private:
  struct Array {
    ByteSpan bytes;
    std::uint64_t offset = 0;  ///< in the file
  };
  Array cut(std::uint64_t bytes);
  /// The next `count` bytes of the heap and their offset in the file.
  std::string_view heap_text(std::uint64_t count);

  Result<void> read_record(std::size_t number);
  Result<void> judge_name(const Record& record, std::uint64_t name_offset) const;
  Result<void> judge_type(Record& record, std::uint64_t at) const;
  Result<void> read_shape(Record& record);
  Result<void> judge_alias(const Record& record, std::size_t number) const;
  Result<void> judge_encoding(Record& record) const;
  Result<void> judge_tables(const Record& record, const std::optional<EncodingRules>& rules) const;
  bool sound_table(const Record& record, const TableRef& ref, TableKind kind, bool known,
                   bool needed) const;
  Result<void> read_blocks(Record& record, std::uint32_t count, std::uint32_t cells_most);
  bool names_table(const TableRef& ref, TableKind kind) const;

  ByteSpan bytes_;
  std::uint64_t origin_;
  const Header& header_;
  FindEncoding find_encoding_;
  std::uint64_t record_count_ = 0, table_count_ = 0, metadata_count_ = 0;
  std::uint64_t block_count_ = 0, dim_count_ = 0, heap_bytes_ = 0;
  Array records_, dims_, tables_, blocks_, metadata_, heap_;
  std::size_t next_dim_ = 0, next_block_ = 0, next_text_ = 0;
  Directory directory_;
};

}  // namespace pondus
