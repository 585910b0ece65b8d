// The distinct cells of one tensor, or of several that share tables, and the tables made from them.
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "formats/encoding.h"
#include "formats/statistics.h"

namespace pondus {

/// A table ready to encode with. `bytes` is as stored; `tables` views it.
struct PreparedTable {
  Bytes bytes;
  Tables tables;
  std::optional<CellIndex> index;
  std::uint64_t coded_symbols = 0;  ///< of all tensors, and the bits that the code takes for them
  std::uint64_t coded_bits = 0;
};

/// Ascending values with their frequencies. At most 2^24, or none at all: then there are no tables.
/// Not to be shared by threads.
class ValueSet {
 public:
  explicit ValueSet(std::uint32_t cell_bytes) : cell_bytes_(cell_bytes) {}
  ValueSet(const ValueSet&) = delete;
  ValueSet& operator=(const ValueSet&) = delete;

  /// Adds the values of a tensor of the same cell size.
  void add(const CellStatistics& statistics);

  std::uint32_t cell_bytes() const { return cell_bytes_; }
  bool empty() const { return values_.empty(); }
  bool holds(const CellStatistics& statistics) const;
  /// Whether zero is one of the values.
  bool holds_zero() const;

  /// Made when first asked for, and kept until more is added. Null for TableUse::none, and where no
  /// such table can be made: without values, or a nonzero code without nonzero values.
  const PreparedTable* table(TableUse use) const;

 private:
  std::uint32_t cell_bytes_;
  Bytes values_;
  std::vector<std::uint64_t> frequencies_;
  bool too_many_ = false;
  mutable std::array<std::unique_ptr<PreparedTable>, 4> tables_;  ///< by TableUse
};

}  // namespace pondus
