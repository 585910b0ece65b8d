// Loops over the cells of a matrix, one after another. Hot: without checks of each access, and they
// ask memory early, which machines do too late by themselves.
#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include "codec/bits/byte_writer.h"
#include "codec/bits/little_endian.h"

namespace pondus {

/// Calls `work(i, count)` for pieces of some cache lines, a constant as `count`, and for what is
/// left.
template <class Cell, std::size_t lines, class Work>
[[gnu::always_inline]] inline void for_each_piece(ByteSpan cells, Work&& work) {
  constexpr std::size_t line = 64;
  constexpr std::size_t piece = lines * line / sizeof(Cell);
  constexpr std::size_t ahead = 32 * line;
  const std::size_t count = cells.size() / sizeof(Cell);
  std::size_t i = 0;
  for (; count - i >= piece; i += piece) {
    for (std::size_t next = ahead; next < ahead + lines * line; next += line)
      __builtin_prefetch(cells.data() + std::min(i * sizeof(Cell) + next, cells.size()));
    work(i, std::integral_constant<std::size_t, piece>());
  }
  work(i, count - i);
}

/// Pieces for loops that compilers are to make vectors of: GCC takes shorter ones apart before.
inline constexpr std::size_t vector_lines = 2;

/// Calls `work(i, cell)` for each cell.
template <class Cell, class Work>
[[gnu::always_inline]] inline void for_each_cell(ByteSpan cells, Work&& work) {
  for_each_piece<Cell, 1>(cells, [&](std::size_t begin, std::size_t count) {
    for (std::size_t i = begin; i < begin + count; ++i)
      work(i, load<Cell>(cells.data() + i * sizeof(Cell)));
  });
}

/// 1 unless `cell` is zero. Without a comparison, whose sums in vectors GCC 12 makes negative on
/// aarch64: of a cell and its negative one has its highest bit set unless both are zero.
template <class Cell>
[[gnu::always_inline]] inline Cell nonzero_bit(Cell cell) {
  const auto either = static_cast<Cell>(cell | static_cast<Cell>(0 - cell));
  return static_cast<Cell>(either >> (8 * sizeof(Cell) - 1));
}

/// How many of some cells are not zero.
template <class Cell>
std::size_t count_nonzero(ByteSpan cells) {
  std::size_t sum = 0;
  for_each_piece<Cell, vector_lines>(cells, [&](std::size_t begin, auto count) {
    Cell nonzero = 0;  // as wide as the cells, which a vector counts at once
    for (std::size_t i = begin; i < begin + count; ++i) {
      const Cell one = nonzero_bit(load<Cell>(cells.data() + i * sizeof(Cell)));
      nonzero = static_cast<Cell>(nonzero + one);
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
