#include <immintrin.h>

#include "formats/context_map/context_map_kernels.h"

namespace pondus::context_map {
namespace {

/// Bytes at 16 places.
__m512i gather_bytes(const std::uint8_t* from, __m512i places) {
  return _mm512_and_si512(_mm512_i32gather_epi32(places, from, 1), _mm512_set1_epi32(0xFF));
}

const std::uint16_t* next_words(const RowJob& job) {
  return job.words + (job.position < job.word_count ? job.position : job.word_count);
}

/// The classes of 256 tokens, looked up in registers.
class SymbolClasses {
 public:
  explicit SymbolClasses(const std::uint8_t* classes) {
    for (std::size_t i = 0; i < 4; ++i) parts_[i] = _mm512_loadu_si512(classes + 64 * i);
  }
  __m256i of(__m256i tokens) const {
    const __m512i wide = _mm512_castsi256_si512(tokens);
    const __m512i low = _mm512_permutex2var_epi8(parts_[0], wide, parts_[1]);
    const __m512i high = _mm512_permutex2var_epi8(parts_[2], wide, parts_[3]);
    const __mmask64 top = _mm512_movepi8_mask(wide);
    return _mm512_castsi512_si256(_mm512_mask_mov_epi8(low, top, high));
  }

 private:
  __m512i parts_[4];
};

/// The slots of 16 cells from cell j on.
template <bool referring>
__m512i slots_of(const RowJob& job, std::size_t j, __m512i state) {
  __m512i context =
      _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(job.contexts + j)));
  if constexpr (referring) {
    const __m512i references = _mm512_loadu_si512(job.references + j);
    context = _mm512_add_epi32(context, gather_bytes(job.classes, references));
  }
  const __m512i table = gather_bytes(job.map, context);
  const __m512i place = _mm512_or_si512(_mm512_slli_epi32(table, 12),
                                        _mm512_and_si512(state, _mm512_set1_epi32(0xFFF)));
  return _mm512_i32gather_epi32(place, job.slots, 4);
}

/// The states of the `active` lanes after their slots, with the words that they take.
__m512i step(RowJob& job, __mmask16 active, __m512i state, __m512i slot) {
  const __m512i less_one = _mm512_and_si512(_mm512_srli_epi32(slot, 8), _mm512_set1_epi32(0xFFF));
  const __m512i frequency = _mm512_add_epi32(less_one, _mm512_set1_epi32(1));
  __m512i next = _mm512_add_epi32(_mm512_mullo_epi32(frequency, _mm512_srli_epi32(state, 12)),
                                  _mm512_srli_epi32(slot, 20));
  const __mmask16 low = _mm512_mask_cmplt_epu32_mask(active, next, _mm512_set1_epi32(1 << 16));
  const __m512i words = _mm512_maskz_expand_epi32(
      low,
      _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(next_words(job)))));
  job.position += static_cast<std::size_t>(_mm_popcnt_u32(low));
  next = _mm512_mask_or_epi32(next, low, _mm512_slli_epi32(next, 16), words);
  return _mm512_mask_mov_epi32(state, active, next);
}

template <bool referring>
void decode_row(RowJob& job) {
  RowJob local = job;  // in registers
  const SymbolClasses classes(job.symbol_class);
  __m512i low = _mm512_loadu_si512(job.states);
  __m512i high = _mm512_loadu_si512(job.states + 16);
  for (std::size_t j = 0; j < local.count; j += 32) {
    const std::size_t left = local.count - j;
    const std::uint32_t active = left < 32 ? (1u << left) - 1 : 0xFFFFFFFF;
    // Both halves refer to columns before cell j only.
    const __m512i low_slots = slots_of<referring>(local, j, low);
    const __m512i high_slots = slots_of<referring>(local, j + 16, high);
    low = step(local, static_cast<__mmask16>(active), low, low_slots);
    high = step(local, static_cast<__mmask16>(active >> 16), high, high_slots);
    const __m256i tokens =
        _mm256_set_m128i(_mm512_cvtepi32_epi8(high_slots), _mm512_cvtepi32_epi8(low_slots));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(local.tokens + j), tokens);
    if constexpr (referring)
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(local.classes + 1 + j), classes.of(tokens));
  }
  _mm512_storeu_si512(job.states, low);
  _mm512_storeu_si512(job.states + 16, high);
  job.position = local.position;
}

