// What the papers and the specification say that a matrix takes, in bits, written out from their
// formulas.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
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

/// What an unlimited Huffman code of these frequencies takes: all its bits, and the longest
/// codeword.
struct Huffman {
  std::uint64_t bits = 0;
  std::uint64_t longest = 0;
};

inline Huffman huffman(const std::vector<std::uint64_t>& frequencies) {
  using Node = std::pair<std::uint64_t, std::uint64_t>;  // frequency, depth below it
  std::priority_queue<Node, std::vector<Node>, std::greater<>> nodes;
  for (const std::uint64_t frequency : frequencies) nodes.push({frequency, 0});
  Huffman code;
  while (nodes.size() > 1) {
    const Node a = nodes.top();
    nodes.pop();
    const Node b = nodes.top();
    nodes.pop();
    code.bits += a.first + b.first;
    nodes.push({a.first + b.first, std::max(a.second, b.second) + 1});
  }
  if (!nodes.empty()) code.longest = nodes.top().second;
  return code;
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
  Huffman all;      ///< of all cells
  Huffman nonzero;  ///< of the entries
  std::uint64_t nonzero_distinct = 0;
  std::uint64_t groups = 0;           ///< distinct nonzero values of each line, added up
  std::uint64_t greatest_groups = 0;  ///< of a line
  std::uint64_t greatest_group = 0;   ///< entries of one value in a line
  bool zero_is_most_frequent = false;

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

/// The papers' tables of a code: k*b + (L+1)*bits(k) + (L+2)*bits(2^L) + 2^t*bits(L), t = ceil(log2
/// L).
inline std::uint64_t papers_tables(const Facts& f, std::uint64_t k, std::uint64_t longest) {
  const std::uint64_t power = longest < 63 ? word_bits(std::uint64_t{1} << longest) : 64;
  return k * f.cell_bits + (longest + 1) * word_bits(k) + (longest + 2) * power +
         (std::uint64_t{1} << log2_ceil(std::max<std::uint64_t>(longest, 1))) * word_bits(longest);
}

inline std::uint64_t words(std::uint64_t bits, std::uint64_t word) {
  return (bits + word - 1) / word * word;
}

/// The papers' HAM: ceil(S/b)*b + tables(k, L).
inline std::uint64_t papers_ham(const Facts& f) {
  return words(f.all.bits, f.cell_bits) + papers_tables(f, f.distinct, f.all.longest);
}

/// The papers' sHAM: ceil(S1/b)*b + nnz*bits(n) + m*bits(n) + tables(k-1, L1).
inline std::uint64_t papers_sham(const Facts& f) {
  return words(f.nonzero.bits, f.cell_bits) + (f.entries + f.major) * word_bits(f.length) +
         papers_tables(f, f.nonzero_distinct, f.nonzero.longest);
}

/// The papers' CSER, zero being the most frequent value: k*b + |colI|*bits(n) + |OI|*bits(k) +
/// |OPtr|*bits(|colI|) + |rowPtr|*bits(|OPtr|), with as many pointers as groups and lines.
inline std::uint64_t papers_cser(const Facts& f) {
  return f.distinct * f.cell_bits + f.entries * word_bits(f.length) +
         f.groups * (word_bits(f.distinct) + word_bits(f.entries)) + f.major * word_bits(f.groups);
}

/// B_k of the papers' bounds: b*k + 2*(k-1)*bits(k) + k*bits(2^(k-1)).
inline double papers_bound_table(const Facts& f, std::uint64_t k) {
  const std::uint64_t power = k <= 63 ? word_bits(std::uint64_t{1} << (k - 1)) : 64;
  return static_cast<double>(f.cell_bits * k + 2 * (k - 1) * word_bits(k) + k * power);
}

/// The papers' upper bounds: nm*(1 + log2 k) + B_k, and nnz*(1 + log2 k + bits(n)) + bits(n)*(m+1)
/// + B_k.
inline double papers_bound_ham(const Facts& f) {
  const auto k = static_cast<double>(f.distinct);
  return static_cast<double>(f.cells()) * (1 + std::log2(k)) + papers_bound_table(f, f.distinct);
}
inline double papers_bound_sham(const Facts& f) {
  const auto k = static_cast<double>(f.nonzero_distinct);
  const auto n = static_cast<double>(word_bits(f.length));
  return static_cast<double>(f.entries) * (1 + std::log2(k) + n) +
         n * static_cast<double>(f.major + 1) + papers_bound_table(f, f.nonzero_distinct);
}

/// spec/sparse, "Space": s * n * m * P + M * count_bits + 15 * B.
inline std::uint64_t bound_sparse(const Facts& f) {
  const std::uint64_t position_bits = f.length <= 256 ? 8 : 16;
  std::uint64_t count_bits = 0;
  while (f.greatest_count >> count_bits != 0) ++count_bits;
  return f.entries * position_bits + f.lines * count_bits + 15 * f.blocks;
}

/// spec/encodings/ham and sham, "Space", without the table, and never more than plain.
inline std::uint64_t bound_ham(const Facts& f) {
  return std::min(f.cells() * log2_ceil(f.distinct) + 728 * f.blocks, f.plain());
}
inline std::uint64_t bound_sham(const Facts& f) {
  const std::uint64_t coded =
      f.entries * log2_ceil(f.nonzero_distinct) + bound_sparse(f) + 728 * f.blocks;
  return std::min(coded, f.plain());
}

/// spec/encodings/gap_map, "Space", without the table, and never more than plain.
inline double bound_gap_map(const Facts& f) {
  const auto entries = static_cast<double>(f.entries);
  const double gap_bits =
      f.entries == 0 ? 0 : std::log2(static_cast<double>(f.cells()) / entries) + 4.2;
  const double coded = entries * (gap_bits + static_cast<double>(log2_ceil(f.nonzero_distinct)));
  return std::min(coded + 1808.0 * static_cast<double>(f.blocks), static_cast<double>(f.plain()));
}

/// spec/encodings/delta_map, "Space", without the table, and never more than plain.
inline double bound_delta_map(const Facts& f) {
  const auto entries = static_cast<double>(f.entries);
  const double gap_bits =
      f.entries == 0 ? 0 : std::log2(static_cast<double>(f.cells()) / entries) + 5;
  const double coded = entries * (gap_bits + static_cast<double>(log2_ceil(f.nonzero_distinct))) +
                       (static_cast<double>(f.lines) + 2 * entries) / 86 +
                       3200.0 * static_cast<double>(f.blocks);
  return std::min(coded, static_cast<double>(f.plain()));
}

/// spec/encodings/csc, "Space": s * n * m * (b + P) + M * count_bits + 15 * B, and never more than
/// plain.
inline std::uint64_t bound_csc(const Facts& f) {
  return std::min(f.entries * f.cell_bits + bound_sparse(f), f.plain());
}

/// spec/encodings/cser, "Space", without the codebook, and never more than plain.
inline std::uint64_t bound_cser(const Facts& f) {
  const std::uint64_t position_bits = f.length <= 256 ? 8 : 16;
  const auto count_bits = log2_ceil(std::max<std::uint64_t>(f.greatest_group, 1));
  const std::uint64_t coded = f.entries * position_bits +
                              f.groups * (log2_ceil(f.distinct) + count_bits) +
                              f.lines * log2_ceil(f.greatest_groups + 1) + 37 * f.blocks;
  return std::min(coded, f.plain());
}

/// spec/encodings/index_map, "Space": n * m * ceil(log2 k) + 7 * B without the codebook, and never
/// more than plain.
inline std::uint64_t bound_index_map(const Facts& f) {
  return std::min(f.cells() * log2_ceil(f.distinct) + 7 * f.blocks, f.plain());
}

inline std::uint64_t bound_context_map(const Facts& f) {
  return std::min(f.cells() * log2_ceil(f.distinct) + 39 * f.blocks, f.plain());
}

/// The bounds on the numbers of blocks.
inline std::uint64_t blocks_csc(const Facts& f) {
  return 1 + 2 * f.entries / (1u << 16) + 2 * f.cells() / (1u << 18);
}
inline std::uint64_t blocks_gap_map(const Facts& f) {
  return 1 + 2 * f.entries / (1u << 16) + 2 * f.cells() / (1u << 22);
}
inline std::uint64_t blocks_context_map(const Facts& f) { return 1 + 2 * f.cells() / (1u << 23); }
inline std::uint64_t blocks_dense(const Facts& f) { return 1 + 2 * f.cells() / (1u << 16); }

}  // namespace pondus::test
