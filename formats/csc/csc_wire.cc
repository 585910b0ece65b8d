#include <numeric>

#include "formats/block_product.h"
#include "formats/csc/csc.h"

namespace pondus::csc {
namespace {

constexpr Fault size_fault{"csc.size", Kind::malformed};
constexpr Fault zero_value{"csc.zero-value", Kind::malformed};

std::uint64_t coded_bytes(const BlockLines& block, const BlockStatistics& statistics) {
  const auto counts = statistics.entry_counts;
  return sparse_lines_bytes(block, counts) +
         std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}) * block.cell_bytes;
}

void encode_block(const Tables&, const BlockLines& block, ByteSpan cells, unsigned,
                  ByteWriter& out) {
  const Csc csc = from_cells(block, cells);
  write_sparse_lines(csc.lines, block, out);
  out.bytes(csc.values);
}

ByteSpan read_values(ByteReader& in, const BlockLines& block, const StoredLines& lines) {
  in.require(in.left() == lines.entries * std::size_t{block.cell_bytes}, size_fault, in.offset());
  return in.take(in.left());
}

/// `in` stands behind the values.
void judge_values(ByteReader& in, const BlockLines& block, ByteSpan values) {
  const std::uint64_t begin = in.offset() - values.size();
  with_cell(block.cell_bytes, [&](auto cell) {
    using Cell = decltype(cell);
    const auto zero = [&](std::size_t i) -> Cell { return load<Cell>(&values[i]) == 0; };
    Cell any = 0;
    for (std::size_t i = 0; i < values.size(); i += sizeof(Cell))
      any = static_cast<Cell>(any | zero(i));
    for (std::size_t i = 0; any != 0 && i < values.size(); i += sizeof(Cell))
      in.require(zero(i) == 0, zero_value, begin + i);
  });
}

Result<void> decode_block(const Tables&, const BlockLines& block, ByteSpan stored,
                          std::uint64_t offset, std::span<std::byte> cells) {
  ByteReader in(stored, offset);
  StoredLines lines;
  read_stored_lines(in, block, lines);
  ByteReader rest = in;
  const ByteSpan values = read_values(rest, block, lines);
  if (rest.ok() && place_stored(lines, block, values, cells)) return {};
  const SparseLines listed = list_places(in, block, lines);
  judge_values(in, block, read_values(in, block, lines));
  if (!in.ok()) return in.error();
  place_entries(listed, block, values, cells);
  return {};
}

/// Judges while it multiplies; decoding names the faults.
Result<void> multiply_block(const Tables& tables, const BlockLines& block, ByteSpan stored,
                            std::uint64_t offset, BlockProduct& product) {
  ByteReader in(stored, offset);
  StoredLines& lines = product.scratch().lines;
  read_stored_lines(in, block, lines);
  const ByteSpan values = read_values(in, block, lines);
  if (in.ok() && product.add_entries(lines, product.as_floats(values))) return {};
  product.scratch().cells.resize(block.plain_bytes());
  return decode_block(tables, block, stored, offset, product.scratch().cells);
}

}  // namespace

const Encoding encoding{
    .id = 2,
    .name = "csc",
    .block_cells_most = 1u << 22,
    .filled_cells_most = 1u << 18,
    .table_use = TableUse::none,
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

}  // namespace pondus::csc
