#include <immintrin.h>

#include "formats/context_map/context_map_kernels.h"

namespace pondus::context_map {
namespace {

/// The sum of all 32-bit lanes.
std::int64_t sum_of(__m256i lanes) {
  const __m256i wide = _mm256_add_epi64(_mm256_cvtepi32_epi64(_mm256_castsi256_si128(lanes)),
                                        _mm256_cvtepi32_epi64(_mm256_extracti128_si256(lanes, 1)));
  const __m128i pair =
      _mm_add_epi64(_mm256_castsi256_si128(wide), _mm256_extracti128_si256(wide, 1));
  return _mm_extract_epi64(pair, 0) + _mm_extract_epi64(pair, 1);
}

std::int64_t inner_product(const std::int16_t* a, const std::int16_t* b, std::size_t count) {
  constexpr std::size_t part_most = 2048;  // 128 products of 22 bits and a sign in 16 lanes
  std::int64_t sum = 0;
  std::size_t i = 0;
  while (i + 16 <= count) {
    __m256i lanes = _mm256_setzero_si256();
    const std::size_t end = i + part_most < count ? i + part_most : count;
    for (; i + 16 <= end; i += 16) {
      const __m256i x = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(a + i));
      const __m256i y = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(b + i));
      lanes = _mm256_add_epi32(lanes, _mm256_madd_epi16(x, y));
    }
    sum += sum_of(lanes);
  }
  for (; i < count; ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

void multiply_rows_avx2(const ProductJob& job) {
  const std::size_t others = job.end - job.begin;
  for (std::size_t j = 0; j < others; ++j)
    for (std::size_t i = 0; i < job.count; ++i)
      job.products[i * others + j] = inner_product(
          job.lines + i * job.width, job.others + (job.begin + j) * job.width, job.width);
}

void agreements_avx2(const AgreementJob& job) {
  const std::uint64_t* const a = job.lines + 2 * job.line * job.words;
  for (std::size_t k = job.begin; k < job.end; ++k) {
    const std::uint64_t* const b = job.lines + 2 * k * job.words;
    long long score = 0;
    for (std::size_t w = 0; w < job.words; ++w) {
      const std::uint64_t above = b[w];
      const std::uint64_t below = b[w + job.words];
      score += __builtin_popcountll((a[w] & above) | (a[w + job.words] & below));
      score -= __builtin_popcountll((a[w] & below) | (a[w + job.words] & above));
    }
    job.scores[k - job.begin] = static_cast<std::int32_t>(score);
  }
}

}  // namespace pondus::context_map
