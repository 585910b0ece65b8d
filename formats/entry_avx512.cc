#include <immintrin.h>

#include "formats/entry_loops.h"

namespace pondus {
namespace {

struct Avx512 {
  static constexpr unsigned lanes = 16;
  using Floats = FloatVector<lanes>::Type;

  static float number(const std::byte* cells) {
    float number;
    __builtin_memcpy(&number, cells, sizeof number);
    return number;
  }
  static Floats expand(unsigned bits, const std::byte* values) {
    return _mm512_maskz_expandloadu_ps(static_cast<__mmask16>(bits), values);
  }
  static Floats select(unsigned bits, Floats a, Floats b) {
    return _mm512_mask_mov_ps(b, static_cast<__mmask16>(bits), a);
  }
  static Floats multiply_add(Floats a, Floats b, Floats c) { return _mm512_fmadd_ps(a, b, c); }
};

using Loops = EntryLoops<Avx512>;
using Masks = EntryMasks<Avx512>;

/// Entries of a line, 32 at a time, and whether they were sound. `whole` ones need no masks.
template <unsigned bytes>
class LineReader {
 public:
  explicit LineReader(const LineEntries& line)
      : line_(line), last_(_mm512_set1_epi16(static_cast<short>(line.cells - 1))) {}

  /// The positions of entries `i` on that are `here`, held to the line.
  template <bool whole>
  __m512i places(std::size_t i, __mmask32 here) {
    prefetch(line_.places + bytes * i, 512 * bytes);
    prefetch(line_.values + 4 * i, 512 * 4);
    prefetch(line_.values + 4 * i, 512 * 4 + 64);
    const __mmask32 behind_one = i == 0 ? here & ~1u : here;
    const std::byte* const at = line_.places + bytes * i;
    const __m512i stored = whole ? load(at) : load(here, at);
    descents_ |= _mm512_mask_cmple_epu16_mask(behind_one, stored, load(behind_one, at - bytes));
    return _mm512_min_epu16(stored, last_);
  }

  /// The values of 16 of them.
  template <bool whole>
  __m512 values(std::size_t i, __mmask16 here) {
    const std::byte* const at = line_.values + 4 * i;
    const __m512 values = whole ? _mm512_loadu_ps(at) : _mm512_maskz_loadu_ps(here, at);
    const __m512i bits = _mm512_castps_si512(values);
    least_ =
        whole ? _mm512_min_epu32(least_, bits) : _mm512_mask_min_epu32(least_, here, least_, bits);
    return values;
  }

  /// Positions that ascend, the last of which lies in the line, all do.
  bool sound(std::size_t count) const {
    return descents_ == 0 && Loops::position_at<bytes>(line_.places, count - 1) < line_.cells &&
           _mm512_cmpeq_epi32_mask(least_, _mm512_setzero_si512()) == 0;
  }

 private:
  /// As far ahead as memory takes: the loops are too slow for the machine to look there itself.
  static void prefetch(const std::byte* at, std::size_t ahead) {
    _mm_prefetch(reinterpret_cast<const char*>(at) + ahead, _MM_HINT_T0);
  }
  static __m512i load(const std::byte* at) {
    if constexpr (bytes == 1)
      return _mm512_cvtepu8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(at)));
    return _mm512_loadu_si512(at);
  }
  static __m512i load(__mmask32 mask, const std::byte* at) {
    if constexpr (bytes == 1) return _mm512_cvtepu8_epi16(_mm256_maskz_loadu_epi8(mask, at));
    return _mm512_maskz_loadu_epi16(mask, at);
  }

  LineEntries line_;
  __m512i last_;
  __m512i least_ = _mm512_set1_epi32(-1);
  __mmask32 descents_ = 0;
};

/// Calls `add(half, places, values, here)` with 16 entries of a line at a time, in turn for one
/// half and the other; whether all were sound.
template <unsigned bytes, class Add>
bool for_each_16(const LineEntries& line, std::size_t count, Add&& add) {
  if (count == 0) return true;
  LineReader<bytes> reader(line);
  const auto step = [&]<bool whole>(std::size_t i, __mmask32 here) {
    const __m512i places = reader.template places<whole>(i, here);
    const __m512i low = _mm512_cvtepu16_epi32(_mm512_castsi512_si256(places));
    const auto of_low = static_cast<__mmask16>(here);
    add(0, low, reader.template values<whole>(i, of_low), of_low);
    const auto of_high = static_cast<__mmask16>(here >> 16);
    if (!whole && of_high == 0) return;
    const __m512i high = _mm512_cvtepu16_epi32(_mm512_extracti64x4_epi64(places, 1));
    add(1, high, reader.template values<whole>(i + 16, of_high), of_high);
  };
  std::size_t i = 0;
  for (; i + 32 <= count; i += 32) step.template operator()<true>(i, ~0u);
  if (i != count) step.template operator()<false>(i, (1u << (count - i)) - 1);
  return reader.sound(count);
}

