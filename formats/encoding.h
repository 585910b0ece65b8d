// What every encoding offers to the rest: a static table of functions, one per encoding.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

#include "codec/base/result.h"
#include "codec/bits/byte_writer.h"
#include "formats/code_table.h"
#include "formats/matrix.h"

namespace pondus {

/// Which table an encoding needs, for tensors that have cells.
enum class TableUse { none, codebook, code, nonzero_code };

/// The table of one tensor, judged: the one that its encoding needs, the other is empty.
struct Tables {
  Codebook codebook;
  CodeTable code;
  const CellIndex* index = nullptr;  ///< while encoding: from cells to the table's entries
  bool no_zeros = false;             ///< while encoding: whether none of the cells is zero

  ByteSpan cells() const { return codebook.entries() != 0 ? codebook.cells() : code.cells(); }
  std::uint32_t entries() const { return std::max(codebook.entries(), code.code().entries()); }
};

/// What a block's coded form costs depends on.
struct BlockStatistics {
  std::span<const std::uint32_t> entry_counts;  ///< of each line of the block
  std::uint32_t table_entries = 0;
  std::uint64_t coded_symbols =
      0;  ///< of the whole tensor, and the bits that a code takes for them
  std::uint64_t coded_bits = 0;

  /// What a coded sequence of `symbols` takes on average, padding included.
  std::uint64_t sequence_bytes(std::uint64_t symbols) const;
};

/// What counts as a coded symbol in the greedy fill of a block, which takes at most 2^16 of them.
enum class Symbols { cells, entries, none };

inline constexpr unsigned effort_most = 9;
inline constexpr unsigned effort_default = 5;

class BlockProduct;

struct Encoding {
  std::uint16_t id;
  std::string_view name;
  std::uint32_t block_cells_most;                      ///< the block limit
  std::uint32_t filled_cells_most = block_cells_most;  ///< of such a block
  TableUse table_use;
  unsigned effort_least;  ///< the least effort at which it is tried unless it is asked for by name
  Symbols symbols;
  bool both_directions;  ///< the line direction changes the size, so that both are priced
  bool follows_layout;   ///< lines take the direction of the layout; else rows, the order of cells
                         ///< in memory
  bool implicit_zeros;   ///< in products zero cells contribute nothing, even to an infinity
  bool fast_decode;      ///< decodes at about the speed of memory: 10^9 cells per second and more
  /// Bytes of the coded form: exact, or with a code on average; null where only encoding tells.
  std::uint64_t (*coded_bytes)(const BlockLines& block, const BlockStatistics& statistics);
  /// Appends the coded form of a block's cells, given in line order. `effort` from 1 to
  /// effort_most buys size with time, where an encoding has a choice.
  void (*encode_block)(const Tables& tables, const BlockLines& block, ByteSpan cells,
                       unsigned effort, ByteWriter& out);
  /// Decodes a coded block that lies at `offset` in the file into all of `cells`, in line order.
  /// Total: writes nothing outside `cells` whatever the bytes; `cells` is unspecified after a
  /// fault.
  Result<void> (*decode_block)(const Tables& tables, const BlockLines& block, ByteSpan stored,
                               std::uint64_t offset, std::span<std::byte> cells);
  /// Adds the products of the wanted lines of a coded block of f32, f16 or bf16 to the sums of
  /// `product`; null where they are those of its decoded cells. Total, and its faults are those of
  /// decode_block; the sums are unspecified after a fault.
  Result<void> (*multiply_block)(const Tables& tables, const BlockLines& block, ByteSpan stored,
                                 std::uint64_t offset, BlockProduct& product) = nullptr;
};

/// A block as it is stored: coded, or plain where that is not smaller; in the memory of `room`.
Bytes encode_block(const Encoding& encoding, const Tables& tables, const BlockLines& block,
                   ByteSpan cells, unsigned effort = effort_default, Bytes room = {});

/// The mirror, for coded and plain blocks.
Result<void> decode_block(const Encoding& encoding, const Tables& tables, const BlockLines& block,
                          ByteSpan stored, std::uint64_t offset, std::span<std::byte> cells);

}  // namespace pondus
