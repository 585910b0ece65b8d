// What 16 streams of a coded sequence give next: for the AVX-512 kernel, and empty elsewhere.
#pragma once
#ifdef __AVX512F__

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

namespace pondus {
namespace {

/// The next 64 bits of 16 streams.
struct Window {
  __m512i low;
  __m512i high;

  /// Moves on by bits per stream.
  void skip(__m512i bits) {
    low = _mm512_srlv_epi64(low, _mm512_cvtepu32_epi64(_mm512_castsi512_si256(bits)));
    high = _mm512_srlv_epi64(high, _mm512_cvtepu32_epi64(_mm512_extracti64x4_epi64(bits, 1)));
  }
  /// The first 32 bits of each stream.
  __m512i bits() const {
    const __m512i even =
        _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    return _mm512_permutex2var_epi32(low, even, high);
  }
};

/// The next 57 bits of 16 streams, wherever they stand: loads begin at `last` at the latest.
inline Window window_at(const std::byte* sequence, std::uint32_t last, __m512i positions) {
  const __m512i begins =
      _mm512_min_epu32(_mm512_srli_epi32(positions, 3), _mm512_set1_epi32(static_cast<int>(last)));
  const __m512i bits = _mm512_and_si512(positions, _mm512_set1_epi32(7));
  const auto half = [&](unsigned number) {
    const auto part = [&](__m512i all) {
      return number == 0 ? _mm512_castsi512_si256(all) : _mm512_extracti64x4_epi64(all, 1);
    };
    const __m512i loaded = _mm512_i32gather_epi64(part(begins), sequence, 1);
    return _mm512_srlv_epi64(loaded, _mm512_cvtepu32_epi64(part(bits)));
  };
  return {half(0), half(1)};
}

/// 128 bits of 16 streams from `begins` on, loaded a step before they are needed.
struct Ahead {
  __m512i begins;  ///< in bits, each the first of its byte
  __m512i near[2];
  __m512i far[2];

  [[gnu::always_inline]] Ahead(const std::byte* sequence, __m512i positions)
      : begins(_mm512_andnot_si512(_mm512_set1_epi32(7), positions)) {
    alignas(64) std::uint32_t offsets[16];
    _mm512_store_si512(offsets, _mm512_srli_epi32(positions, 3));
    asm("" : "+m"(offsets));  // or compilers take them from the register, one by one
    for (unsigned half = 0; half < 2; ++half) {
      const __m512i even = load_4(sequence, offsets + 8 * half);
      const __m512i odd = load_4(sequence, offsets + 8 * half + 1);
      near[half] = _mm512_unpacklo_epi64(even, odd);
      far[half] = _mm512_unpackhi_epi64(even, odd);
    }
  }

  /// Every other of 8 streams; loads are quicker than gathers.
  static __m512i load_4(const std::byte* sequence, const std::uint32_t* offsets) {
    const auto load = [&](unsigned i) {
      return _mm_loadu_si128(reinterpret_cast<const __m128i*>(sequence + offsets[i]));
    };
    const __m256i low = _mm256_set_m128i(load(2), load(0));
    return _mm512_inserti64x4(_mm512_castsi256_si512(low), _mm256_set_m128i(load(6), load(4)), 1);
  }

  /// At positions fewer than 64 bits behind the beginnings.
  Window window(__m512i positions) const {
    const __m512i bits = _mm512_sub_epi32(positions, begins);
    const auto half = [](__m512i number) {
      return _mm512_cvtepu32_epi64(_mm512_castsi512_si256(number));
    };
    return {_mm512_shrdv_epi64(near[0], far[0], half(bits)),
            _mm512_shrdv_epi64(near[1], far[1], half(_mm512_shuffle_i64x2(bits, bits, 0xEE)))};
  }
};

/// 32 numbers by label.
struct Lookup {
  __m512i low;
  __m512i high;
  explicit Lookup(const std::uint32_t* numbers)
      : low(_mm512_load_si512(numbers)), high(_mm512_load_si512(numbers + 16)) {}
  /// Bits of a label but the lowest 5 are ignored.
  __m512i operator()(__m512i labels) const { return _mm512_permutex2var_epi32(low, labels, high); }
};

}  // namespace
}  // namespace pondus

#endif
