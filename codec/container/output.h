// Where a writer's bytes go: a file that appears only when it is complete, a stream, or memory.
#pragma once

#include <string>

#include "codec/base/result.h"
#include "codec/bits/byte_writer.h"

namespace pondus {

/// The error request.io: `what` (a path) and the text of an errno.
Error io_error(const std::string& what, int error_number);

class Output {
 public:
  virtual ~Output() = default;
  virtual Result<void> write(ByteSpan bytes) = 0;
  /// Replaces the first bytes; an error where the output cannot go back.
  virtual Result<void> patch(ByteSpan first_bytes) = 0;
};

/// Grows a buffer.
class MemoryOutput : public Output {
 public:
  Result<void> write(ByteSpan bytes) override;
  Result<void> patch(ByteSpan first_bytes) override;
  const Bytes& bytes() const { return bytes_; }
  Bytes take() { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

/// A descriptor that is not owned, such as standard output.
class StreamOutput : public Output {
 public:
  explicit StreamOutput(int descriptor, std::string name)
      : descriptor_(descriptor), name_(std::move(name)) {}
  Result<void> write(ByteSpan bytes) override;
  Result<void> patch(ByteSpan first_bytes) override;

 private:
  int descriptor_;
  std::string name_;
};

/// Writes to a temporary file beside `path` and renames it to `path` on `commit`; without it
/// nothing is left behind.
class FileOutput : public Output {
 public:
  static Result<FileOutput> create(const std::string& path);
  FileOutput(FileOutput&& other) noexcept;
  FileOutput& operator=(FileOutput&&) = delete;
  ~FileOutput() override;

  Result<void> write(ByteSpan bytes) override;
  Result<void> patch(ByteSpan first_bytes) override;
  /// All that was written is in the temporary file, to be looked at before `commit`.
  Result<void> flush();
  Result<void> commit();
  const std::string& temporary_path() const { return temporary_path_; }

 private:
  explicit FileOutput(std::string path);

  int descriptor_ = -1;
  std::string path_;
  std::string temporary_path_;
  Bytes buffer_;
};

}  // namespace pondus
