#include "codec/container/output.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace pondus {
namespace {

constexpr Fault io_fault{"request.io", Kind::request};
constexpr std::size_t buffer_bytes = std::size_t{1} << 20;

Result<void> write_all(int descriptor, ByteSpan bytes, const std::string& name) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return io_error(name, written == 0 ? EIO : errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

/// A new file beside `path`, with the permissions that any new file gets.
int create_beside(const std::string& path, std::string& temporary) {
  constexpr int tries = 100;
  for (int i = 0; i < tries; ++i) {
    temporary = path + "." + std::to_string(::getpid()) + "-" + std::to_string(i) + ".tmp";
    const int descriptor = ::open(temporary.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0 || errno != EEXIST) return descriptor;
  }
  return -1;
}

}  // namespace

Error io_error(const std::string& what, int error_number) {
  return {io_fault, 0, {}, quoted(what) + ": " + std::generic_category().message(error_number)};
}

Result<void> MemoryOutput::write(ByteSpan bytes) {
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  return {};
}

Result<void> MemoryOutput::patch(ByteSpan first_bytes) {
  std::ranges::copy(first_bytes, bytes_.begin());
  return {};
}

Result<void> StreamOutput::write(ByteSpan bytes) { return write_all(descriptor_, bytes, name_); }

Result<void> StreamOutput::patch(ByteSpan) { return io_error(name_, ESPIPE); }

/// Whatever takes memory comes before the file is there.
Result<FileOutput> FileOutput::create(const std::string& path) {
  FileOutput output(path);
  output.descriptor_ = create_beside(path, output.temporary_path_);
  if (output.descriptor_ < 0) return io_error(path, errno);
  return output;
}

FileOutput::FileOutput(std::string path) : path_(std::move(path)) { buffer_.reserve(buffer_bytes); }

FileOutput::FileOutput(FileOutput&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)),
      temporary_path_(std::move(other.temporary_path_)),
      buffer_(std::move(other.buffer_)) {}

FileOutput::~FileOutput() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(temporary_path_.c_str());
}

Result<void> FileOutput::write(ByteSpan bytes) {
  if (buffer_.size() + bytes.size() > buffer_bytes) {
    if (auto flushed = flush(); !flushed) return flushed;
  }
  if (bytes.size() >= buffer_bytes) return write_all(descriptor_, bytes, path_);
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  return {};
}

Result<void> FileOutput::flush() {
  auto written = write_all(descriptor_, buffer_, path_);
  buffer_.clear();
  return written;
}

Result<void> FileOutput::patch(ByteSpan first_bytes) {
  if (auto flushed = flush(); !flushed) return flushed;
  if (::lseek(descriptor_, 0, SEEK_SET) < 0) return io_error(path_, errno);
  auto written = write_all(descriptor_, first_bytes, path_);
  if (written && ::lseek(descriptor_, 0, SEEK_END) < 0) return io_error(path_, errno);
  return written;
}

Result<void> FileOutput::commit() {
  if (auto flushed = flush(); !flushed) return flushed;
  if (::fsync(descriptor_) != 0) return io_error(path_, errno);
  if (::rename(temporary_path_.c_str(), path_.c_str()) != 0) return io_error(path_, errno);
  // The file is complete and in place; an error of close after fsync loses nothing.
  ::close(std::exchange(descriptor_, -1));
  return {};
}

}  // namespace pondus
