// Writes an .npz file: a zip archive of stored members, the same bytes whenever it is written.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "codec/container/output.h"

namespace pondus {

class ZipWriter {
 public:
  explicit ZipWriter(Output& output) : output_(output) {}

  /// A member that consists of these pieces, one after another.
  Result<void> add(const std::string& name, std::span<const ByteSpan> pieces);
  /// The central directory. Nothing can be added after.
  Result<void> finish();

 private:
  struct Member {
    std::string name;
    std::uint32_t checksum;
    std::uint64_t bytes;
    std::uint64_t offset;
  };
  Result<void> write(ByteSpan bytes);
  void put_end_records(std::uint64_t directory_offset, ByteWriter& out) const;

  Output& output_;
  std::uint64_t offset_ = 0;
  std::vector<Member> members_;
};

}  // namespace pondus
