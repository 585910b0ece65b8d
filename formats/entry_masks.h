// Lines of entries that have a mask, or no zeros at all, with one vector: once for all instruction
// sets.
#pragma once

#include "formats/entry_kernels.h"
#include "formats/product_loops.h"

namespace pondus {

template <unsigned size>
struct WordVector {
  using Type [[gnu::vector_size(4 * size)]] = std::uint32_t;
};

/// `Set` as that of ProductLoops, but for `spread`, and gives:
///   expand(bits, values): values in the lanes whose bits are 1, else 0; may read as many as lanes
///   select(bits, a, b): a in the lanes whose bits are 1, else b
///   multiply_add(a, b, c): a * b + c
template <class Set>
struct EntryMasks {
  static constexpr unsigned lanes = Set::lanes;
  using Floats = typename Set::Floats;
  using Loops = ProductLoops<Set>;
  using Partial = typename Loops::Partial;
  template <unsigned whole>
  using Whole = typename Loops::template Constant<whole>;

  /// Which cells of a line are entries: a copy, so that what was judged stays.
  class Mask {
   public:
    /// Gives whether as many as `count` are, all of them cells of the line.
    bool take(const LineEntries& line, std::uint32_t count) {
      const std::uint32_t bytes = (line.cells + 7) / 8;
      __builtin_memset(bytes_ + (bytes - 1) / 8 * 8, 0, 8);  // up to whole words
      const unsigned rest = line.cells % 8;
      if (count == line.cells) {
        __builtin_memset(bytes_, 0xFF, bytes);
        if (rest != 0) bytes_[bytes - 1] = static_cast<std::uint8_t>((1u << rest) - 1);
        return true;
      }
      __builtin_memcpy(bytes_, line.places, bytes);
      return ones(bytes) == count && (rest == 0 || bytes_[bytes - 1] >> rest == 0);
    }

    /// Calls `add(whole, half, i, bits, values)` for the cells from i on, a vector of them at a
    /// time, or fewer at the end of the line where not `whole`, in turn for one half and the other;
    /// `values` are those of the entries in their lanes.
    template <class Add>
    void for_each_vector(const LineEntries& line, std::uint32_t count, Add&& add) const {
      const std::byte* values = line.values;
      const std::byte* const end = values + std::size_t{4} * count;
      const auto left = [&] { return static_cast<std::size_t>(end - values) / 4; };
      const auto step = [&](auto whole, unsigned half, std::size_t i) {
        const unsigned bits = bits_from(i);
        const auto some = [&] {
          if (whole.value != 0 || left() >= lanes) return Set::expand(bits, values);
          return Set::expand(bits, Partial(values, left()).cells());
        };
        __builtin_prefetch(values + 2048);
        add(whole, half, i, bits, some());
        values += 4 * static_cast<std::size_t>(__builtin_popcount(bits));
      };
      std::size_t i = 0;
      for (; i + 4 * lanes <= line.cells && left() >= 4 * lanes; i += 4 * lanes) {
        for (unsigned n = 0; n < 4; ++n) step(Whole<1>(), n % 2, i + n * lanes);
      }
      for (; i < line.cells; i += lanes) step(Whole<0>(), 0, i);
    }

   private:
    unsigned bits_from(std::size_t i) const {
      if constexpr (lanes == 16) {  // little endian
        std::uint16_t bits;
        __builtin_memcpy(&bits, bytes_ + i / 8, sizeof bits);
        return bits;
      }
      return lanes == 8 ? bytes_[i / 8] : bytes_[i / 8] >> i % 8 & 15;
    }
    std::uint32_t ones(std::uint32_t bytes) const {
      std::uint32_t sum = 0;
      for (std::uint32_t i = 0; i < bytes; i += 8) {
        std::uint64_t word;
        __builtin_memcpy(&word, bytes_ + i, sizeof word);
        sum += static_cast<std::uint32_t>(__builtin_popcountll(word));
      }
      return sum;
    }

