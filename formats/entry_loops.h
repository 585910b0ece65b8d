// The loops of products of sparse lines, once for all instruction sets.
#pragma once

#include "formats/entry_kernels.h"
#include "formats/product_loops.h"

namespace pondus {

/// `Set` as that of ProductLoops, but for `spread`.
template <class Set>
struct EntryLoops {
  using Loops = ProductLoops<Set>;

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

  /// Calls `work(number, line, count)` line by line; whether it always gave true.
  template <class Work>
  static bool for_each_line(LineEntries lines, Work&& work) {
    bool sound = true;
    for (std::size_t number = 0; number < lines.lines; ++number) {
      const std::size_t count = lines.counts[number];
      if (count == 0) continue;
      sound &= work(number, lines, count);
      lines.places += count * lines.position_bytes;
      lines.values += 4 * count;
    }
    return sound;
  }

  template <unsigned bytes>
  static bool dot_of(const LineEntries& entries, const float* x, std::uint32_t stride, float* y) {
    bool sound = true;
    Loops::for_each_group(stride, [&](std::uint32_t v, auto vectors) {
      sound = for_each_line(entries, [&](std::size_t number, const LineEntries& line,
                                         std::size_t count) {
        return dot_line<bytes, vectors.value>(line, count, x + v, stride, y + number * stride + v);
      });
    });
    return sound;
  }

  template <unsigned bytes>
  static bool axpy_of(const LineEntries& entries, const float* x, std::uint32_t stride, float* y) {
    bool sound = true;
    Loops::for_each_group(stride, [&](std::uint32_t v, auto vectors) {
      sound = for_each_line(entries, [&](std::size_t number, const LineEntries& line,
                                         std::size_t count) {
        return axpy_line<bytes, vectors.value>(line, count, x + number * stride + v, stride, y + v);
      });
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

  static constexpr EntryKernels kernels{dot, axpy};
};

}  // namespace pondus
