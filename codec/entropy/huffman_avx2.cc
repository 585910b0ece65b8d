#include "codec/entropy/huffman_loops.h"

namespace pondus {
namespace {

/// What BMI2 gives: shifts by any register. Tables in vectors are no quicker without AVX-512.
struct Set {
  static std::uint64_t load(const std::byte* at) {
    std::uint64_t bits;
    __builtin_memcpy(&bits, at, sizeof bits);
    return bits;
  }
};

}  // namespace

void decode_direct_avx2(const DirectCode& code, unsigned stream_count, KernelStreams& streams,
                        std::size_t symbols, std::byte* to) {
  StreamLoops<Set>::decode_direct(code, stream_count, streams, symbols, to);
}

}  // namespace pondus