/// One line times one vector.
template <unsigned bytes>
bool dot_line(const LineEntries& line, std::size_t count, const float* x, float* y) {
  __m512 sums[2] = {};
  const auto add = [&](unsigned half, __m512i places, __m512 values, __mmask16) {
    sums[half] = _mm512_fmadd_ps(values, _mm512_i32gather_ps(places, x, 4), sums[half]);
  };
  const bool sound = for_each_16<bytes>(line, count, add);
  *y += _mm512_reduce_add_ps(_mm512_add_ps(sums[0], sums[1]));
  return sound;
}

/// A multiple of one line by single loads and stores, of some hundred entries that were judged
/// before: as vectors are written they cannot be read in parts yet. Four loads come before four
/// stores, for which they then need not wait: in a sound line no two places are the same.
template <unsigned bytes>
bool axpy_one_by_one(const LineEntries& line, std::size_t count, const float* x, float* y) {
  constexpr std::size_t run = 256;
  alignas(64) std::uint32_t places[run];
  const float multiple = *x;
  const auto add = [&](std::size_t begin, std::size_t end) {
    const std::uint32_t* place = places + begin % run;
    const std::byte* value = line.values + 4 * begin;
    std::size_t left = end - begin;
    for (; left >= 4; left -= 4, place += 4, value += 16) {
      const float a = y[place[0]] + multiple * Avx512::number(value);
      const float b = y[place[1]] + multiple * Avx512::number(value + 4);
      const float c = y[place[2]] + multiple * Avx512::number(value + 8);
      const float d = y[place[3]] + multiple * Avx512::number(value + 12);
      y[place[0]] = a;
      y[place[1]] = b;
      y[place[2]] = c;
      y[place[3]] = d;
    }
    for (; left > 0; --left, ++place, value += 4) y[*place] += multiple * Avx512::number(value);
  };
  std::size_t seen = 0;
  const auto keep = [&](unsigned, __m512i of_16, __m512, __mmask16 here) {
    _mm512_store_si512(places + seen % run, of_16);
    seen += static_cast<std::size_t>(__builtin_popcount(here));
    if (seen % run == 0) add(seen - run, seen);
  };
  const bool sound = for_each_16<bytes>(line, count, keep);
  add(seen / run * run, seen);
  return sound;
}

/// A multiple of one line.
template <unsigned bytes>
bool axpy_line(const LineEntries& line, std::size_t count, const float* x, float* y) {
  if (!gathers_quickly()) return axpy_one_by_one<bytes>(line, count, x, y);
  const __m512 xs = _mm512_set1_ps(*x);
  const auto add = [&](unsigned, __m512i places, __m512 values, __mmask16 here) {
    const __m512 ys = _mm512_i32gather_ps(places, y, 4);
    _mm512_mask_i32scatter_ps(y, here, places, _mm512_fmadd_ps(xs, values, ys), 4);
  };
  return for_each_16<bytes>(line, count, add);
}

/// Zeros, and the values of one line in their places.
template <unsigned bytes>
bool place_line(const LineEntries& line, std::size_t count, std::byte* cells) {
  __builtin_memset(cells, 0, std::size_t{line.cells} * 4);
  const auto place = [cells](unsigned, __m512i places, __m512 values, __mmask16 here) {
    _mm512_mask_i32scatter_ps(cells, here, places, values, 4);
  };
  return for_each_16<bytes>(line, count, place);
}

