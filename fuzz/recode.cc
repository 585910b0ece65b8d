#include <algorithm>

#include "codec/container/directory_layout.h"
#include "formats/registry.h"
#include "fuzz/block_mutator.h"
#include "fuzz/tree_mutation.h"

namespace pondus::fuzz {
namespace {

namespace layout = directory_layout;

/// Larger blocks are left alone: they would take the time of many small ones.
constexpr std::uint64_t recoded_bytes_most = 1u << 18;

/// The lines of block `number`; none where the record's fields do not fit together.
std::optional<BlockLines> block_lines(const RecordNode& record, std::size_t number) {
  const auto bits = std::to_integer<std::uint32_t>(record.fields[layout::bits_at]);
  const auto split = std::to_integer<std::uint32_t>(record.fields[layout::split_at]);
  const auto shape = Shape::make(record.dims);
  if (!shape || split > shape->rank() || !decodable_bits(bits)) return std::nullopt;
  const bool columns = record.fields[layout::direction_at] != std::byte{0};
  const Lines lines(*shape, split, columns ? Direction::columns : Direction::rows);
  std::uint64_t begin = 0;
  for (std::size_t i = 0; i < number; ++i) begin += record.blocks[i].lines;
  const std::uint64_t end = begin + record.blocks[number].lines;
  if (begin == end || end > lines.count()) return std::nullopt;
  const BlockLines block{lines, {begin, end}, bits / 8};
  if (block.plain_bytes() > recoded_bytes_most) return std::nullopt;
  return block;
}

/// The table that an encoding needs; none where the tree has it not, or not sound.
std::optional<Tables> tables_of(const FileTree& tree, const RecordNode& record,
                                const Encoding& encoding, std::uint32_t cell_bytes) {
  if (encoding.table_use == TableUse::none) return Tables();
  const bool codebook = encoding.table_use == TableUse::codebook;
  const auto number =
      load<std::uint32_t>(&record.fields[codebook ? layout::codebook_at : layout::code_at]);
  if (number == 0 || number > tree.tables.size()) return std::nullopt;
  const Bytes& bytes = tree.tables[number - 1].bytes;
  Tables tables;
  if (codebook) {
    const auto read = Codebook::read(bytes, cell_bytes, 0);
    if (!read) return std::nullopt;
    tables.codebook = *read;
  } else {
    auto read = CodeTable::read(bytes, cell_bytes, 0);
    if (!read || (encoding.table_use == TableUse::nonzero_code && read->has_zero()))
      return std::nullopt;
    tables.code = std::move(*read);
  }
  return tables;
}

}  // namespace

void recode_block(const FileTree& tree, RecordNode& record, std::size_t number, Random& random) {
  const Encoding* const encoding =
      find_encoding(load<std::uint16_t>(&record.fields[layout::encoding_at]));
  const auto block = block_lines(record, number);
  if (encoding == nullptr || !block || block->cells() > encoding->block_cells_most) return;
  auto tables = tables_of(tree, record, *encoding, block->cell_bytes);
  if (!tables) return;
  const CellIndex index(tables->cells(), block->cell_bytes);
  tables->index = &index;
  const bool has_table = encoding->table_use != TableUse::none;
  Bytes& stored = record.blocks[number].stored;
  Bytes cells(block->plain_bytes());
  if (stored.size() == cells.size() && has_table) return;
  if (!decode_block(*encoding, *tables, *block, stored, 0, cells)) return;
  change_cells(cells, block->cell_bytes, tables->cells(), random);
  stored = encode_block(*encoding, *tables, *block, cells);
}

}  // namespace pondus::fuzz