/// 32 predictions from cell j on.
__m512i predictions_of(const BinJob& job, std::size_t j, __mmask32 active) {
  __m512i low = _mm512_set1_epi32(32);
  __m512i high = low;
  for (std::size_t r = 0; r < 4; r += 2) {
    const __m512i a = _mm512_maskz_loadu_epi16(active, job.from[r] + j);
    const __m512i b = _mm512_maskz_loadu_epi16(active, job.from[r + 1] + j);
    const __m512i both = _mm512_set1_epi32(job.coefficients[r + 1] * 65536 +
                                           static_cast<std::uint16_t>(job.coefficients[r]));
    low = _mm512_add_epi32(low, _mm512_madd_epi16(_mm512_unpacklo_epi16(a, b), both));
    high = _mm512_add_epi32(high, _mm512_madd_epi16(_mm512_unpackhi_epi16(a, b), both));
  }
  return _mm512_packs_epi32(_mm512_srai_epi32(low, 6), _mm512_srai_epi32(high, 6));
}

/// Inner products of some lines, one after another at `lines`, with one.
template <std::size_t count>
void multiply(const std::int16_t* lines, const std::int16_t* other, std::size_t width,
              std::int64_t* products, std::size_t stride) {
  constexpr std::size_t part_most = 4096;  // 128 pairs of products of 22 bits and a sign in a lane
  for (std::size_t i = 0; i < count; ++i) products[i * stride] = 0;
  for (std::size_t begin = 0; begin < width; begin += part_most) {
    const std::size_t end = width - begin < part_most ? width : begin + part_most;
    __m512i sums[count] = {};
    for (std::size_t at = begin; at < end; at += 32) {
      const __mmask32 active = end - at < 32 ? (1u << (end - at)) - 1 : 0xFFFFFFFF;
      const __m512i values = _mm512_maskz_loadu_epi16(active, other + at);
      for (std::size_t i = 0; i < count; ++i) {
        const __m512i of_line = _mm512_maskz_loadu_epi16(active, lines + i * width + at);
        sums[i] = _mm512_add_epi32(sums[i], _mm512_madd_epi16(of_line, values));
      }
    }
    for (std::size_t i = 0; i < count; ++i) {
      const __m512i wide =
          _mm512_add_epi64(_mm512_cvtepi32_epi64(_mm512_castsi512_si256(sums[i])),
                           _mm512_cvtepi32_epi64(_mm512_extracti64x4_epi64(sums[i], 1)));
      products[i * stride] += _mm512_reduce_add_epi64(wide);
    }
  }
}

/// The products from line `first` on, `at_once` lines at a time; gives the first that is left.
template <std::size_t at_once>
std::size_t multiply_from(const ProductJob& job, std::size_t first) {
  const std::size_t others = job.end - job.begin;
  for (; first + at_once <= job.count; first += at_once)
    for (std::size_t j = 0; j < others; ++j)
      multiply<at_once>(job.lines + first * job.width, job.others + (job.begin + j) * job.width,
                        job.width, job.products + first * others + j, others);
  return first;
}

}  // namespace

void multiply_rows_avx512(const ProductJob& job) {
  multiply_from<1>(job, multiply_from<8>(job, 0));
}

void find_bins_avx512(const BinJob& job) {
  const __m512i lesser = _mm512_loadu_si512(job.thresholds);
  const __m512i greater = _mm512_maskz_loadu_epi16(0x7FFFFFFF, job.thresholds + 32);
  for (std::size_t j = 0; j < job.count; j += 32) {
    const std::size_t left = job.count - j;
    const std::uint32_t active = left < 32 ? (1u << left) - 1 : 0xFFFFFFFF;
    const __m512i predictions = predictions_of(job, j, active);
    __m512i bins = _mm512_setzero_si512();
    for (short step = 32; step > 0; step /= 2) {
      const __m512i place = _mm512_add_epi16(bins, _mm512_set1_epi16(static_cast<short>(step - 1)));
      const __m512i threshold = _mm512_permutex2var_epi16(lesser, place, greater);
      const __mmask32 above = _mm512_cmple_epi16_mask(threshold, predictions);
      bins = _mm512_mask_add_epi16(bins, above, bins, _mm512_set1_epi16(step));
    }
    _mm256_mask_storeu_epi8(job.bins + j, active, _mm512_cvtepi16_epi8(bins));
  }
}

void decode_row_avx512(RowJob& job) {
  if (job.references != nullptr) return decode_row<true>(job);
  decode_row<false>(job);
}

}  // namespace pondus::context_map
