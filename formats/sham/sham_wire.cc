#include <memory>
#include <numeric>

#include "formats/block_product.h"
#include "formats/sham/sham.h"

namespace pondus::sham {
namespace {

std::uint64_t coded_bytes(const BlockLines& block, const BlockStatistics& statistics) {
  const auto counts = statistics.entry_counts;
  return sparse_lines_bytes(block, counts) +
         statistics.sequence_bytes(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
}

void write_symbols(const Tables& tables, const Indices& symbols, ByteWriter& out) {
  std::visit([&](const auto& numbers) { encode_symbols(tables.code.code(), numbers, out); },
             symbols);
}

/// Where all cells are entries, the values are the cells.
void encode_block(const Tables& tables, const BlockLines& block, ByteSpan cells, unsigned,
                  ByteWriter& out) {
  if (tables.no_zeros) {
    write_full_lines(block, out);
    write_symbols(tables, tables.index->indices_of(cells, block.cell_bytes), out);
    return;
  }
  const Sham sham = from_cells(tables, block, cells);
  write_sparse_lines(sham.lines, block, out);
  write_symbols(tables, sham.symbols, out);
}

/// The same the other way round.
Result<void> decode_block(const Tables& tables, const BlockLines& block, ByteSpan stored,
                          std::uint64_t offset, std::span<std::byte> cells) {
  ByteReader in(stored, offset);
  StoredLines lines;
  read_stored_lines(in, block, lines);
  if (!in.ok()) return in.error();
  const std::uint64_t sequence_offset = in.offset();
  const ByteSpan sequence = in.take(in.left());
  if (lines.entries == block.cells()) return tables.code.decode(sequence, sequence_offset, cells);
  const std::size_t bytes = lines.entries * std::size_t{block.cell_bytes};
  const auto buffer = std::make_unique_for_overwrite<std::byte[]>(bytes);
  const std::span values(buffer.get(), bytes);
  auto decoded = tables.code.decode(sequence, sequence_offset, values);
  if (decoded && place_stored(lines, block, values, cells)) return {};
  const SparseLines listed = list_places(in, block, lines);
  if (!in.ok()) return in.error();
  if (decoded) place_entries(listed, block, values, cells);
  return decoded;
}

/// Judges while it multiplies; decoding names the faults.
Result<void> multiply_block(const Tables& tables, const BlockLines& block, ByteSpan stored,
                            std::uint64_t offset, BlockProduct& product) {
  ByteReader in(stored, offset);
  StoredLines& lines = product.scratch().lines;
  read_stored_lines(in, block, lines);
  if (in.ok() && product.add_coded_entries(lines, in.take(in.left()))) return {};
  product.scratch().cells.resize(block.plain_bytes());
  return decode_block(tables, block, stored, offset, product.scratch().cells);
}

}  // namespace

const Encoding encoding{
    .id = 5,
    .name = "sham",
    .block_cells_most = 1u << 22,
    .filled_cells_most = 1u << 18,
    .table_use = TableUse::nonzero_code,
    .effort_least = 1,
    .symbols = Symbols::entries,
    .both_directions = true,
    .follows_layout = true,
    .implicit_zeros = true,
    .fast_decode = true,
    .coded_bytes = coded_bytes,
    .encode_block = encode_block,
    .decode_block = decode_block,
    .multiply_block = multiply_block,
};

}  // namespace pondus::sham
