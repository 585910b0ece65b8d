// The loops of products of sparse lines, once for all instruction sets.
#pragma once

#include "formats/entry_masks.h"

namespace pondus {

/// `Set` as that of EntryMasks.
template <class Set>
struct EntryLoops {
  using Loops = ProductLoops<Set>;
  using Masks = EntryMasks<Set>;

  /// Follows the entries of a line, without a branch for each.
  class Judge {
   public:
    explicit Judge(std::uint32_t cells) : last_(cells - 1) {}

    /// The next position, held to the line.
    std::uint32_t next(std::uint32_t position, const std::byte* value) {
      std::uint32_t bits;
      __builtin_memcpy(&bits, value, sizeof bits);
      descents_ |= position - next_least_;  // wraps below zero where it is smaller
      zeros_ |= bits == 0;
      next_least_ = position + 1;
      return position < last_ ? position : last_;
    }
    bool sound() const { return (descents_ >> 31) == 0 && !zeros_ && next_least_ <= last_ + 1; }

   private:
    std::uint32_t last_;
    std::uint32_t next_least_ = 0;
    std::uint32_t descents_ = 0;
    bool zeros_ = false;
  };

  template <unsigned bytes>
  static std::uint32_t position_at(const std::byte* positions, std::size_t i) {
    const std::byte* const at = positions + bytes * i;
    if constexpr (bytes == 1) return static_cast<std::uint32_t>(at[0]);
    return static_cast<std::uint32_t>(at[0]) | static_cast<std::uint32_t>(at[1]) << 8;
  }

  template <unsigned bytes, unsigned vectors>
  static bool dot_line(const LineEntries& line, std::size_t count, const float* x,
                       std::uint32_t stride, float* y) {
    using Vector = typename FloatVector<vectors>::Type;
    constexpr unsigned at_once = 4;
    Vector sums[at_once] = {};
    Judge judge(line.cells);
    const auto add = [&](std::size_t i, Vector& sum) {
      const std::byte* const value = line.values + 4 * i;
      const std::size_t place = judge.next(position_at<bytes>(line.places, i), value);
      sum += Loops::template load<Vector>(x + place * stride) * Set::number(value);
    };
    std::size_t i = 0;
    for (; i + at_once <= count; i += at_once) {
      for (unsigned n = 0; n < at_once; ++n) add(i + n, sums[n]);
    }
    for (; i < count; ++i) add(i, sums[0]);
    const Vector sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    Loops::store(y, Loops::template load<Vector>(y) + sum);
    return judge.sound();
  }

  template <unsigned bytes, unsigned vectors>
  static bool axpy_line(const LineEntries& line, std::size_t count, const float* x,
                        std::uint32_t stride, float* y) {
    using Vector = typename FloatVector<vectors>::Type;
    const auto xs = Loops::template load<Vector>(x);
    Judge judge(line.cells);
    for (std::size_t i = 0; i < count; ++i) {
      const std::byte* const value = line.values + 4 * i;
      const std::size_t place = judge.next(position_at<bytes>(line.places, i), value);
      float* const at = y + place * stride;
      Loops::store(at, Loops::template load<Vector>(at) + xs * Set::number(value));
    }
    return judge.sound();
  }

  /// Whether positions ascend strictly, and the last lies in the line: then all do.
  template <class Position>
  static bool in_order(const LineEntries& line, std::uint32_t count) {
    const auto at = [&](std::size_t i) {
      Position position;
      __builtin_memcpy(&position, line.places + i * sizeof position, sizeof position);
      return position;
    };
    Position bad = 0;  // as wide as they are, which a vector compares at once
    for (std::size_t i = 1; i < count; ++i) bad |= at(i) <= at(i - 1);
    return bad == 0 && (count == 0 || at(count - 1) < line.cells);
  }

