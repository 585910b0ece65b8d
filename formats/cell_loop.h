// Loops over the cells of a matrix, one after another. Hot: without checks of each access, and they
// ask memory early, which machines do too late by themselves.
#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include "codec/bits/byte_writer.h"
#include "codec/bits/little_endian.h"

namespace pondus {

/// Calls `work(i, count)` for pieces of a cache line, a constant as `count`, and for what is left.
template <class Cell, class Work>
[[gnu::always_inline]] inline void for_each_piece(ByteSpan cells, Work&& work) {
  constexpr std::size_t piece = 64 / sizeof(Cell);
  constexpr std::size_t ahead = 32 * 64;
  const std::size_t count = cells.size() / sizeof(Cell);
  std::size_t i = 0;
  for (; count - i >= piece; i += piece) {
    __builtin_prefetch(cells.data() + std::min(i * sizeof(Cell) + ahead, cells.size()));
    work(i, std::integral_constant<std::size_t, piece>());
  }
  work(i, count - i);
}

/// Calls `work(i, cell)` for each cell.
template <class Cell, class Work>
[[gnu::always_inline]] inline void for_each_cell(ByteSpan cells, Work&& work) {
  for_each_piece<Cell>(cells, [&](std::size_t begin, std::size_t count) {
    for (std::size_t i = begin; i < begin + count; ++i)
      work(i, load<Cell>(cells.data() + i * sizeof(Cell)));
  });
}

/// How many of some cells are not zero. Without comparisons, whose sums in vectors GCC 12 makes
/// negative on aarch64: of a cell and its negative one has its highest bit set unless both are
/// zero.
template <class Cell>
std::size_t count_nonzero(ByteSpan cells) {
  std::size_t sum = 0;
  for_each_piece<Cell>(cells, [&](std::size_t begin, auto count) {
    Cell nonzero = 0;  // as wide as the cells, which a vector counts at once
    for (std::size_t i = begin; i < begin + count; ++i) {
      const auto cell = load<Cell>(cells.data() + i * sizeof(Cell));
      const auto either = static_cast<Cell>(cell | static_cast<Cell>(0 - cell));
      nonzero = static_cast<Cell>(nonzero + (either >> (8 * sizeof(Cell) - 1)));
    }
    sum += nonzero;
  });
  return sum;
}

/// Writes the places and the cells of those that are not zero, and anything to one more. Gives how
/// many.
template <class Cell, class Place>
std::size_t list_nonzero(ByteSpan cells, Place* places, std::byte* values) {
  std::size_t found = 0;
  for_each_cell<Cell>(cells, [&](std::size_t i, Cell cell) {
    places[found] = static_cast<Place>(i);
    store(values + found * sizeof(Cell), cell);
    found += cell != 0;
  });
  return found;
}

}  // namespace pondus
