// Writes a file from front to back: tables and payloads as they come, the directory at the end.
#pragma once

#include <map>
#include <unordered_map>

#include "codec/container/directory.h"
#include "codec/container/output.h"
#include "codec/container/tables.h"

namespace pondus {

struct WriterOptions {
  std::uint8_t alignment = alignment_default;  ///< exponent, 3 to 16
  bool head_hint = false;                      ///< needs an output that can go back
};

/// Holds the directory and small tables, never a payload. After an error, or after `finish`, every
/// call is the error request.writer-state. Calls per tensor: begin_tensor, append_block...,
/// end_tensor; tables and aliases between tensors.
class Writer {
 public:
  Writer(Output& output, const WriterOptions& options = {}) : output_(output), options_(options) {}

  /// The number of a table with these bytes, written now unless an equal one was.
  Result<std::uint32_t> add_table(TableKind kind, std::uint16_t bits, ByteSpan bytes);

  /// `record` has name, type, shape, split, direction, encoding and tables.
  Result<void> begin_tensor(Record record);
  Result<void> append_block(ByteSpan stored, std::uint32_t lines);
  /// With decoded checksum, nonzero and distinct of all cells. The blocks must hold exactly the
  /// tensor's lines.
  Result<void> end_tensor(std::uint64_t decoded_checksum, std::uint64_t nonzero,
                          std::uint32_t distinct);

  /// A second name for the cells of the stored tensor `target`, which was ended before.
  Result<void> add_alias(const std::string& name, const std::string& target, TableRef source);
  Result<void> add_metadata(MetadataEntry entry);

  /// The content hash that a shard record must hold, of all tensors so far.
  std::uint64_t content_hash() const;

  /// Directory and trailer. Nothing can be added after.
  Result<void> finish();
  std::uint64_t file_bytes() const { return offset_; }
  std::size_t table_count() const { return directory_.tables.size(); }

 private:
  enum class State { ready, in_tensor, finished, failed };
  Result<void> require(State state);
  Result<void> write(ByteSpan bytes);
  Result<void> start();
  Result<void> fail(Error error);
  /// A table's number by its bytes; none if it is new or too large to be remembered.
  TableRef find_table(TableKind kind, std::uint16_t bits, ByteSpan bytes) const;
  std::vector<Record> ordered_records() const;

  Output& output_;
  WriterOptions options_;
  State state_ = State::ready;
  std::uint64_t offset_ = 0;
  std::uint64_t next_line_ = 0;
  Record current_;
  Directory directory_;  ///< records in the order of writing, without aliases
  std::unordered_map<std::string, std::size_t>
      names_;  ///< all names; of a stored tensor or an alias' target
  struct Alias {
    std::string name;
    std::size_t target;
    TableRef source;
  };
  std::vector<Alias> aliases_;
  std::multimap<std::uint64_t, std::pair<std::uint32_t, Bytes>> small_tables_;  ///< by checksum
};

}  // namespace pondus
