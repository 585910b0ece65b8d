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
  template <unsigned times>
  static Floats spread(const std::byte* cells) {
    const auto cell = [&](unsigned lane) {
      return number(cells + std::size_t{4} * (lane / times));
    };
    return Floats{cell(0), cell(1), cell(2), cell(3)};
  }
};

}  // namespace

const ProductKernels product_portable = ProductLoops<Portable>::kernels;
const EntryKernels entry_portable = EntryLoops<Portable>::kernels;

}  // namespace pondus
