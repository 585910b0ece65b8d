#include <immintrin.h>

#include "codec/entropy/huffman_kernels.h"

namespace pondus {
namespace {

constexpr int groups = 4;  // of 8 streams

/// The next 64 bits of 8 streams, of which at least 57 hold.
struct Window {
  __m256i low;
  __m256i high;

  /// Moves on by bits per stream.
  void skip(__m256i bits) {
    low = _mm256_srlv_epi64(low, _mm256_cvtepu32_epi64(_mm256_castsi256_si128(bits)));
    high = _mm256_srlv_epi64(high, _mm256_cvtepu32_epi64(_mm256_extracti128_si256(bits, 1)));
  }
  /// The first 32 bits of each stream.
  __m256i bits() const {
    const __m256 even =
        _mm256_shuffle_ps(_mm256_castsi256_ps(low), _mm256_castsi256_ps(high), 0x88);
    return _mm256_permute4x64_epi64(_mm256_castps_si256(even), 0xD8);
  }
};

__m256i load_4(const std::byte* sequence, const std::uint32_t* offsets) {
  const auto pair = [&](int i) {
    const __m128i first = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(sequence + offsets[i]));
    const auto* const second = reinterpret_cast<const __m64*>(sequence + offsets[i + 1]);
    return _mm_castps_si128(_mm_loadh_pi(_mm_castsi128_ps(first), second));
  };
  return _mm256_set_m128i(pair(2), pair(0));
}

Window load_window(const std::byte* sequence, __m256i last, __m256i positions) {
  alignas(32) std::uint32_t offsets[8];
  const __m256i at = _mm256_min_epu32(_mm256_srli_epi32(positions, 3), last);
  _mm256_store_si256(reinterpret_cast<__m256i*>(offsets), at);
  Window window{load_4(sequence, offsets), load_4(sequence, offsets + 4)};
  window.skip(_mm256_and_si256(positions, _mm256_set1_epi32(7)));
  return window;
}

/// 8 * `count` numbers by label, 16 or 32.
template <int count>
struct Lookup {
  __m256i parts[count];
  explicit Lookup(const std::uint32_t* numbers) {
    for (int i = 0; i < count; ++i)
      parts[i] = _mm256_load_si256(reinterpret_cast<const __m256i*>(numbers + 8 * i));
  }
  /// Bits of a label but the lowest 5 are ignored.
  __m256i operator()(__m256i labels) const {
    const auto part = [&](int i) {
      return _mm256_castsi256_ps(_mm256_permutevar8x32_epi32(parts[i], labels));
    };
    const __m256 bit_3 = _mm256_castsi256_ps(_mm256_slli_epi32(labels, 28));
    const __m256 bit_4 = _mm256_castsi256_ps(_mm256_slli_epi32(labels, 27));
    const __m256 low = _mm256_blendv_ps(part(0), part(1), bit_3);
    if constexpr (count == 2) return _mm256_castps_si256(low);
    const __m256 high = _mm256_blendv_ps(part(count - 2), part(count - 1), bit_3);
    return _mm256_castps_si256(_mm256_blendv_ps(low, high, bit_4));
  }
};

/// The low bytes of 8 numbers that have no others.
template <unsigned cell_bytes>
void store_8(std::byte* cells, __m256i low) {
  if constexpr (cell_bytes == 4) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(cells), low);
    return;
  }
  const __m128i words =
      _mm_packus_epi32(_mm256_castsi256_si128(low), _mm256_extracti128_si256(low, 1));
  if constexpr (cell_bytes == 2) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(cells), words);
  } else {
    _mm_storel_epi64(reinterpret_cast<__m128i*>(cells), _mm_packus_epi16(words, words));
  }
}

/// Symbols are tokens, and their cells stay in registers.
template <unsigned cell_bytes, int count>
struct TokenCells {
  Lookup<count> cells;
  explicit TokenCells(const KernelCode& code) : cells(code.low_cells) {}

  void put(std::byte* to, __m256i labels, __m256i&, __m256i&) {
    store_8<cell_bytes>(to, cells(labels));
  }
  bool past_end() const { return false; }
};

/// Extra bits follow; numbers that are not below 256 are past the last entry.
struct EntryNumbers {
  Lookup<4> firsts;
  Lookup<4> extras;
  __m256i last;
  __m256i past = _mm256_setzero_si256();

  explicit EntryNumbers(const KernelCode& code)
      : firsts(code.firsts),
        extras(code.extras),
        last(_mm256_set1_epi32(static_cast<int>(code.entries - 1))) {}

  void put(std::byte* to, __m256i labels, __m256i& bits, __m256i& used) {
    const __m256i count = extras(labels);
    const __m256i above = _mm256_sllv_epi32(_mm256_set1_epi32(-1), count);
    const __m256i entry = _mm256_add_epi32(firsts(labels), _mm256_andnot_si256(above, bits));
    bits = _mm256_srlv_epi32(bits, count);
    used = _mm256_add_epi32(used, count);
    past = _mm256_or_si256(past, _mm256_cmpgt_epi32(entry, last));
    store_8<1>(to, _mm256_and_si256(entry, _mm256_set1_epi32(255)));
  }
  bool past_end() const { return _mm256_testz_si256(past, past) == 0; }
};

