#include "codec/base/limits.h"
#include "codec/entropy/zstd_frame.h"
#include "formats/zstd_map/zstd_map.h"

namespace pondus::zstd_map {
namespace {

constexpr Fault index_fault{"zstd_map.index", Kind::malformed};

/// Zstandard's levels by effort.
constexpr int levels[effort_most] = {1, 1, 3, 5, 7, 9, 12, 15, 19};

void encode_block(const Tables& tables, const BlockLines& block, ByteSpan cells, unsigned effort,
                  ByteWriter& out) {
  const Bytes planes = to_planes(tables, cells, block.cell_bytes);
  out.bytes(encode_zstd(planes, levels[effort - 1], cells.size() / block.cell_bytes));
}

Result<void> decode_block(const Tables& tables, const BlockLines& block, ByteSpan stored,
                          std::uint64_t offset, std::span<std::byte> cells) {
  Bytes planes(block.cells() * index_bytes(tables.codebook.entries()));
  if (auto decoded = decode_zstd(stored, planes, offset); !decoded) return decoded;
  if (from_planes(tables, planes, block.cell_bytes, cells)) return {};
  return Error{index_fault, offset, {}, {}};
}

}  // namespace

const Encoding encoding{
    .id = 12,
    .name = "zstd_map",
    .block_cells_most = block_cells_most,
    .table_use = TableUse::codebook,
    .effort_least = 3,
    .symbols = Symbols::none,
    .both_directions = true,
    .follows_layout = true,
    .implicit_zeros = false,
    .fast_decode = false,
    .coded_bytes = nullptr,
    .encode_block = encode_block,
    .decode_block = decode_block,
};

}  // namespace pondus::zstd_map