  /// Zeros, and the values of a listed line in their places.
  template <class Position>
  static bool place_line(const LineEntries& line, std::uint32_t count, std::byte* cells) {
    __builtin_memset(cells, 0, std::size_t{line.cells} * 4);
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t position = position_at<sizeof(Position)>(line.places, i);
      const std::size_t place = position < line.cells ? position : line.cells - 1;
      __builtin_memcpy(cells + 4 * place, line.values + 4 * i, 4);
    }
    return in_order<Position>(line, count) && Masks::none_zero(line.values, count);
  }

  /// Calls `listed` or `masked(number, line, count)` line by line; whether they always gave true.
  template <class Listed, class Masked>
  static bool for_each_line(LineEntries lines, Listed&& listed, Masked&& masked) {
    bool sound = true;
    for (std::size_t number = 0; number < lines.lines; ++number) {
      const std::uint32_t count = lines.counts[number];
      if (lines.all_listed || form_of(count, lines.cells) == LineForm::listed) {
        sound &= listed(number, lines, count);
        lines.places += std::size_t{count} * lines.position_bytes;
      } else {
        sound &= masked(number, lines, count);
        lines.places += place_bytes(count, lines.cells, lines.position_bytes);
      }
      lines.values += std::size_t{count} * 4;
    }
    return sound;
  }

  template <unsigned bytes>
  static bool dot_of(const LineEntries& entries, const float* x, std::uint32_t stride, float* y) {
    bool sound = true;
    Loops::for_each_group(stride, [&](std::uint32_t v, auto vectors) {
      const auto listed = [&](std::size_t number, const LineEntries& line, std::size_t count) {
        return dot_line<bytes, vectors.value>(line, count, x + v, stride, y + number * stride + v);
      };
      const auto masked = [&](std::size_t number, const LineEntries& line, std::uint32_t count) {
        return Masks::dot_line(line, count, x, y + number);
      };
      sound = for_each_line(entries, listed, masked);
    });
    return sound;
  }

  template <unsigned bytes>
  static bool axpy_of(const LineEntries& entries, const float* x, std::uint32_t stride, float* y) {
    bool sound = true;
    Loops::for_each_group(stride, [&](std::uint32_t v, auto vectors) {
      const auto listed = [&](std::size_t number, const LineEntries& line, std::size_t count) {
        return axpy_line<bytes, vectors.value>(line, count, x + number * stride + v, stride, y + v);
      };
      const auto masked = [&](std::size_t number, const LineEntries& line, std::uint32_t count) {
        return Masks::axpy_line(line, count, x + number, y);
      };
      sound = for_each_line(entries, listed, masked);
    });
    return sound;
  }

  static bool dot(const LineEntries& entries, const float* x, std::uint32_t stride, float* y) {
    return entries.position_bytes == 1 ? dot_of<1>(entries, x, stride, y)
                                       : dot_of<2>(entries, x, stride, y);
  }

  static bool axpy(const LineEntries& entries, const float* x, std::uint32_t stride, float* y) {
    return entries.position_bytes == 1 ? axpy_of<1>(entries, x, stride, y)
                                       : axpy_of<2>(entries, x, stride, y);
  }

  static bool place(const LineEntries& entries, std::byte* cells) {
    const auto at = [&](std::size_t number) { return cells + number * entries.cells * 4; };
    const auto listed = [&](std::size_t number, const LineEntries& line, std::uint32_t count) {
      const auto place_one =
          entries.position_bytes == 1 ? place_line<std::uint8_t> : place_line<std::uint16_t>;
      return place_one(line, count, at(number));
    };
    const auto masked = [&](std::size_t number, const LineEntries& line, std::uint32_t count) {
      return Masks::place_line(line, count, at(number));
    };
    return for_each_line(entries, listed, masked);
  }

  static constexpr EntryKernels kernels{dot, axpy};
  static constexpr EntryKernels kernels_that_place{dot,   axpy,    nullptr,
                                                   place, nullptr, Masks::change};
};

}  // namespace pondus
