// gap_map: the places of the entries as Huffman-coded gaps, their cells as Huffman-coded values
// (spec: encodings/gap_map).
#pragma once

#include <vector>

#include "formats/encoding.h"
#include "formats/sparse_lines.h"

namespace pondus::gap_map {

/// The entries of a block, lines one behind the other: for each the zeros since the one before it,
/// and its number in the code, which has no zero.
struct GapMap {
  std::vector<std::uint32_t> gaps;
  std::vector<std::uint32_t> values;
};

/// The most values that one symbol stands for, and the most symbols of such a code.
inline constexpr std::uint32_t tuple_values_most = 8;
inline constexpr std::uint32_t tuples_most = 1024;

/// k^t, or more than tuples_most where it is that.
std::uint32_t tuple_count(std::uint32_t entries, std::uint32_t tuple_values);

/// Pure, and cannot fail: every nonzero cell is an entry of the code.
GapMap from_cells(const Tables& tables, const BlockLines& block, ByteSpan cells);

/// Each tuple of `tuple_values` values as a number in base k, the first value in the lowest place:
/// by what the values take in `code`, then ascending. A tuple's symbol is its place in this list.
/// tuple_count() is at most tuples_most.
std::vector<std::uint32_t> tuple_order(const HuffmanCode& code, std::uint32_t tuple_values);

/// The numbers of the tuples of some values, with values 0 where the last one lacks some.
std::vector<std::uint32_t> to_tuples(std::span<const std::uint32_t> values, std::uint32_t entries,
                                     std::uint32_t tuple_values);

/// The cells of the values of each tuple, in the order of the symbols.
Bytes tuple_cells(const Tables& tables, std::uint32_t tuple_values, std::uint32_t cell_bytes);

/// Zeros, and the cells of the values behind their gaps, which are little endian; together they lie
/// in the block.
void place_values(std::span<const std::uint32_t> gaps, ByteSpan values, std::uint32_t cell_bytes,
                  std::span<std::byte> cells);

/// The lines and places of entries by their gaps, which are little endian and lie in the block.
SparseLines to_lines(std::span<const std::uint32_t> gaps, const BlockLines& block);

extern const Encoding encoding;

}  // namespace pondus::gap_map
