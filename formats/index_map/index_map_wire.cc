#include <algorithm>

#include "codec/bits/byte_reader.h"
#include "codec/bits/packed.h"
#include "formats/index_map/index_map.h"

namespace pondus::index_map {
namespace {

constexpr Fault size_fault{"index_map.size", Kind::malformed};
constexpr Fault padding{"index_map.padding", Kind::malformed};
constexpr Fault index_fault{"index_map.index", Kind::malformed};

std::uint64_t coded_bytes(const BlockLines& block, const BlockStatistics& statistics) {
  return packed_bytes(block.cells(), index_bits(statistics.table_entries));
}

void encode_block(const Tables& tables, const BlockLines& block, ByteSpan cells, unsigned,
                  ByteWriter& out) {
  const std::uint32_t width = index_bits(tables.codebook.entries());
  const IndexMap map = from_cells(tables, block, cells);
  PackedWriter indices(out.extend(packed_bytes(map.indices.size(), width)), width);
  for (const std::uint32_t index : map.indices) indices.next(index);
  indices.finish();
}

Result<void> decode_block(const Tables& tables, const BlockLines& block, ByteSpan stored,
                          std::uint64_t offset, std::span<std::byte> cells) {
  ByteReader in(stored, offset);
  const std::uint32_t width = index_bits(tables.codebook.entries());
  in.require(stored.size() == packed_bytes(block.cells(), width), size_fault, offset);
  if (!in.ok()) return in.error();
  PackedReader indices(stored, width);
  IndexMap map;
  map.indices.resize(block.cells());
  for (std::uint32_t& index : map.indices) index = indices.next();
  in.require(indices.padding_is_zero(), padding, offset + stored.size() - 1);
  in.require(std::ranges::max(map.indices) < tables.codebook.entries(), index_fault, offset);
  if (!in.ok()) return in.error();
  to_cells(map, tables, block, cells);
  return {};
}

}  // namespace

const Encoding encoding{
    .id = 3,
    .name = "index_map",
    .block_cells_most = 1u << 16,
    .table_use = TableUse::codebook,
    .effort_least = 1,
    .symbols = Symbols::cells,
    .both_directions = false,
    .follows_layout = true,
    .implicit_zeros = false,
    .coded_bytes = coded_bytes,
    .encode_block = encode_block,
    .decode_block = decode_block,
};

}  // namespace pondus::index_map
