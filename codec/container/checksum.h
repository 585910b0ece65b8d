// XXH3-64, the only checksum of the format (spec: primitives, "Checksums").
#pragma once

#include <cstdint>
#include <memory>

#include "codec/bits/byte_writer.h"

struct XXH3_state_s;

namespace pondus {

std::uint64_t xxh3(ByteSpan bytes, std::uint64_t seed = 0);

/// The same over bytes that come in pieces.
class Xxh3 {
 public:
  Xxh3();
  void update(ByteSpan bytes);
  std::uint64_t digest() const;

 private:
  struct Deleter {
    void operator()(XXH3_state_s* state) const;
  };
  std::unique_ptr<XXH3_state_s, Deleter> state_;
};

}  // namespace pondus
