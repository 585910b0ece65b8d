// A file taken apart so that it can be changed and laid out again.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "codec/bits/byte_writer.h"

namespace pondus::fuzz {

/// Fields keep the bytes they have in the file; what follows from the rest of the tree is written
/// anew by `lay_out`: counts, lengths, offsets, the hint, checksums of blocks, tables, directory,
/// header and trailer, and the trailer's sums.
struct BlockNode {
  std::uint32_t lines = 0;
  Bytes stored;
};

struct RecordNode {
  std::array<std::byte, 64> fields{};
  std::vector<std::uint64_t> dims;
  std::string name;
  std::vector<BlockNode> blocks;
  std::uint64_t place = 0;  ///< parts are laid out in ascending order of it
};

struct TableNode {
  std::array<std::byte, 32> fields{};
  Bytes bytes;
  std::uint64_t place = 0;
};

struct MetadataNode {
  std::array<std::byte, 8> fields{};
  std::string key;
  std::string value;
};

struct FileTree {
  std::array<std::byte, 64> header{};
  std::array<std::byte, 40> head{};  ///< of the directory
  std::array<std::byte, 64> trailer{};
  std::vector<RecordNode> records;
  std::vector<TableNode> tables;
  std::vector<MetadataNode> metadata;

  /// Lenient: whatever has the outline of a file; its parts are cut at its end. None where there is
  /// no outline.
  static std::optional<FileTree> parse(ByteSpan file);
  Bytes lay_out() const;
};

/// Makes the checksums of directory, header and trailer fit, as far as the trailer's directory lies
/// in the file.
void repair_checksums(Bytes& file);

}  // namespace pondus::fuzz
