#include <numeric>

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

void read_values(ByteReader& in, const BlockLines& block, Csc& csc) {
  const std::uint64_t begin = in.offset();
  in.require(in.left() == csc.lines.positions.size() * block.cell_bytes, size_fault, begin);
  const auto bytes = in.take(in.left());
  with_cell(block.cell_bytes, [&](auto cell) {
    for (std::size_t i = 0; i < bytes.size(); i += sizeof cell) {
      if (load<decltype(cell)>(&bytes[i]) == 0) return in.fail(zero_value, begin + i);
    }
  });
  csc.values.assign(bytes.begin(), bytes.end());
}

Result<void> decode_block(const Tables&, const BlockLines& block, ByteSpan stored,
                          std::uint64_t offset, std::span<std::byte> cells) {
  ByteReader in(stored, offset);
  Csc csc;
  csc.lines = read_sparse_lines(in, block);
  read_values(in, block, csc);
  if (!in.ok()) return in.error();
  to_cells(csc, block, cells);
  return {};
}

}  // namespace

const Encoding encoding{
    .id = 2,
    .name = "csc",
    .block_cells_most = 1u << 22,
    .table_use = TableUse::none,
    .effort_least = 1,
    .symbols = Symbols::entries,
    .both_directions = true,
    .follows_layout = true,
    .implicit_zeros = true,
    .coded_bytes = coded_bytes,
    .encode_block = encode_block,
    .decode_block = decode_block,
};

}  // namespace pondus::csc
