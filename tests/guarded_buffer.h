// Bytes with nothing readable behind them: a fault in any build, and for what vectors gather, which
// sanitizers do not see.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <new>

#include "codec/base/checked.h"
#include "codec/bits/byte_writer.h"

namespace pondus::test {

class GuardedBuffer {
 public:
  GuardedBuffer() = default;
  GuardedBuffer(const GuardedBuffer&) = delete;
  GuardedBuffer& operator=(const GuardedBuffer&) = delete;
  ~GuardedBuffer() { unmap(); }

  /// A copy that ends where the page that cannot be read begins; as long as no other is made.
  std::span<std::byte> copy(ByteSpan bytes) {
    if (bytes.size() > capacity_) map(2 * bytes.size());
    std::byte* const begin = bytes_ + (capacity_ - bytes.size());
    std::ranges::copy(bytes, begin);
    return {begin, bytes.size()};
  }

 private:
  void map(std::size_t size) {
    unmap();
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const std::size_t readable = ceil_div(size, page) * page;
    void* const at = ::mmap(nullptr, readable + page, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) throw std::bad_alloc();
    bytes_ = static_cast<std::byte*>(at);
    capacity_ = readable;
    mapped_ = readable + page;
    if (::mprotect(bytes_ + readable, page, PROT_NONE) != 0) throw std::bad_alloc();
  }

  void unmap() {
    if (bytes_ != nullptr) ::munmap(bytes_, mapped_);
    bytes_ = nullptr;
  }

  std::byte* bytes_ = nullptr;
  std::size_t capacity_ = 0;
  std::size_t mapped_ = 0;
};

}  // namespace pondus::test