    std::uint8_t bytes_[8192];  // of the longest line
  };

  static bool none_zero(const std::byte* values, std::uint32_t count) {
    std::uint32_t zeros = 0;
    for (std::size_t i = 0; i < count; ++i) {
      std::uint32_t bits;
      __builtin_memcpy(&bits, values + 4 * i, sizeof bits);
      zeros |= bits == 0;
    }
    return zeros == 0;
  }

  /// A vector of numbers, or of as many as the line has from i on, and zeros.
  static Floats get(bool whole, const LineEntries& line, std::size_t i, const float* from) {
    const std::size_t rest = line.cells - i;
    if (whole || rest >= lanes) return Loops::template load<Floats>(from + i);
    return Loops::template load<Floats>(Partial(from + i, rest).numbers);
  }
  static void put(bool whole, const LineEntries& line, std::size_t i, void* to, Floats numbers) {
    const std::size_t rest = line.cells - i;
    std::byte* const at = static_cast<std::byte*>(to) + 4 * i;
    if (whole || rest >= lanes) {
      __builtin_memcpy(at, &numbers, sizeof numbers);
    } else {
      __builtin_memcpy(at, &numbers, rest * sizeof(float));
    }
  }

  static bool dot_line(const LineEntries& line, std::uint32_t count, const float* x, float* y) {
    Mask mask;
    if (!mask.take(line, count)) return false;
    Floats sums[2] = {};
    mask.for_each_vector(
        line, count, [&](auto whole, unsigned half, std::size_t i, unsigned bits, Floats values) {
          const Floats xs = Set::select(bits, get(whole.value, line, i, x), Floats{});
          sums[half] = Set::multiply_add(values, xs, sums[half]);
        });
    Loops::template add_up<1>(sums[0] + sums[1], y);
    return none_zero(line.values, count);
  }

  static bool axpy_line(const LineEntries& line, std::uint32_t count, const float* x, float* y) {
    Mask mask;
    if (!mask.take(line, count)) return false;
    const Floats xs = *x - Floats{};  // -0.0 as it is
    mask.for_each_vector(
        line, count, [&](auto whole, unsigned, std::size_t i, unsigned bits, Floats values) {
          const Floats ys = get(whole.value, line, i, y);
          put(whole.value, line, i, y, Set::select(bits, Set::multiply_add(values, xs, ys), ys));
        });
    return none_zero(line.values, count);
  }

  static bool place_line(const LineEntries& line, std::uint32_t count, std::byte* cells) {
    if (count == line.cells) {
      __builtin_memcpy(cells, line.values, std::size_t{count} * 4);
      return none_zero(line.values, count);
    }
    Mask mask;
    if (!mask.take(line, count)) return false;
    mask.for_each_vector(line, count,
                         [&](auto whole, unsigned, std::size_t i, unsigned, Floats values) {
                           put(whole.value, line, i, cells, values);
                         });
    return none_zero(line.values, count);
  }

  using Words = typename WordVector<lanes>::Type;

  /// In each lane as delta_map::changed.
  static Words changed(Words old, Words value, Words first) {
    const Words zero = {};
    const Words swapped = old == value ? first : value;
    return old == zero ? value : (value == first ? zero : swapped);
  }

  static void change(const LineEntries& line, std::uint32_t first, const std::byte* from,
                     std::byte* to) {
    Mask mask;
    const std::uint32_t count = *line.counts;
    if (!mask.take(line, count)) return;
    const Words firsts = Words{} + first;
    const auto change_some = [&](auto whole, unsigned, std::size_t i, unsigned bits,
                                 Floats values) {
      const Floats old = get(whole.value, line, i, reinterpret_cast<const float*>(from));
      const Words now =
          changed(__builtin_bit_cast(Words, old), __builtin_bit_cast(Words, values), firsts);
      put(whole.value, line, i, to, Set::select(bits, __builtin_bit_cast(Floats, now), old));
    };
    mask.for_each_vector(line, count, change_some);
  }
};

}  // namespace pondus