/// One line of positions of 2 bytes and products. Positions that ascend, the last of which lies in
/// the line, all do.
bool sum_line(const LineEntries& line, std::size_t count, float* y) {
  const std::byte* const positions = line.places;
  __mmask32 descents = 0;
  __m512 sums[2] = {};
  const auto add = [&](std::size_t i, __mmask32 here) {
    const __mmask32 behind_one = i == 0 ? here & ~1u : here;
    const __m512i stored = _mm512_maskz_loadu_epi16(behind_one, positions + 2 * i);
    const __m512i before = _mm512_maskz_loadu_epi16(behind_one, positions + 2 * i - 2);
    descents |= _mm512_mask_cmple_epu16_mask(behind_one, stored, before);
    for (unsigned half = 0; half < 2; ++half) {
      const auto of_half = static_cast<__mmask16>(here >> 16 * half);
      const std::byte* const values = line.values + 4 * (i + 16 * half);
      sums[half] = _mm512_add_ps(sums[half], _mm512_maskz_loadu_ps(of_half, values));
    }
  };
  std::size_t i = 0;
  for (; i + 32 <= count; i += 32) add(i, ~0u);
  add(i, (1u << (count - i)) - 1);
  *y += _mm512_reduce_add_ps(_mm512_add_ps(sums[0], sums[1]));
  return descents == 0 && Loops::position_at<2>(positions, count - 1) < line.cells;
}

bool sum(const LineEntries& entries, float* y) {
  const auto listed = [&](std::size_t number, const LineEntries& line, std::size_t count) {
    return count == 0 || sum_line(line, count, y + number);
  };
  return Loops::for_each_line(entries, listed, [](auto...) { return false; });
}

bool dot(const LineEntries& entries, const float* x, std::uint32_t stride, float* y) {
  if (stride != 1) return Loops::dot(entries, x, stride, y);
  const auto multiply = entries.position_bytes == 1 ? dot_line<1> : dot_line<2>;
  return Loops::for_each_line(
      entries,
      [&](auto number, auto& line, auto count) { return multiply(line, count, x, y + number); },
      [&](auto number, auto& line, auto count) {
        return Masks::dot_line(line, count, x, y + number);
      });
}

bool axpy(const LineEntries& entries, const float* x, std::uint32_t stride, float* y) {
  if (stride != 1) return Loops::axpy(entries, x, stride, y);
  const auto multiply = entries.position_bytes == 1 ? axpy_line<1> : axpy_line<2>;
  return Loops::for_each_line(
      entries,
      [&](auto number, auto& line, auto count) { return multiply(line, count, x + number, y); },
      [&](auto number, auto& line, auto count) {
        return Masks::axpy_line(line, count, x + number, y);
      });
}

bool place(const LineEntries& entries, std::byte* cells) {
  const auto place_one = entries.position_bytes == 1 ? place_line<1> : place_line<2>;
  const auto at = [&](std::size_t number) { return cells + number * entries.cells * 4; };
  return Loops::for_each_line(
      entries,
      [&](auto number, auto& line, auto count) { return place_one(line, count, at(number)); },
      [&](auto number, auto& line, auto count) {
        return Masks::place_line(line, count, at(number));
      });
}

/// By vectors that are compressed in registers, since compressing into memory is slow on some
/// machines.
std::size_t find(const std::byte* cells, std::size_t count, std::uint16_t* places,
                 std::byte* values) {
  constexpr std::size_t ahead = 32 * 64;
  __m512i numbers = _mm512_set_epi16(31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16,
                                     15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  std::size_t found = 0;
  const auto keep = [&](__mmask16 nonzero, __m512i some) {
    _mm512_storeu_si512(values + 4 * found, _mm512_maskz_compress_epi32(nonzero, some));
    found += static_cast<std::size_t>(__builtin_popcount(nonzero));
  };
  const auto step = [&](__m512i low, __m512i high) {
    const __mmask16 of_low = _mm512_test_epi32_mask(low, low);
    const __mmask16 of_high = _mm512_test_epi32_mask(high, high);
    const __mmask32 nonzero = _mm512_kunpackw(of_high, of_low);
    _mm512_storeu_si512(places + found, _mm512_maskz_compress_epi16(nonzero, numbers));
    keep(of_low, low);
    keep(of_high, high);
    numbers = _mm512_add_epi16(numbers, _mm512_set1_epi16(32));
  };
  std::size_t i = 0;
  for (; i + 32 <= count; i += 32) {
    const std::byte* const at = cells + 4 * i;
    __builtin_prefetch(at + ahead);
    __builtin_prefetch(at + ahead + 64);
    step(_mm512_loadu_si512(at), _mm512_loadu_si512(at + 64));
  }
  const __mmask32 rest = (1u << (count - i)) - 1;
  step(_mm512_maskz_loadu_epi32(static_cast<__mmask16>(rest), cells + 4 * i),
       _mm512_maskz_loadu_epi32(static_cast<__mmask16>(rest >> 16), cells + 4 * i + 64));
  return found;
}

}  // namespace

const EntryKernels entry_avx512{dot, axpy, sum, place, find, Masks::change};

}  // namespace pondus
