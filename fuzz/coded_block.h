// A block with all that its encoding is told, as a fuzzer's input and drawn from choices.
#pragma once

#include <memory>
#include <optional>

#include "formats/encoding.h"
#include "fuzz/input.h"

namespace pondus::fuzz {

inline constexpr std::uint64_t block_cells_most = 1u << 17;

/// Its lines, and the table that the encoding needs as it is stored; `tables` views these.
struct CodedBlock {
  BlockLines lines;
  Bytes table;
  Tables tables;
  std::unique_ptr<CellIndex> index;

  /// Takes a table as it is stored; false where a rule refuses it.
  bool set_table(const Encoding& encoding, Bytes stored);
  /// A table for some cells, drawn, or now and then the best; false where there is none.
  bool set_values(const Encoding& encoding, ByteSpan cells, Input& in);

  Bytes encoded(const Encoding& encoding, ByteSpan cells,
                unsigned effort = effort_default) const;
};

/// Reads a block; its payload is what is left of `in`. Layout (kept in step with seeds.py): log2
/// of the cell bytes, flags (1 columns, 2 a table for multiples), u32 rows, cols, first line, lines
/// - 1; where the encoding has a table, u32 its bytes and these, or entries - 1 and a u64 whose
/// multiples they are. Bytes that are no table are cells to make one for.
std::optional<CodedBlock> read_block(Input& in, const Encoding& encoding);

/// The mirror, table and payload included.
Bytes write_block(const CodedBlock& block, ByteSpan payload);

/// A block and cells that fit its table, drawn from choices.
struct DrawnBlock {
  CodedBlock block;
  Bytes cells;
};
std::optional<DrawnBlock> draw_block(Input& in, const Encoding& encoding, std::uint64_t cells_most);

}  // namespace pondus::fuzz
