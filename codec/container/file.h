// An opened file: its directory is judged, its payloads are bytes that the directory delimits.
#pragma once

#include <string_view>
#include <vector>

#include "codec/container/directory.h"

namespace pondus {

/// Views bytes that outlive it; immutable, so any number of threads may share one.
class File {
 public:
  /// Steps 1 to 5 of validation.
  static Result<File> open(ByteSpan bytes, const Limits& limits, FindEncoding find_encoding);

  const Header& header() const { return header_; }
  const Trailer& trailer() const { return trailer_; }
  const Limits& limits() const { return limits_; }
  std::uint64_t file_bytes() const { return bytes_.size(); }
  std::uint64_t table_bytes() const;  ///< of all tables, as stored
  const std::vector<Record>& records() const { return directory_.records; }
  const std::vector<TableEntry>& tables() const { return directory_.tables; }
  const std::vector<MetadataEntry>& metadata() const { return directory_.metadata; }

  /// By binary search; null if there is none of that name.
  const Record* find(std::string_view name) const;
  /// The record that holds the cells: `record` itself, or an alias's target.
  const Record& stored(const Record& record) const {
    return record.alias ? directory_.records[*record.alias] : record;
  }
  /// Stored bytes, unjudged.
  ByteSpan bytes(const BlockEntry& block) const {
    return bytes_.subspan(block.offset, block.stored_bytes);
  }
  ByteSpan bytes(const TableEntry& table) const {
    return bytes_.subspan(table.offset, table.bytes);
  }

  /// Step 6: [file.padding].
  Result<void> check_padding() const;
  /// Of step 7: [table.checksum].
  Result<void> check_table(const TableEntry& table) const;
  /// Of step 8: [block.checksum] of block `number`.
  Result<void> check_block(const Record& record, std::size_t number) const;

 private:
  struct Part {
    std::uint64_t offset;
    std::uint64_t bytes;
    bool aligned;  ///< a payload
  };
  std::vector<Part> parts() const;
  Result<void> judge_coverage() const;
  Result<void> judge_limits() const;

  ByteSpan bytes_;
  Limits limits_;
  Header header_;
  Trailer trailer_;
  Directory directory_;
};

/// The next multiple of 2^exponent from `offset`; may wrap to 0.
constexpr std::uint64_t align_up(std::uint64_t offset, std::uint32_t exponent) {
  const std::uint64_t mask = (std::uint64_t{1} << exponent) - 1;
  return (offset + mask) & ~mask;
}

}  // namespace pondus
