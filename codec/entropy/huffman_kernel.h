// The fast portable decoder of coded sequences: several symbols per load, straight to cells.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "codec/entropy/huffman_stream.h"

namespace pondus {

/// For codes without extra bits: the cell and the codeword's length, by the next 8 bits.
template <class Cell>
struct CellPlace {
  Cell cell;
  std::uint8_t length;
};

template <class Cell>
struct CellStep {
  const CellPlace<Cell>* places;
  std::uint32_t greatest = 0;  ///< complete codes of single entries have no entry past the last

  Cell next(std::uint64_t& bits, std::uint32_t& used) const {
    const CellPlace<Cell> place = places[bits % code_places];
    bits >>= place.length;
    used += place.length;
    return place.cell;
  }
};

/// For codes with extra bits: the token, by the next 8 bits.
struct RunPlace {
  std::uint32_t first;
  std::uint32_t mask;
  std::uint8_t length;
  std::uint8_t symbol_bits;
};

template <class Cell>
struct RunStep {
  const RunPlace* places;
  const std::byte* cells;
  std::uint32_t entries;
  std::uint32_t greatest = 0;

  Cell next(std::uint64_t& bits, std::uint32_t& used) {
    const RunPlace place = places[bits % code_places];
    const std::uint32_t entry =
        place.first + (static_cast<std::uint32_t>(bits >> place.length) & place.mask);
    bits >>= place.symbol_bits;
    used += place.symbol_bits;
    greatest = std::max(greatest, entry);
    return load<Cell>(cells + std::size_t{std::min(entry, entries - 1)} * sizeof(Cell));
  }
};

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
      std::uint32_t used = 0;
      for (unsigned n = 0; n < per_load; ++n)
        store(cells + (n * streams + i) * sizeof(Cell), local.next(bits, used));
      positions[i] = position + used;
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
