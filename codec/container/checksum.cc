#include "codec/container/checksum.h"

#include <xxhash.h>

#include <new>

namespace pondus {

std::uint64_t xxh3(ByteSpan bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

Xxh3::Xxh3() : state_(XXH3_createState()) {
  if (!state_) throw std::bad_alloc();
  XXH3_64bits_reset(state_.get());
}

void Xxh3::update(ByteSpan bytes) { XXH3_64bits_update(state_.get(), bytes.data(), bytes.size()); }

std::uint64_t Xxh3::digest() const { return XXH3_64bits_digest(state_.get()); }

void Xxh3::Deleter::operator()(XXH3_state_s* state) const { XXH3_freeState(state); }

}  // namespace pondus
