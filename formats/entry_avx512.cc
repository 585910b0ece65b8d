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
};

using Loops = EntryLoops<Avx512>;

/// Entries of a line, 32 at a time, and whether they were sound.
template <unsigned bytes>
class LineReader {
 public:
  LineReader(const LineEntries& line, std::size_t count)
      : line_(line), count_(count), last_(_mm512_set1_epi16(static_cast<short>(line.cells - 1))) {}

  /// Which of the 32 entries from `i` on there are.
  __mmask32 mask(std::size_t i) const { return count_ - i < 32 ? (1u << (count_ - i)) - 1 : ~0u; }

  /// Their positions, held to the line.
  __m512i places(std::size_t i) {
    prefetch(line_.positions + bytes * i, 512 * bytes);
    prefetch(line_.values + 4 * i, 512 * 4);
    prefetch(line_.values + 4 * i, 512 * 4 + 64);
    const __mmask32 behind_one = i == 0 ? mask(i) & ~1u : mask(i);
    const __m512i stored = load(mask(i), line_.positions + bytes * i);
    const __m512i places = _mm512_min_epu16(stored, last_);
    unsound_ |= _mm512_mask_cmple_epu16_mask(behind_one, stored,
                                             load(behind_one, line_.positions + bytes * i - bytes));
    unsound_ |= _mm512_cmpneq_epu16_mask(stored, places);
    return places;
  }

  /// The values of 16 of them.
  __m512 values(std::size_t i, unsigned half) {
    const auto here = static_cast<__mmask16>(mask(i) >> 16 * half);
    const __m512 values = _mm512_maskz_loadu_ps(here, line_.values + 4 * (i + 16 * half));
    const __m512i bits = _mm512_castps_si512(values);
    unsound_ |= _mm512_mask_cmpeq_epi32_mask(here, bits, _mm512_setzero_si512());
    return values;
  }

  bool sound() const { return unsound_ == 0; }

 private:
  /// As far ahead as memory takes: the loops are too slow for the machine to look there itself.
  static void prefetch(const std::byte* at, std::size_t ahead) {
    _mm_prefetch(reinterpret_cast<const char*>(at) + ahead, _MM_HINT_T0);
  }
  static __m512i load(__mmask32 mask, const std::byte* at) {
    if constexpr (bytes == 1) return _mm512_cvtepu8_epi16(_mm256_maskz_loadu_epi8(mask, at));
    return _mm512_maskz_loadu_epi16(mask, at);
  }

  LineEntries line_;
  std::size_t count_;
  __m512i last_;
  __mmask32 unsound_ = 0;
};

/// One line times one vector.
template <unsigned bytes>
bool dot_line(const LineEntries& line, std::size_t count, const float* x, float* y) {
  LineReader<bytes> reader(line, count);
  __m512 sums[2] = {};
  for (std::size_t i = 0; i < count; i += 32) {
    const __m512i places = reader.places(i);
    const auto add = [&](unsigned half, __m256i of_half) {
      const auto here = static_cast<__mmask16>(reader.mask(i) >> 16 * half);
      const __m512 xs =
          _mm512_mask_i32gather_ps(_mm512_setzero_ps(), here, _mm512_cvtepu16_epi32(of_half), x, 4);
      sums[half] = _mm512_fmadd_ps(reader.values(i, half), xs, sums[half]);
    };
    add(0, _mm512_castsi512_si256(places));
    if (count - i > 16) add(1, _mm512_extracti64x4_epi64(places, 1));
  }
  *y += _mm512_reduce_add_ps(_mm512_add_ps(sums[0], sums[1]));
  return reader.sound();
}

/// A multiple of one line.
template <unsigned bytes>
bool axpy_line(const LineEntries& line, std::size_t count, const float* x, float* y) {
  LineReader<bytes> reader(line, count);
  const __m512 xs = _mm512_set1_ps(*x);
  for (std::size_t i = 0; i < count; i += 32) {
    const __m512i places = reader.places(i);
    const auto add = [&](unsigned half, __m256i of_half) {
      const auto here = static_cast<__mmask16>(reader.mask(i) >> 16 * half);
      const __m512i at = _mm512_cvtepu16_epi32(of_half);
      const __m512 ys = _mm512_mask_i32gather_ps(_mm512_setzero_ps(), here, at, y, 4);
      _mm512_mask_i32scatter_ps(y, here, at, _mm512_fmadd_ps(xs, reader.values(i, half), ys), 4);
    };
    add(0, _mm512_castsi512_si256(places));
    if (count - i > 16) add(1, _mm512_extracti64x4_epi64(places, 1));
  }
  return reader.sound();
}

bool dot(const LineEntries& entries, const float* x, std::uint32_t stride, float* y) {
  if (stride != 1) return Loops::dot(entries, x, stride, y);
  const auto multiply = entries.position_bytes == 1 ? dot_line<1> : dot_line<2>;
  return Loops::for_each_line(entries,
                              [&](std::size_t number, const LineEntries& line, std::size_t count) {
                                return multiply(line, count, x, y + number);
                              });
}

bool axpy(const LineEntries& entries, const float* x, std::uint32_t stride, float* y) {
  if (stride != 1) return Loops::axpy(entries, x, stride, y);
  const auto multiply = entries.position_bytes == 1 ? axpy_line<1> : axpy_line<2>;
  return Loops::for_each_line(entries,
                              [&](std::size_t number, const LineEntries& line, std::size_t count) {
                                return multiply(line, count, x + number, y);
                              });
}

}  // namespace

const EntryKernels entry_avx512{dot, axpy};

}  // namespace pondus
