// A file's bytes, mapped read-only.
#pragma once

#include <string>

#include "codec/base/result.h"
#include "codec/bits/byte_writer.h"

namespace pondus {

/// If another process shortens the file while it is mapped, an access past its new end raises
/// SIGBUS; who cannot rule that out reads a copy. Errors request.io.
class MappedFile {
 public:
  MappedFile() = default;  ///< no bytes
  static Result<MappedFile> open(const std::string& path);
  /// Takes over `descriptor`, a regular file, and closes it.
  static Result<MappedFile> map(int descriptor, const std::string& name);

  MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  MappedFile& operator=(MappedFile&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~MappedFile();

  ByteSpan bytes() const { return bytes_; }
  /// Tells the kernel that a part, once read, will not be needed soon: keeps the resident set of
  /// one long pass small.
  void forget(ByteSpan part) const;

 private:
  explicit MappedFile(ByteSpan bytes) : bytes_(bytes) {}
  ByteSpan bytes_;
};

}  // namespace pondus
