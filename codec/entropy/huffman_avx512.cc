#include <immintrin.h>

#include <cstring>
#include <limits>

#include "codec/entropy/huffman_kernels.h"
#include "codec/entropy/huffman_window_avx512.h"

namespace pondus {
namespace {

template <unsigned cell_bytes>
void store_16(std::byte* cells, __m512i low) {
  if constexpr (cell_bytes == 1) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(cells), _mm512_cvtepi32_epi8(low));
  } else if constexpr (cell_bytes == 2) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(cells), _mm512_cvtepi32_epi16(low));
  } else {
    _mm512_storeu_si512(cells, low);
  }
}

/// Symbols are tokens, and their cells stay in registers.
template <unsigned cell_bytes>
struct TokenCells {
  Lookup cells;
  TokenCells(const KernelCode& code, const std::byte*) : cells(code.low_cells) {}

  void put(std::byte* to, __m512i labels, __m512i&, __m512i&) {
    store_16<cell_bytes>(to, cells(labels));
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
template <unsigned cell_bytes, bool partial>
struct SlotCells : Numbers<partial> {
  Lookup cells;

  SlotCells(const KernelCode& code, const std::byte*)
      : Numbers<partial>(code.slots, code, code.last_slot), cells(code.slot_cells) {}

  void put(std::byte* to, __m512i labels, __m512i& bits, __m512i& used) {
    const auto join = [](__m512i first, __m512i number, __m512i above) {
      constexpr int a_or_b_and_not_c = 0xF4;
      return _mm512_ternarylogic_epi32(first, number, above, a_or_b_and_not_c);
    };
    store_16<cell_bytes>(to, cells(this->next(labels, bits, used, join)));
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

/// In numbers of so many bytes.
template <unsigned number_bytes>
struct EntryNumbers : Entries {
  EntryNumbers(const KernelCode& code, const std::byte*) : Entries(code) {}

  void put(std::byte* to, __m512i labels, __m512i& bits, __m512i& used) {
    store_16<number_bytes>(to, entry(labels, bits, used));
  }
};

/// Cells come from memory.
template <unsigned cell_bytes>
struct EntryCells : Entries {
  const std::byte* cells;

  EntryCells(const KernelCode& code, const std::byte* table) : Entries(code), cells(table) {}

  void put(std::byte* to, __m512i labels, __m512i& bits, __m512i& used) {
    const __m512i at = _mm512_min_epu32(entry(labels, bits, used), last);
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

/// One symbol of each of 16 streams.
template <class Cells>
void decode_16(const __m512i (&places)[2], Cells& cells, __m512i& bits, __m512i& used,
               std::byte* to) {
  constexpr __mmask64 first_bytes = 0x1111111111111111;
  const __m512i place = _mm512_maskz_permutex2var_epi8(first_bytes, places[0], bits, places[1]);
  const __m512i before_last = _mm512_srli_epi32(place, 5);
  bits = _mm512_srlv_epi32(bits, before_last);
  used = _mm512_add_epi32(used, before_last);
  constexpr int a_xor_b_and_c = 0x78;
  const __m512i labels =
      _mm512_ternarylogic_epi32(place, bits, _mm512_set1_epi32(1), a_xor_b_and_c);
  bits = _mm512_srli_epi32(bits, 1);
  cells.put(to, labels, bits, used);
}

/// What each half of a window gives, wherever its streams stand.
constexpr std::uint32_t half_window_bits = 28;

/// `most` symbols from each half of a window. Where they take more bits than it has, stops before
/// them, with rows of `to` behind the last one overwritten.
template <unsigned most, unsigned cell_bytes, class Cells>
std::size_t decode(const KernelCode& code, const std::byte* table, KernelStreams& streams,
                   std::size_t rows, std::byte* to) {
  constexpr std::size_t half_row = 16 * cell_bytes;
  const __m512i places[2] = {_mm512_load_si512(code.places), _mm512_load_si512(code.places + 64)};
  Cells cells(code, table);
  __m512i left = _mm512_loadu_si512(streams.positions);
  __m512i right = _mm512_loadu_si512(streams.positions + 16);
  const __m512i last = _mm512_set1_epi32(static_cast<int>(8 * (streams.last - 8) + 7));
  const __m512i bits_most = _mm512_set1_epi32(half_window_bits);
  const auto exceed = [](__m512i a, __m512i b, __m512i limit) {
    return _mm512_cmpgt_epu32_mask(_mm512_max_epu32(a, b), limit) != 0;
  };
  if (streams.last < 8 || exceed(left, right, last)) return 0;
  Ahead left_ahead(streams.sequence, left);
  Ahead right_ahead(streams.sequence, right);
  std::size_t row = 0;
  for (; row + 2 * most <= rows && !exceed(left, right, last); row += 2 * most) {
    Window left_window = left_ahead.window(left);
    Window right_window = right_ahead.window(right);
    left_ahead = Ahead(streams.sequence, left);
    right_ahead = Ahead(streams.sequence, right);
    const Cells before = cells;
    __m512i left_end = left;
    __m512i right_end = right;
    bool fit = true;
    for (unsigned half = 0; half < 2; ++half) {
      __m512i left_bits = left_window.bits();
      __m512i right_bits = right_window.bits();
      __m512i left_used = _mm512_set1_epi32(most);
      __m512i right_used = left_used;
      for (unsigned i = 0; i < most; ++i, to += 2 * half_row) {
        decode_16(places, cells, left_bits, left_used, to);
        decode_16(places, cells, right_bits, right_used, to + half_row);
      }
      fit = fit && !exceed(left_used, right_used, bits_most);
      left_end = _mm512_add_epi32(left_end, left_used);
      right_end = _mm512_add_epi32(right_end, right_used);
      left_window.skip(left_used);
      right_window.skip(right_used);
    }
    if (!fit) {
      cells = before;
      break;
    }
    left = left_end;
    right = right_end;
  }
  _mm512_storeu_si512(streams.positions, left);
  _mm512_storeu_si512(streams.positions + 16, right);
  streams.past_end = streams.past_end || cells.past_end();
  return row;
}

/// Decoders by symbols per half, from 1 on, and how many always fit.
struct Steps {
  static constexpr unsigned most = 8;
  DecodeRows* by_symbols[most];
  unsigned always;
};

template <unsigned cell_bytes, class Cells>
Steps choose_steps(const KernelCode& code) {
  const unsigned fit = half_window_bits / code.symbol_bits_most;
  return {{decode<1, cell_bytes, Cells>, decode<2, cell_bytes, Cells>, decode<3, cell_bytes, Cells>,
           decode<4, cell_bytes, Cells>, decode<5, cell_bytes, Cells>, decode<6, cell_bytes, Cells>,
           decode<6, cell_bytes, Cells>, decode<8, cell_bytes, Cells>},
          fit < Steps::most ? fit : Steps::most};
}

template <unsigned cell_bytes>
Steps choose_cells(const KernelCode& code) {
  if (!code.has_extras) return choose_steps<cell_bytes, TokenCells<cell_bytes>>(code);
  if (!code.has_slots) return choose_steps<cell_bytes, EntryCells<cell_bytes>>(code);
  if (code.partial) return choose_steps<cell_bytes, SlotCells<cell_bytes, true>>(code);
  return choose_steps<cell_bytes, SlotCells<cell_bytes, false>>(code);
}

Steps choose(const KernelCode& code) {
  if (code.gives_numbers) return choose_steps<1, EntryNumbers<1>>(code);
  if (code.cell_bytes == 0) return choose_steps<4, EntryNumbers<4>>(code);
  if (code.cell_bytes == 1) return choose_cells<1>(code);
  if (code.cell_bytes == 2) return choose_cells<2>(code);
  if (code.cell_bytes == 4) return choose_cells<4>(code);
  return choose_steps<8, EntryCells<8>>(code);
}

}  // namespace

/// Where symbols do not fit, takes more and more rows the other way: no stream makes this slow.
std::size_t decode_rows_avx512(const KernelCode& code, const std::byte* table,
                               KernelStreams& streams, std::size_t rows, std::byte* cells) {
  if (code.symbol_bits_most > half_window_bits) return 0;
  const std::size_t stored = code.gives_numbers ? 1 : code.cell_bytes == 0 ? 4 : code.cell_bytes;
  const Steps steps = choose(code);
  std::size_t row = 0;
  const auto decode_some = [&](unsigned symbols, std::size_t some) {
    std::byte* const to = cells + 32 * stored * row;
    const std::size_t done = steps.by_symbols[symbols - 1](code, table, streams, some, to);
    row += done;
    return done;
  };
  const unsigned often = streams.symbols_often < Steps::most ? streams.symbols_often : Steps::most;
  unsigned symbols = often > steps.always ? often : steps.always;
  constexpr std::size_t loads_worth = 16;  // between two that do not fit
  const std::size_t always_rows = std::size_t{2} * steps.always;
  std::size_t slow_rows = always_rows;
  for (std::size_t begin = rows; row != begin;) {
    begin = row;
    const std::size_t done = decode_some(symbols, rows - row);
    if (done < loads_worth * 2 * symbols && symbols > steps.always) --symbols;
    slow_rows = done == 0 ? 2 * slow_rows : always_rows;
    decode_some(steps.always, rows - row < slow_rows ? rows - row : slow_rows);
  }
  return row;
}

}  // namespace pondus
