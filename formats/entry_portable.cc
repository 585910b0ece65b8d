#include <bit>

#include "codec/bits/little_endian.h"
#include "formats/entry_loops.h"

namespace pondus {
namespace {

struct Portable {
  static constexpr unsigned lanes = 4;
  using Floats = FloatVector<lanes>::Type;

  static float number(const std::byte* cells) {
    return std::bit_cast<float>(load<std::uint32_t>(cells));
  }
};

}  // namespace

const EntryKernels entry_portable = EntryLoops<Portable>::kernels;

}  // namespace pondus
