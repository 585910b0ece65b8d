#include "formats/block_product.h"
#include "formats/ham/ham.h"

namespace pondus::ham {
namespace {

std::uint64_t coded_bytes(const BlockLines& block, const BlockStatistics& statistics) {
  return statistics.sequence_bytes(block.cells());
}

void encode_block(const Tables& tables, const BlockLines& block, ByteSpan cells, unsigned,
                  ByteWriter& out) {
  const Ham ham = from_cells(tables, block, cells);
  std::visit([&](const auto& symbols) { encode_symbols(tables.code.code(), symbols, out); },
             ham.symbols);
}

/// Straight to cells: decode_symbols and to_cells in one pass.
Result<void> decode_block(const Tables& tables, const BlockLines&, ByteSpan stored,
                          std::uint64_t offset, std::span<std::byte> cells) {
  return tables.code.decode(stored, offset, cells);
}

Result<void> multiply_block(const Tables&, const BlockLines& block, ByteSpan stored,
                            std::uint64_t offset, BlockProduct& product) {
  const std::span<std::byte> cells = product.floats(block.cells());
  auto decoded = product.inputs().tables->code.decode(stored, offset, cells);
  if (decoded) product.add_cells(0, cells);
  return decoded;
}

}  // namespace

const Encoding encoding{
    .id = 4,
    .name = "ham",
    .block_cells_most = 1u << 16,
    .table_use = TableUse::code,
    .effort_least = 1,
    .symbols = Symbols::cells,
    .both_directions = false,
    .follows_layout = true,
    .implicit_zeros = false,
    .fast_decode = true,
    .coded_bytes = coded_bytes,
    .encode_block = encode_block,
    .decode_block = decode_block,
    .multiply_block = multiply_block,
};

}  // namespace pondus::ham
