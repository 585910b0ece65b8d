// Where the values of entries go among the lanes of a vector.
#pragma once

#include <cstdint>

namespace pondus {

/// For each mask of `size` lanes how many bits below each lane are 1.
template <unsigned size>
struct Ranks {
  alignas(8) std::uint8_t lanes[1u << size][size];
};

template <unsigned size>
constexpr Ranks<size> make_ranks() {
  Ranks<size> ranks{};
  for (unsigned bits = 0; bits < 1u << size; ++bits) {
    unsigned below = 0;
    for (unsigned lane = 0; lane < size; below += bits >> lane++ & 1)
      ranks.lanes[bits][lane] = static_cast<std::uint8_t>(below % size);
  }
  return ranks;
}

/// Of internal linkage, so that each file that includes this has its own.
template <unsigned size>
static constexpr Ranks<size> ranks_of = make_ranks<size>();

}  // namespace pondus
