// The tables that the container itself defines: sources and the shard record (spec: container,
// "Tables").
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "codec/container/file.h"

namespace pondus {

enum class SourceForm : std::uint8_t { safetensors_rebuilt = 1, safetensors_kept, index_kept };

/// From which file tensors came. `head` is the kept text, empty for a rebuilt head.
struct Source {
  SourceForm form = SourceForm::safetensors_rebuilt;
  std::string name;  ///< a file name, never a path
  std::string head;
};

Bytes write_source(const Source& source);
/// `head_limit` is what a caller's Limits leave for the decoded head; `entry_offset` is where
/// exceeding it is reported.
Result<Source> read_source(ByteSpan bytes, std::uint64_t offset, std::uint64_t head_limit,
                           std::uint64_t entry_offset);

struct Shard {
  std::uint32_t ordinal = 0;
  std::vector<std::uint64_t> content_hashes;  ///< of all files of the set, by ordinal
};

Bytes write_shard(const Shard& shard);
Result<Shard> read_shard(ByteSpan bytes, std::uint64_t offset, std::uint64_t content_hash);

/// What a file contains, however it is encoded: names, types, shapes and decoded checksums.
std::uint64_t content_hash(const std::vector<Record>& records);

/// Of step 7: checksum, rules and limit of a source. `taken_bytes` begins at file.table_bytes() and
/// sums decoded heads.
Result<Source> read_source(const File& file, const TableEntry& table, std::uint64_t& taken_bytes);
/// Of step 7: checksum and rules of the shard record.
Result<Shard> read_shard(const File& file, const TableEntry& table);

/// [shard.set]: whether `files`, each opened, are exactly one set; gives the number of the file
/// that breaks it and the error.
struct ShardSetError {
  std::size_t file = 0;
  Error error;
};
std::optional<ShardSetError> judge_shard_set(std::span<const File* const> files);

}  // namespace pondus
