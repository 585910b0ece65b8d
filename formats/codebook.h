// The distinct cells of a tensor in ascending order, and the way back from a cell to its index.
#pragma once

#include <cstdint>
#include <vector>

#include "codec/base/result.h"
#include "codec/bits/byte_writer.h"

namespace pondus {

/// Views k cells in strictly ascending order of bit pattern; 1 <= k <= 2^24, or none at all.
class Codebook {
 public:
  Codebook() = default;
  /// Judges a table at `offset` in the file ([codebook.size], [codebook.order]).
  static Result<Codebook> read(ByteSpan table, std::uint32_t cell_bytes, std::uint64_t offset);

  /// A table that was judged before.
  static Codebook trusted(ByteSpan table, std::uint32_t cell_bytes);

  std::uint32_t entries() const { return entries_; }
  ByteSpan cells() const { return cells_; }

 private:
  ByteSpan cells_;
  std::uint32_t entries_ = 0;
};

/// A hash table from cells to their indices.
class CodebookIndex {
 public:
  CodebookIndex(const Codebook& codebook, std::uint32_t cell_bytes);
  bool contains(std::uint64_t cell) const { return indices_[slot(cell)] != empty; }
  /// `cell` must be in the codebook.
  std::uint32_t operator[](std::uint64_t cell) const { return indices_[slot(cell)]; }

 private:
  static constexpr std::uint32_t empty = 0xFFFFFFFF;
  /// Where `cell` is, or the empty slot where it would be.
  std::size_t slot(std::uint64_t cell) const;

  std::uint64_t seed_;
  std::vector<std::uint64_t> cells_;
  std::vector<std::uint32_t> indices_;
  std::uint32_t shift_;
};

}  // namespace pondus
