#include "formats/entry_loops.h"

namespace pondus {
namespace {

struct Avx2 {
  static constexpr unsigned lanes = 8;
  using Floats = FloatVector<lanes>::Type;

  static float number(const std::byte* cells) {
    float number;
    __builtin_memcpy(&number, cells, sizeof number);
    return number;
  }
};

}  // namespace

const EntryKernels entry_avx2 = EntryLoops<Avx2>::kernels;

}  // namespace pondus
