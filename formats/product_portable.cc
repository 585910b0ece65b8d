#include <bit>

#include "codec/bits/little_endian.h"
#include "formats/entry_loops.h"
#include "formats/ranks.h"

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

  static Floats expand(unsigned bits, const std::byte* values) {
    const std::uint8_t* const ranks = ranks_of<4>.lanes[bits];
    const auto lane = [&](unsigned i) { return number(values + std::size_t{4} * ranks[i]); };
    return select(bits, Floats{lane(0), lane(1), lane(2), lane(3)}, Floats{});
  }
  static Floats select(unsigned bits, Floats a, Floats b) {
    using Words [[gnu::vector_size(16)]] = std::int32_t;
    const Words chosen = ((Words{} + static_cast<std::int32_t>(bits)) & Words{1, 2, 4, 8}) != 0;
    return std::bit_cast<Floats>((chosen & std::bit_cast<Words>(a)) |
                                 (~chosen & std::bit_cast<Words>(b)));
  }
  static Floats multiply_add(Floats a, Floats b, Floats c) { return a * b + c; }
};

}  // namespace

const ProductKernels product_portable = ProductLoops<Portable>::kernels;
const EntryKernels entry_portable = EntryLoops<Portable>::kernels;

}  // namespace pondus
