// The fast portable decoder of coded sequences: several symbols per load, straight to cells.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "codec/entropy/huffman_stream.h"

namespace pondus {

// A place is what the next bits of a stream say: its low byte is the bits of the symbol.

/// Codes whose symbols, extra bits included, take at most this many bits have a place for each
/// symbol.
inline constexpr std::uint32_t direct_bits_most = 11;

/// A place that leads past the last entry, in a partial last token.
inline constexpr std::uint64_t past_entries = 1u << 8;

/// For symbols of few bits and cells of up to 32: the cell above the low 32 bits.
template <class Cell>
struct DirectStep {
  using Place = std::uint64_t;
  const Place* places;
  std::uint64_t mask;  ///< the number of places - 1
  std::uint64_t seen = 0;

  static Place place(Cell cell, std::uint64_t low) { return std::uint64_t{cell} << 32 | low; }
  bool past_end() const { return seen & past_entries; }
  Cell next(std::uint64_t& bits) {
    const Place place = places[bits & mask];
    bits >>= place % 64;
    seen |= place;
    return static_cast<Cell>(place >> 32);
  }
};

/// The same for cells of 64 bits.
template <>
struct DirectStep<std::uint64_t> {
  struct Place {
    std::uint64_t cell;
    std::uint64_t low;
  };
  const Place* places;
  std::uint64_t mask;
  std::uint64_t seen = 0;

  static Place place(std::uint64_t cell, std::uint64_t low) { return {cell, low}; }
  bool past_end() const { return seen & past_entries; }
  std::uint64_t next(std::uint64_t& bits) {
    const Place& place = places[bits & mask];
    bits >>= place.low % 64;
    seen |= place.low;
    return place.cell;
  }
};

/// For longer symbols, by the next 8 bits: in the low bytes the symbol's bits and the codeword's,
/// above the low 32 bits the token's first entry.
template <class Cell>
struct RunStep {
  using Place = std::uint64_t;
  const Place* places;
  const std::byte* cells;
  std::uint32_t entries;
  std::uint32_t greatest = 0;

  bool past_end() const { return greatest >= entries; }
  Cell next(std::uint64_t& bits) {
    const Place place = places[bits % code_places];
    const std::uint64_t symbol = bits & ((std::uint64_t{1} << place % 64) - 1);
    const auto entry = static_cast<std::uint32_t>((place >> 32) + (symbol >> (place >> 8) % 64));
    bits >>= place % 64;
    greatest = std::max(greatest, entry);
    return load<Cell>(cells + std::size_t{std::min(entry, entries - 1)} * sizeof(Cell));
  }
};

inline std::uint64_t run_place(std::uint32_t first, std::uint32_t length,
                               std::uint32_t symbol_bits) {
  return std::uint64_t{first} << 32 | length << 8 | symbol_bits;
}

/// Decodes `rows` symbols of each of `streams` streams, `per_load` of them per load of 8 bytes,
/// which hold at least 57 bits. Total: never reads outside `sequence`, and stops wherever the bits
/// lead.
template <unsigned streams, unsigned per_load, class Cell, class Step>
void decode_rows(ByteSpan sequence, Step& step, std::size_t rows, std::uint32_t* positions,
                 std::byte* cells) {
  const std::byte* const begin = sequence.data();
  const std::size_t last = sequence.size() - stream_tail_bytes;
  Step local = step;  // in registers
  for (std::size_t row = 0; row < rows;
       row += per_load, cells += per_load * streams * sizeof(Cell)) {
    for (unsigned i = 0; i < streams; ++i) {
      const std::uint32_t position = positions[i];
      std::uint64_t bits =
          load<std::uint64_t>(begin + std::min<std::size_t>(position / 8, last)) >> position % 8;
      bits |=
          std::uint64_t{1} << 63;  // above the 57 bits in use: what is shifted out stands above it
      for (unsigned n = 0; n < per_load; ++n)
        store(cells + (n * streams + i) * sizeof(Cell), local.next(bits));
      positions[i] = position + static_cast<std::uint32_t>(std::countl_zero(bits));
    }
  }
  step = local;
}

/// All of a sequence of `cells.size() / sizeof(Cell)` symbols. `per_load` * the longest symbol is
/// at most 57 bits.
template <unsigned streams, unsigned per_load, class Cell, class Step>
void decode_streams(ByteSpan sequence, Step& step, std::uint32_t* positions,
                    std::span<std::byte> cells) {
  const std::size_t symbols = cells.size() / sizeof(Cell);
  const std::size_t rows = symbols / streams / per_load * per_load;
  decode_rows<streams, per_load, Cell>(sequence, step, rows, positions, cells.data());
  std::byte* const rest = cells.data() + rows * streams * sizeof(Cell);
  const std::size_t rest_rows = symbols / streams - rows;
  decode_rows<streams, 1, Cell>(sequence, step, rest_rows, positions, rest);
  std::byte* const last = rest + rest_rows * streams * sizeof(Cell);
  for (std::size_t i = 0; i < symbols % streams; ++i) {
    decode_rows<1, 1, Cell>(sequence, step, 1, positions + i, last + i * sizeof(Cell));
  }
}

}  // namespace pondus
