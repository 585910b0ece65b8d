// What the papers and the specification say that a matrix takes, in bits, written out from their
// formulas.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace pondus::test {

/// The papers' bits(x): the smallest word with x < 2^bits.
inline std::uint64_t word_bits(std::uint64_t x) {
  return x < 1u << 8 ? 8 : x < 1u << 16 ? 16 : x < std::uint64_t{1} << 32 ? 32 : 64;
}

inline std::uint64_t log2_ceil(std::uint64_t k) {
  std::uint64_t bits = 0;
  while (k > std::uint64_t{1} << bits) ++bits;
  return bits;
}

/// A matrix of `major` lines of `length` cells, as its storage needs to be known.
struct Facts {
  std::uint64_t major = 0;   ///< rows or columns
  std::uint64_t length = 0;  ///< of each
  std::uint64_t entries = 0;
  std::uint64_t distinct = 0;
  std::uint64_t cell_bits = 32;
  std::uint64_t greatest_count = 0;  ///< of entries in a line, segments being lines
  std::uint64_t lines = 0;           ///< with segments
  std::uint64_t blocks = 0;

  std::uint64_t cells() const { return major * length; }
  std::uint64_t plain() const { return cells() * cell_bits; }
};

/// The papers' CSC: nnz * (b + bits(n)) + m * bits(n).
inline std::uint64_t papers_csc(const Facts& f) {
  return f.entries * (f.cell_bits + word_bits(f.length)) + f.major * word_bits(f.length);
}

/// The papers' index map, in its tighter form: n * m * ceil(log2 k) + k * b.
inline std::uint64_t papers_index_map(const Facts& f) {
  return f.cells() * log2_ceil(f.distinct) + f.distinct * f.cell_bits;
}

/// spec/encodings/csc, "Space": s * n * m * (b + P) + M * count_bits + 15 * B, and never more than
/// plain.
inline std::uint64_t bound_csc(const Facts& f) {
  const std::uint64_t position_bits = f.length <= 256 ? 8 : 16;
  std::uint64_t count_bits = 0;
  while (f.greatest_count >> count_bits != 0) ++count_bits;
  const std::uint64_t coded =
      f.entries * (f.cell_bits + position_bits) + f.lines * count_bits + 15 * f.blocks;
  return std::min(coded, f.plain());
}

/// spec/encodings/index_map, "Space": n * m * ceil(log2 k) + 7 * B without the codebook, and never
/// more than plain.
inline std::uint64_t bound_index_map(const Facts& f) {
  return std::min(f.cells() * log2_ceil(f.distinct) + 7 * f.blocks, f.plain());
}

/// The bounds on the numbers of blocks.
inline std::uint64_t blocks_csc(const Facts& f) {
  return 1 + 2 * f.entries / (1u << 16) + 2 * f.cells() / (1u << 22);
}
inline std::uint64_t blocks_dense(const Facts& f) { return 1 + 2 * f.cells() / (1u << 16); }

}  // namespace pondus::test