/// What the next 7 bits say, a byte for each of the 32 streams: by their low 4 bits, then by the
/// three above.
__m256i look_up_places(const std::uint8_t* places, __m256i low_7) {
  __m256i found[8];
  for (int i = 0; i < 8; ++i) {
    const auto* const part = reinterpret_cast<const __m128i*>(places + 16 * i);
    found[i] = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(_mm_load_si128(part)), low_7);
  }
  for (int width = 4, shift = 3; width > 0; width /= 2, --shift) {
    const __m256i high = _mm256_slli_epi16(low_7, shift);
    for (int i = 0; i < width; ++i)
      found[i] = _mm256_blendv_epi8(found[2 * i], found[2 * i + 1], high);
  }
  return found[0];
}

/// One symbol of each stream.
template <class Cells>
[[gnu::always_inline]] inline void decode_row(const std::uint8_t* places, Cells& cells,
                                              __m256i (&bits)[groups], __m256i (&used)[groups],
                                              std::byte* to, std::size_t group_bytes) {
  const __m256i seven = _mm256_set1_epi32(127);
  const auto low_7 = [&](int group) { return _mm256_and_si256(bits[group], seven); };
  const __m256i left = _mm256_packus_epi32(low_7(0), low_7(1));
  const __m256i right = _mm256_packus_epi32(low_7(2), low_7(3));
  const __m256i found = look_up_places(places, _mm256_packus_epi16(left, right));
  const __m256i zero = _mm256_setzero_si256();
  const __m256i words[2] = {_mm256_unpacklo_epi8(found, zero), _mm256_unpackhi_epi8(found, zero)};
#pragma GCC unroll 4
  for (int group = 0; group < groups; ++group, to += group_bytes) {
    const __m256i pair = words[group / 2];
    const __m256i place =
        group % 2 == 0 ? _mm256_unpacklo_epi16(pair, zero) : _mm256_unpackhi_epi16(pair, zero);
    const __m256i before_last = _mm256_srli_epi32(place, 5);
    bits[group] = _mm256_srlv_epi32(bits[group], before_last);
    const __m256i last_bit = _mm256_and_si256(bits[group], _mm256_set1_epi32(1));
    bits[group] = _mm256_srli_epi32(bits[group], 1);
    used[group] = _mm256_add_epi32(used[group], before_last);
    cells.put(to, _mm256_xor_si256(place, last_bit), bits[group], used[group]);
  }
}

/// `most` symbols from each half of a window: 28 bits.
template <unsigned most, unsigned cell_bytes, class Cells>
std::size_t decode(const KernelCode& code, KernelStreams& streams, std::size_t rows,
                   std::byte* to) {
  const __m256i last = _mm256_set1_epi32(static_cast<int>(streams.last));
  auto* const positions = reinterpret_cast<__m256i*>(streams.positions);
  Cells cells(code);
  std::size_t row = 0;
  for (; row + 2 * most <= rows; row += 2 * most) {
    Window windows[groups];
#pragma GCC unroll 4
    for (int group = 0; group < groups; ++group)
      windows[group] = load_window(streams.sequence, last, _mm256_loadu_si256(positions + group));
#pragma GCC unroll 2
    for (unsigned half = 0; half < 2; ++half) {
      __m256i bits[groups];
      __m256i used[groups];
#pragma GCC unroll 4
      for (int group = 0; group < groups; ++group) {
        bits[group] = windows[group].bits();
        used[group] = _mm256_set1_epi32(most);  // the last bit of each codeword
      }
#pragma GCC unroll 4
      for (unsigned i = 0; i < most; ++i, to += std::size_t{32} * cell_bytes)
        decode_row(code.places, cells, bits, used, to, std::size_t{8} * cell_bytes);
#pragma GCC unroll 4
      for (int group = 0; group < groups; ++group) {
        const __m256i moved = _mm256_add_epi32(_mm256_loadu_si256(positions + group), used[group]);
        _mm256_storeu_si256(positions + group, moved);
        windows[group].skip(used[group]);
      }
    }
  }
  streams.past_end = streams.past_end || cells.past_end();
  return row;
}

template <unsigned cell_bytes, class Cells>
std::size_t decode_cells(const KernelCode& code, KernelStreams& streams, std::size_t rows,
                         std::byte* to) {
  if (code.symbol_bits_most <= 7) return decode<4, cell_bytes, Cells>(code, streams, rows, to);
  if (code.symbol_bits_most <= 9) return decode<3, cell_bytes, Cells>(code, streams, rows, to);
  if (code.symbol_bits_most <= 14) return decode<2, cell_bytes, Cells>(code, streams, rows, to);
  return decode<1, cell_bytes, Cells>(code, streams, rows, to);
}

template <unsigned cell_bytes>
std::size_t decode_tokens(const KernelCode& code, KernelStreams& streams, std::size_t rows,
                          std::byte* to) {
  if (code.entries <= 16)
    return decode_cells<cell_bytes, TokenCells<cell_bytes, 2>>(code, streams, rows, to);
  return decode_cells<cell_bytes, TokenCells<cell_bytes, 4>>(code, streams, rows, to);
}

}  // namespace

std::size_t decode_rows_avx2(const KernelCode& code, const std::byte*, KernelStreams& streams,
                             std::size_t rows, std::byte* to) {
  if (code.gives_numbers) return decode_cells<1, EntryNumbers>(code, streams, rows, to);
  if (code.has_extras) return 0;
  if (code.cell_bytes == 1) return decode_tokens<1>(code, streams, rows, to);
  if (code.cell_bytes == 2) return decode_tokens<2>(code, streams, rows, to);
  return decode_tokens<4>(code, streams, rows, to);
}

}  // namespace pondus
