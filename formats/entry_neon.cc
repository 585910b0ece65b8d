#include "formats/entry_loops.h"

namespace pondus {
namespace {

struct Neon {
  static constexpr unsigned lanes = 4;
  using Floats = FloatVector<lanes>::Type;

  static float number(const std::byte* cells) {
    float number;
    __builtin_memcpy(&number, cells, sizeof number);
    return number;
  }
};

}  // namespace

const EntryKernels entry_neon = EntryLoops<Neon>::kernels;

}  // namespace pondus
