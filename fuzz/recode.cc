#include <algorithm>

#include "codec/container/directory_layout.h"
#include "formats/registry.h"
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

/// Copies cells over others, or with `zeros` sometimes sets them to zero.
void change_cells(Bytes& cells, std::uint32_t cell_bytes, bool zeros, Random& random) {
  const std::size_t count = cells.size() / cell_bytes;
  for (std::uint64_t left = 1 + random.below(8); left > 0; --left) {
    const std::span cell = std::span(cells).subspan(random.below(count) * cell_bytes, cell_bytes);
    if (zeros && random.one_in(3)) {
      std::ranges::fill(cell, std::byte{0});
    } else {
      const Bytes other(cells.begin(), cells.end());
      std::ranges::copy(ByteSpan(other).subspan(random.below(count) * cell_bytes, cell_bytes),
                        cell.begin());
    }
    if (zeros && random.one_in(3))
      cell[random.below(cell_bytes)] = static_cast<std::byte>(random.next());
  }
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
  change_cells(cells, block->cell_bytes, !has_table, random);
  stored = encode_block(*encoding, *tables, *block, cells);
}

}  // namespace pondus::fuzz
