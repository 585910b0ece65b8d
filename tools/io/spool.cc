#include "tools/io/spool.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "codec/container/output.h"

namespace pondus {
namespace {

/// A file that has no name any more.
int create_unlinked() {
  const char* const folder = std::getenv("TMPDIR");
  std::string path =
      std::string(folder != nullptr && *folder != '\0' ? folder : "/tmp") + "/pondus-XXXXXX";
  const int descriptor = ::mkostemp(path.data(), O_CLOEXEC);
  if (descriptor >= 0) ::unlink(path.c_str());
  return descriptor;
}

Result<void> copy(int from, Output& to, const std::string& name) {
  constexpr std::size_t buffer_bytes = std::size_t{1} << 20;
  Bytes buffer(buffer_bytes);
  while (true) {
    const auto read = ::read(from, buffer.data(), buffer.size());
    if (read == 0) return {};
    if (read < 0 && errno == EINTR) continue;
    if (read < 0) return io_error(name, errno);
    auto written = to.write(ByteSpan(buffer).first(static_cast<std::size_t>(read)));
    if (!written) return written;
  }
}

Result<MappedFile> spool(int from, const std::string& name) {
  const int descriptor = create_unlinked();
  if (descriptor < 0) return io_error("temporary file", errno);
  StreamOutput output(descriptor, "temporary file");
  if (auto copied = copy(from, output, name); !copied) {
    ::close(descriptor);
    return copied.error();
  }
  return MappedFile::map(descriptor, name);
}

}  // namespace

Result<MappedFile> open_mapped(const std::string& path) {
  if (path == stream_path) return spool(STDIN_FILENO, "standard input");
  struct stat status {};
  const bool special =
      ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
  if (!special) return MappedFile::open(path);
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return io_error(path, errno);
  auto spooled = spool(descriptor, path);
  ::close(descriptor);
  return spooled;
}

}  // namespace pondus
