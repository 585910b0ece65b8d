// The loops of decoders of coded sequences by tables in memory, once for all instruction sets:
// several symbols per load.
#pragma once

#include "codec/entropy/huffman_kernels.h"

namespace pondus {

/// `Set` belongs to one source file, and gives `load`: 8 bytes, little endian.
template <class Set>
struct StreamLoops {
  /// Takes a symbol from `bits`, and copies its cell.
  template <unsigned cell_bytes, unsigned place_bits, bool partial>
  struct DirectStep {
    static constexpr unsigned bytes = cell_bytes;
    const std::uint8_t* symbol_bits;
    const std::byte* cells;
    unsigned seen = 0;

    explicit DirectStep(const DirectCode& code)
        : symbol_bits(code.symbol_bits), cells(code.cells) {}
    bool past_end() const { return (seen & past_entries) != 0; }
    void next(std::uint64_t& bits, std::byte* to) {
      const std::size_t place = bits & ((1u << place_bits) - 1);
      const unsigned count = symbol_bits[place];
      if constexpr (partial) seen |= count;
      bits >>= count % 64;
      __builtin_memcpy(to, cells + place * cell_bytes, cell_bytes);
    }
  };

  /// `count` symbols of a stream, to cells `stride` bytes apart: they take 57 bits at most, which
  /// any load of 8 bytes has.
  template <unsigned count, class Step>
  static void decode_some(const std::byte* sequence, std::size_t last, std::uint32_t& position,
                          Step& step, std::byte* to, std::size_t stride) {
    const std::size_t at = position / 8 < last ? position / 8 : last;
    // Above the 57 bits in use: what is shifted out stands above it.
    std::uint64_t bits = Set::load(sequence + at) >> position % 8 | std::uint64_t{1} << 63;
    for (unsigned n = 0; n < count; ++n) step.next(bits, to + n * stride);
    position += static_cast<std::uint32_t>(__builtin_clzll(bits));
  }

  /// Decodes `rows` symbols of each stream, `per_load` of them per load, as many as come in whole
  /// loads, and gives their number. Total: never reads outside the sequence, and stops wherever the
  /// bits lead.
  template <unsigned stream_count, unsigned per_load, unsigned cell_bytes, class Step>
  static std::size_t decode_rows(KernelStreams& streams, Step& step, std::size_t rows,
                                 std::byte* to) {
    constexpr std::size_t stride = stream_count * cell_bytes;
    const std::byte* const sequence = streams.sequence;
    const std::size_t last = streams.last;
    Step local = step;  // in registers
    std::size_t row = 0;
    for (; row + per_load <= rows; row += per_load, to += per_load * stride) {
      for (unsigned i = 0; i < stream_count; ++i)
        decode_some<per_load>(sequence, last, streams.positions[i], local, to + i * cell_bytes,
                              stride);
    }
    step = local;
    return row;
  }

  /// A sequence of `symbols`, from its first symbol on.
  template <unsigned stream_count, unsigned per_load, unsigned cell_bytes, class Step>
  static void decode_streams(KernelStreams& streams, Step& step, std::size_t symbols,
                             std::byte* to) {
    const std::size_t all_rows = symbols / stream_count;
    std::size_t rows = decode_rows<stream_count, per_load, cell_bytes>(streams, step, all_rows, to);
    rows += decode_rows<stream_count, 1, cell_bytes>(streams, step, all_rows - rows,
                                                     to + rows * stream_count * cell_bytes);
    to += rows * stream_count * cell_bytes;
    for (unsigned i = 0; i < symbols % stream_count; ++i)
      decode_some<1>(streams.sequence, streams.last, streams.positions[i], step,
                     to + i * cell_bytes, 0);
  }

  /// A kernel of the type DecodeDirect.
  static void decode_direct(const DirectCode& code, unsigned stream_count, KernelStreams& streams,
                            std::size_t symbols, std::byte* to) {
    if (code.cell_bytes == 1) return decode_cells<1>(code, stream_count, streams, symbols, to);
    if (code.cell_bytes == 2) return decode_cells<2>(code, stream_count, streams, symbols, to);
    if (code.cell_bytes == 4) return decode_cells<4>(code, stream_count, streams, symbols, to);
    decode_cells<8>(code, stream_count, streams, symbols, to);
  }

 private:
  template <unsigned cell_bytes>
  static void decode_cells(const DirectCode& code, unsigned stream_count, KernelStreams& streams,
                           std::size_t symbols, std::byte* to) {
    if (code.partial)
      return decode_by<4, DirectStep<cell_bytes, 12, true>>(code, stream_count, streams, symbols,
                                                            to);
    if (code.place_bits == 8)
      return decode_by<7, DirectStep<cell_bytes, 8, false>>(code, stream_count, streams, symbols,
                                                            to);
    if (code.place_bits == 11)
      return decode_by<5, DirectStep<cell_bytes, 11, false>>(code, stream_count, streams, symbols,
                                                             to);
    decode_by<4, DirectStep<cell_bytes, 12, false>>(code, stream_count, streams, symbols, to);
  }

  template <unsigned per_load, class Step>
  static void decode_by(const DirectCode& code, unsigned stream_count, KernelStreams& streams,
                        std::size_t symbols, std::byte* to) {
    constexpr unsigned cell_bytes = Step::bytes;
    Step step(code);
    if (stream_count == 1) {
      decode_streams<1, per_load, cell_bytes>(streams, step, symbols, to);
    } else {
      decode_streams<32, per_load, cell_bytes>(streams, step, symbols, to);
    }
    streams.past_end = streams.past_end || step.past_end();
  }
};

}  // namespace pondus
