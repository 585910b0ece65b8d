#include "codec/container/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "codec/container/output.h"

namespace pondus {

Result<MappedFile> MappedFile::open(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return io_error(path, errno);
  return map(descriptor, path);
}

Result<MappedFile> MappedFile::map(int descriptor, const std::string& name) {
  struct stat status {};
  int failure = ::fstat(descriptor, &status) == 0 ? 0 : errno;
  if (failure == 0 && !S_ISREG(status.st_mode)) failure = S_ISDIR(status.st_mode) ? EISDIR : ESPIPE;
  const auto size = static_cast<std::size_t>(status.st_size);
  if (failure == 0 && static_cast<off_t>(size) != status.st_size) failure = EFBIG;  // of 32 bits
  void* address = nullptr;
  if (failure == 0 && size != 0) {
    address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (address == MAP_FAILED) failure = errno;
  }
  ::close(descriptor);
  if (failure != 0) return io_error(name, failure);
  return MappedFile({static_cast<const std::byte*>(address), size});
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

void MappedFile::forget(ByteSpan part) const {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const auto first =
      static_cast<std::size_t>(part.data() - bytes_.data());  // the mapping begins with a page
  const std::size_t begin = (first + page - 1) / page * page;
  const std::size_t end = (first + part.size()) / page * page;
  if (begin < end)
    ::madvise(const_cast<std::byte*>(bytes_.data()) + begin, end - begin, MADV_DONTNEED);
}

}  // namespace pondus
