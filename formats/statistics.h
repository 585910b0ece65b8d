// How often each cell occurs, and what follows from that.
#pragma once

#include <cstdint>
#include <vector>

#include "codec/bits/byte_writer.h"

namespace pondus {

/// Of all cells of a tensor.
struct CellStatistics {
  std::uint64_t cells = 0;
  std::uint64_t nonzero = 0;
  std::uint64_t distinct = 0;
  double entropy_bits = 0;  ///< order-0 entropy per cell
  Bytes values;  ///< the distinct cells, ascending; none if there are more than 2^24, or so many
                 ///< that indices cannot pay
  std::vector<std::uint64_t> frequencies;  ///< of each value
  std::uint64_t xxh3 = 0;                  ///< of the cells
};

/// In time linear in the cells, with memory for one copy of them at most.
CellStatistics cell_statistics(ByteSpan cells, std::uint32_t cell_bytes);

/// `distinct` as a record has it: exact up to 2^24, else distinct_unknown.
std::uint32_t recorded_distinct(std::uint64_t distinct);

/// Counts distinct and nonzero cells that come in pieces, in at most 410 MB; distinct ones exactly
/// up to 2^24.
class CellCounter {
 public:
  explicit CellCounter(std::uint32_t cell_bytes);
  void add(ByteSpan cells);
  std::uint64_t nonzero() const { return nonzero_; }
  std::uint64_t distinct() const { return distinct_nonzero_ + (nonzero_ != cells_); }

 private:
  std::size_t slot(std::uint64_t cell) const;
  void insert(std::uint64_t cell);
  void grow();

  std::uint64_t seed_;
  std::uint32_t cell_bytes_;
  std::uint32_t shift_;
  std::vector<std::uint64_t> slots_;  ///< 0 is empty; zero itself is counted apart
  std::uint64_t cells_ = 0;
  std::uint64_t nonzero_ = 0;
  std::uint64_t distinct_nonzero_ = 0;
};

}  // namespace pondus
