// XXH3 of parts that get ready in any order.
#pragma once

#include <mutex>
#include <vector>

#include "codec/container/checksum.h"

namespace pondus {

/// Hashes parts of `bytes` in their order, each as soon as those before it are ready and mostly
/// while it is in a cache. Threads may report parts at once; one of them hashes.
class OrderedHash {
 public:
  OrderedHash(ByteSpan bytes, std::size_t parts) : bytes_(bytes), ends_(parts) {}

  /// Part `number`, which is not empty, ends at byte `end` and will not change any more.
  void ready(std::size_t number, std::size_t end) {
    std::unique_lock lock(mutex_);
    ends_[number] = end;
    if (busy_) return;
    busy_ = true;
    while (next_ < ends_.size() && ends_[next_] != 0) {
      const ByteSpan part = bytes_.subspan(hashed_, ends_[next_] - hashed_);
      lock.unlock();
      hash_.update(part);
      lock.lock();
      hashed_ += part.size();
      ++next_;
    }
    busy_ = false;
  }

  /// Once all parts are ready.
  std::uint64_t digest() const { return hash_.digest(); }

 private:
  ByteSpan bytes_;
  Xxh3 hash_;
  std::mutex mutex_;
  std::vector<std::size_t> ends_;  ///< 0 until ready
  std::size_t next_ = 0;           ///< the first part that is not hashed
  std::size_t hashed_ = 0;         ///< bytes before it
  bool busy_ = false;
};

}  // namespace pondus
