#include "codec/base/instruction_set.h"
#include "codec/entropy/huffman_cells_avx512.h"

namespace pondus {
namespace {

/// One symbol of each of 16 streams.
template <class Cells, class Sink>
void decode_16(const __m512i (&places)[2], Cells& cells, __m512i& bits, __m512i& used,
               const Sink& sink, std::size_t symbol) {
  constexpr __mmask64 first_bytes = 0x1111111111111111;
  const __m512i place = _mm512_maskz_permutex2var_epi8(first_bytes, places[0], bits, places[1]);
  const __m512i before_last = _mm512_srli_epi32(place, 5);
  bits = _mm512_srlv_epi32(bits, before_last);
  used = _mm512_add_epi32(used, before_last);
  constexpr int a_xor_b_and_c = 0x78;
  const __m512i labels =
      _mm512_ternarylogic_epi32(place, bits, _mm512_set1_epi32(1), a_xor_b_and_c);
  bits = _mm512_srli_epi32(bits, 1);
  cells.put(sink, symbol, labels, bits, used);
}

constexpr std::size_t streams_in_sequence = 32;

/// `rows` from `begin` on, `most` symbols from each half of a window. Where they take more bits
/// than it has, stops before them, with what the sink has for rows behind the last one overwritten.
template <unsigned most, class Cells, class Sink>
std::size_t decode(const KernelCode& code, const std::byte* table, Sink sink,
                   KernelStreams& streams, std::size_t begin, std::size_t rows) {
  const __m512i places[2] = {_mm512_load_si512(code.places), _mm512_load_si512(code.places + 64)};
  Cells cells(code, table);
  __m512i left = _mm512_loadu_si512(streams.positions);
  __m512i right = _mm512_loadu_si512(streams.positions + 16);
  const __m512i last = _mm512_set1_epi32(static_cast<int>(8 * (streams.last - 8) + 7));
  const __m512i bits_most = _mm512_set1_epi32(group_bits);
  const auto exceed = [](__m512i a, __m512i b, __m512i limit) {
    return _mm512_cmpgt_epu32_mask(_mm512_max_epu32(a, b), limit) != 0;
  };
  if (streams.last < 8 || exceed(left, right, last)) return 0;
  Ahead left_ahead(streams.sequence, left);
  Ahead right_ahead(streams.sequence, right);
  std::size_t row = 0;
  for (; row + 2 * most <= rows && !exceed(left, right, last); row += 2 * most) {
    std::size_t symbol = streams_in_sequence * (begin + row);
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
      for (unsigned i = 0; i < most; ++i, symbol += streams_in_sequence) {
        decode_16(places, cells, left_bits, left_used, sink, symbol);
        decode_16(places, cells, right_bits, right_used, sink, symbol + 16);
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

/// All of `rows` from `begin` on, two per load: for the last, which leave nothing to load ahead.
template <class Cells, class Sink>
void decode_last(const KernelCode& code, const std::byte* table, Sink sink, KernelStreams& streams,
                 std::size_t begin, std::size_t rows) {
  const __m512i places[2] = {_mm512_load_si512(code.places), _mm512_load_si512(code.places + 64)};
  Cells cells(code, table);
  __m512i ends[2] = {_mm512_loadu_si512(streams.positions),
                     _mm512_loadu_si512(streams.positions + 16)};
  for (std::size_t row = 0; row < rows; row += 2) {
    for (unsigned half = 0; half < 2; ++half) {
      Window window = window_at(streams.sequence, streams.last, ends[half]);
      for (unsigned i = 0; i < 2 && row + i < rows; ++i) {
        __m512i bits = window.bits();
        __m512i used = _mm512_set1_epi32(1);
        const std::size_t symbol = streams_in_sequence * (begin + row + i) + 16 * half;
        decode_16(places, cells, bits, used, sink, symbol);
        ends[half] = _mm512_add_epi32(ends[half], used);
        window.skip(used);
      }
    }
  }
  _mm512_storeu_si512(streams.positions, ends[0]);
  _mm512_storeu_si512(streams.positions + 16, ends[1]);
  streams.past_end = streams.past_end || cells.past_end();
}

/// Decoders by symbols per half, from 1 on, and how many always fit.
template <class Sink>
struct Steps {
  static constexpr unsigned most = 8;
  decltype(&decode<1, TokenCells, Sink>) by_symbols[most];
  unsigned always;
  decltype(&decode_last<TokenCells, Sink>) last;
};

template <class Cells, class Sink>
Steps<Sink> choose_steps(const KernelCode& code) {
  const unsigned fit = group_bits / code.symbol_bits_most;
  return {{decode<1, Cells, Sink>, decode<2, Cells, Sink>, decode<3, Cells, Sink>,
           decode<4, Cells, Sink>, decode<5, Cells, Sink>, decode<6, Cells, Sink>,
           decode<6, Cells, Sink>, decode<8, Cells, Sink>},
          fit < Steps<Sink>::most ? fit : Steps<Sink>::most,
          decode_last<Cells, Sink>};
}

/// Where cells stay in registers.
template <class Sink>
Steps<Sink> choose_registers(const KernelCode& code) {
  if (!code.has_extras) return choose_steps<TokenCells, Sink>(code);
  return code.partial ? choose_steps<SlotCells<true>, Sink>(code)
                      : choose_steps<SlotCells<false>, Sink>(code);
}

/// All rows. Where symbols do not fit, takes more and more the other way: no stream makes this
/// slow.
template <class Sink>
std::size_t decode_rows(const Steps<Sink>& steps, const KernelCode& code, const std::byte* table,
                        const Sink& sink, KernelStreams& streams, std::size_t rows) {
  std::size_t row = 0;
  const auto decode_some = [&](unsigned symbols, std::size_t some) {
    const std::size_t done = steps.by_symbols[symbols - 1](code, table, sink, streams, row, some);
    row += done;
    return done;
  };
  const unsigned most = Steps<Sink>::most;
  const unsigned often = streams.symbols_often < most ? streams.symbols_often : most;
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
  steps.last(code, table, sink, streams, row, rows - row);
  return rows;
}

template <unsigned cell_bytes>
std::size_t decode_cells(const KernelCode& code, const std::byte* table, KernelStreams& streams,
                         std::size_t rows, std::byte* to) {
  using Sink = CellSink<cell_bytes>;
  Steps<Sink> steps = choose_steps<EntryCells<cell_bytes>, Sink>(code);
  if constexpr (cell_bytes <= 4) {
    if (cells_in_registers(code)) steps = choose_registers<Sink>(code);
  }
  return decode_rows(steps, code, table, Sink{to}, streams, rows);
}

template <unsigned number_bytes>
std::size_t decode_numbers(const KernelCode& code, KernelStreams& streams, std::size_t rows,
                           std::byte* to) {
  using Sink = CellSink<number_bytes>;
  return decode_rows(choose_steps<EntryNumbers, Sink>(code), code, nullptr, Sink{to}, streams,
                     rows);
}

std::size_t decode_sequence(const KernelCode& code, const std::byte* table, KernelStreams& streams,
                            std::size_t rows, std::byte* cells) {
  if (code.symbol_bits_most > group_bits) return 0;
  if (code.gives_numbers) return decode_numbers<1>(code, streams, rows, cells);
  if (code.cell_bytes == 0) return decode_numbers<4>(code, streams, rows, cells);
  if (code.cell_bytes == 1) return decode_cells<1>(code, table, streams, rows, cells);
  if (code.cell_bytes == 2) return decode_cells<2>(code, table, streams, rows, cells);
  if (code.cell_bytes == 4) return decode_cells<4>(code, table, streams, rows, cells);
  return decode_cells<8>(code, table, streams, rows, cells);
}

template <bool quick_gathers>
std::size_t decode_products(const KernelCode& code, const Multipliers& by, KernelStreams& streams,
                            std::size_t rows, std::byte* products) {
  using Sink = ProductSink<quick_gathers>;
  return decode_rows(choose_registers<Sink>(code), code, nullptr, Sink(by, products), streams,
                     rows);
}

std::size_t decode_products(const KernelCode& code, const Multipliers& by, KernelStreams& streams,
                            std::size_t rows, std::byte* products) {
  const auto decode = gathers_quickly() ? decode_products<true> : decode_products<false>;
  return decode(code, by, streams, rows, products);
}

}  // namespace

const RowKernels rows_avx512{decode_sequence, decode_products, true};

}  // namespace pondus
