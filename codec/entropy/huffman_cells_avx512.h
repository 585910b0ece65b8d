// What the AVX-512 kernel makes of symbols, and where it goes; empty elsewhere.
#pragma once
#ifdef __AVX512F__

#include <cstring>

#include "codec/entropy/huffman_kernels.h"
#include "codec/entropy/huffman_window_avx512.h"

namespace pondus {
namespace {

/// Stores the cells of symbols.
template <unsigned cell_bytes>
struct CellSink {
  std::byte* cells;

  std::byte* at(std::size_t symbol) const { return cells + symbol * cell_bytes; }
  /// Of 16 symbols, the low bits of each lane.
  void put(std::size_t symbol, __m512i low) const {
    std::byte* const to = at(symbol);
    if constexpr (cell_bytes == 1) {
      _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm512_cvtepi32_epi8(low));
    } else if constexpr (cell_bytes == 2) {
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm512_cvtepi32_epi16(low));
    } else {
      _mm512_storeu_si512(to, low);
    }
  }
};

/// Four numbers, at the four places of 16 bits.
[[gnu::always_inline]] inline __m128 gather_4(long long four, const float* from) {
  const auto places = static_cast<std::uint64_t>(four);
  return _mm_setr_ps(from[places & 0xFFFF], from[places >> 16 & 0xFFFF],
                     from[places >> 32 & 0xFFFF], from[places >> 48]);
}

[[gnu::always_inline]] inline __m256 gather_8(__m128i places, const float* from) {
  return _mm256_setr_m128(gather_4(_mm_cvtsi128_si64(places), from),
                          gather_4(_mm_extract_epi64(places, 1), from));
}

/// 16 numbers, by the instruction for it if that is `quick`, else by loads of each.
template <bool quick>
[[gnu::always_inline]] inline __m512 gather(__m256i places, const float* from) {
  if constexpr (quick) return _mm512_i32gather_ps(_mm512_cvtepu16_epi32(places), from, 4);
  const __m256 low = gather_8(_mm256_castsi256_si128(places), from);
  const __m256 high = gather_8(_mm256_extracti128_si256(places, 1), from);
  return _mm512_insertf32x8(_mm512_castps256_ps512(low), high, 1);
}

/// Stores the products of cells, which are float32, with a number for each.
template <bool quick_gathers>
struct ProductSink {
  const std::byte* places;
  __m256i last_place;
  const float* numbers;
  std::byte* products;

  explicit ProductSink(const Multipliers& by, std::byte* to)
      : places(by.places),
        last_place(_mm256_set1_epi16(static_cast<short>(by.last_place))),
        numbers(by.numbers),
        products(to) {}

  void put(std::size_t symbol, __m512i cells) const {
    const std::byte* const from = places + 2 * symbol;
    _mm_prefetch(reinterpret_cast<const char*>(from) + 1024, _MM_HINT_T0);
    const __m256i stored = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
    const __m512 factors = gather<quick_gathers>(_mm256_min_epu16(stored, last_place), numbers);
    _mm512_storeu_ps(products + 4 * symbol, _mm512_mul_ps(_mm512_castsi512_ps(cells), factors));
  }
};

/// Symbols are tokens, and their cells stay in registers.
struct TokenCells {
  Lookup cells;
  TokenCells(const KernelCode& code, const std::byte*) : cells(code.low_cells) {}

  template <class Sink>
  void put(const Sink& sink, std::size_t symbol, __m512i labels, __m512i&, __m512i&) {
    sink.put(symbol, cells(labels));
  }
  bool past_end() const { return false; }
};

/// Extra bits follow. Numbers are judged where the last token is partial.
template <bool partial>
struct Numbers {
  Lookup firsts;
  Lookup extras;
  __m512i last;
  __m512i greatest = _mm512_setzero_si512();

  Numbers(const std::uint32_t* firsts_given, const KernelCode& code, std::uint32_t last_given)
      : firsts(firsts_given),
        extras(code.extras),
        last(_mm512_set1_epi32(static_cast<int>(last_given))) {}

  /// `join(first, bits, above)` puts the bits not in `above` to a token's first number.
  template <class Join>
  __m512i next(__m512i labels, __m512i& bits, __m512i& used, Join&& join) {
    const __m512i count = extras(labels);
    const __m512i above = _mm512_sllv_epi32(_mm512_set1_epi32(-1), count);
    const __m512i number = join(firsts(labels), bits, above);
    bits = _mm512_srlv_epi32(bits, count);
    used = _mm512_add_epi32(used, count);
    if constexpr (partial) greatest = _mm512_max_epu32(greatest, number);
    return number;
  }
  bool past_end() const { return partial && _mm512_cmpgt_epu32_mask(greatest, last) != 0; }
};

/// Cells stay in registers, in slots.
template <bool partial>
struct SlotCells : Numbers<partial> {
  Lookup cells;

  SlotCells(const KernelCode& code, const std::byte*)
      : Numbers<partial>(code.slots, code, code.last_slot), cells(code.slot_cells) {}

  template <class Sink>
  void put(const Sink& sink, std::size_t symbol, __m512i labels, __m512i& bits, __m512i& used) {
    const auto join = [](__m512i first, __m512i number, __m512i above) {
      constexpr int a_or_b_and_not_c = 0xF4;
      return _mm512_ternarylogic_epi32(first, number, above, a_or_b_and_not_c);
    };
    sink.put(symbol, cells(this->next(labels, bits, used, join)));
  }
};

struct Entries : Numbers<true> {
  explicit Entries(const KernelCode& code) : Numbers(code.firsts, code, code.entries - 1) {}

  __m512i entry(__m512i labels, __m512i& bits, __m512i& used) {
    return next(labels, bits, used, [](__m512i first, __m512i number, __m512i above) {
      return _mm512_add_epi32(first, _mm512_andnot_si512(above, number));
    });
  }
};

/// Numbers of entries in place of their cells.
struct EntryNumbers : Entries {
  EntryNumbers(const KernelCode& code, const std::byte*) : Entries(code) {}

  template <class Sink>
  void put(const Sink& sink, std::size_t symbol, __m512i labels, __m512i& bits, __m512i& used) {
    sink.put(symbol, entry(labels, bits, used));
  }
};

/// Cells come from memory.
template <unsigned cell_bytes>
struct EntryCells : Entries {
  const std::byte* cells;

  EntryCells(const KernelCode& code, const std::byte* table) : Entries(code), cells(table) {}

  template <class Sink>
  void put(const Sink& sink, std::size_t symbol, __m512i labels, __m512i& bits, __m512i& used) {
    const __m512i at = _mm512_min_epu32(entry(labels, bits, used), last);
    std::byte* const to = sink.at(symbol);
    if constexpr (cell_bytes == 8) {
      _mm512_storeu_si512(to, _mm512_i32gather_epi64(_mm512_castsi512_si256(at), cells, 8));
      const __m256i high = _mm512_extracti64x4_epi64(at, 1);
      _mm512_storeu_si512(to + 64, _mm512_i32gather_epi64(high, cells, 8));
    } else if constexpr (cell_bytes == 4) {
      _mm512_storeu_si512(to, _mm512_i32gather_epi32(at, cells, 4));
    } else {  // a gather of smaller cells would read past the last
      alignas(64) std::uint32_t numbers[16];
      _mm512_store_si512(numbers, at);
      for (unsigned i = 0; i < 16; ++i)
        std::memcpy(to + i * cell_bytes, cells + numbers[i] * cell_bytes, cell_bytes);
    }
  }
};

}  // namespace
}  // namespace pondus

#endif
