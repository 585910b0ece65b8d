// Takes a file apart leniently; the reading half of FileTree.
#pragma once

#include "fuzz/file_tree.h"

namespace pondus::fuzz {

class FileTreeReader {
 public:
  explicit FileTreeReader(ByteSpan file) : file_(file) {}
  std::optional<FileTree> read();

 private:
  /// Bytes of the directory, one array after another; fewer at its end.
  ByteSpan next(std::uint64_t bytes);
  /// What lies in the file of [offset, offset + bytes), within a budget that keeps overlapping
  /// parts from multiplying.
  Bytes cut(std::uint64_t offset, std::uint64_t bytes);
  void read_records(std::uint64_t count);
  void read_dims();
  void read_tables(std::uint64_t count);
  void read_blocks();
  void read_metadata(std::uint64_t count);
  void read_text();

  ByteSpan file_;
  ByteSpan directory_;
  std::uint64_t budget_ = 0;
  FileTree tree_;
};

}  // namespace pondus::fuzz
