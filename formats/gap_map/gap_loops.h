// The loops of products with entries whose places are gaps, entry by entry: once for all
// instruction sets without quick gathers, and of multiples of lines for all.
#pragma once

#include "formats/gap_map/gap_map_kernels.h"

namespace pondus::gap_map {

/// `Set` gives:
///   gap(at), number(at): those at an address, the number at any
template <class Set>
struct GapLoops {
  /// Calls `add(place, value, turn)` for each entry, with turns from 0 to 3, and `next_line()`
  /// between lines; whether all entries lie in the lines.
  template <class Add, class NextLine>
  [[gnu::always_inline]] static bool for_each_entry(const GapLines& in, Add&& add,
                                                    NextLine&& next_line) {
    const std::uint32_t* gap = in.gaps;
    const std::uint32_t* const end = gap + in.entries;
    const std::byte* value = in.values;
    std::uint32_t next = 0;  // behind the last entry, from the line's begin on
    for (std::uint32_t line = 0;;) {
      while (end - gap >= 4) {
        const std::uint32_t a = next + Set::gap(gap);
        const std::uint32_t b = a + 1 + Set::gap(gap + 1);
        const std::uint32_t c = b + 1 + Set::gap(gap + 2);
        const std::uint32_t d = c + 1 + Set::gap(gap + 3);
        if (d >= in.line_cells) break;  // else none is: sums of four gaps do not wrap around
        add(a, Set::number(value), 0);
        add(b, Set::number(value + 4), 1);
        add(c, Set::number(value + 8), 2);
        add(d, Set::number(value + 12), 3);
        next = d + 1;
        gap += 4;
        value += 16;
      }
      for (; gap != end; ++gap, value += 4) {
        const std::uint32_t place = next + Set::gap(gap);
        if (place >= in.line_cells) break;
        add(place, Set::number(value), 0);
        next = place + 1;
      }
      if (gap == end) return true;
      if (++line == in.lines) return false;
      next -= in.line_cells;  // wraps below zero, which the next gap makes up for
      next_line();
    }
  }

  static bool dot(const GapLines& in, const float* x, float* y) {
    float sums[4] = {};
    const auto finish = [&] {
      *y++ += (sums[0] + sums[1]) + (sums[2] + sums[3]);
      for (float& sum : sums) sum = 0;
    };
    const auto add = [&](std::uint32_t place, float value, unsigned turn) {
      sums[turn] += value * x[place];
    };
    const bool inside = for_each_entry(in, add, finish);
    finish();
    return inside;
  }

  static bool axpy(const GapLines& in, const float* x, float* y) {
    float multiple = *x;
    const auto add = [&](std::uint32_t place, float value, unsigned) {
      y[place] += value * multiple;
    };
    return for_each_entry(in, add, [&] { multiple = *++x; });
  }
};

}  // namespace pondus::gap_map
