// The distinct cells of a tensor, and the way back from a cell to its index.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "codec/base/result.h"
#include "codec/bits/byte_writer.h"
#include "codec/bits/lookup.h"
#include "formats/small_index.h"

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
  /// Of a codebook with at most byte_entries_most entries.
  const LookupPlanes& planes() const { return *planes_; }

 private:
  ByteSpan cells_;
  std::uint32_t entries_ = 0;
  std::shared_ptr<const LookupPlanes> planes_;
};

/// Numbers of cells in a table; bytes where it has at most 256.
using Indices = std::variant<std::vector<std::uint8_t>, std::vector<std::uint32_t>>;

/// From the distinct cells of a table, in any order, to their numbers.
class CellIndex {
 public:
  CellIndex(ByteSpan table_cells, std::uint32_t cell_bytes);
  bool contains(std::uint64_t cell) const { return indices_[slot(cell)] != empty; }
  /// Each of `cells` must be in the table.
  Indices indices_of(ByteSpan cells, std::uint32_t cell_bytes) const;
  /// The same in words, however many the table has.
  std::vector<std::uint32_t> words_of(ByteSpan cells, std::uint32_t cell_bytes) const;
  /// `cell` must be in the table.
  std::uint32_t operator[](std::uint64_t cell) const { return indices_[slot(cell)]; }

 private:
  static constexpr std::uint32_t empty = 0xFFFFFFFF;
  /// Where `cell` is, or the empty slot where it would be.
  std::size_t slot(std::uint64_t cell) const;

  std::uint64_t seed_;
  std::vector<std::uint64_t> cells_;
  std::vector<std::uint32_t> indices_;
  std::uint32_t shift_;
  std::optional<SmallIndex> small_;  ///< of few cells
};

/// The mirror of `indices_of`: each index, less than the table's cells, replaced by its cell.
void look_up(ByteSpan table_cells, const Indices& indices, std::uint32_t cell_bytes,
             std::span<std::byte> cells);

}  // namespace pondus
