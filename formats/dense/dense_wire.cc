#include "codec/entropy/zstd_frame.h"
#include "formats/dense/dense.h"

namespace pondus::dense {
namespace {

/// Zstandard's levels by effort.
constexpr int levels[effort_most] = {1, 1, 2, 3, 3, 6, 9, 13, 19};

void encode_block(const Tables&, const BlockLines& block, ByteSpan cells, unsigned effort,
                  ByteWriter& out) {
  const Bytes planes = to_planes(cells, block.cell_bytes);
  out.bytes(encode_zstd(planes, levels[effort - 1], cells.size() / block.cell_bytes));
}

Result<void> decode_block(const Tables&, const BlockLines& block, ByteSpan stored,
                          std::uint64_t offset, std::span<std::byte> cells) {
  Bytes planes(cells.size());
  if (auto decoded = decode_zstd(stored, planes, offset); !decoded) return decoded;
  from_planes(planes, block.cell_bytes, cells);
  return {};
}

}  // namespace

const Encoding encoding{
    .id = 1,
    .name = "dense",
    .block_cells_most = 1u << 16,
    .table_use = TableUse::none,
    .effort_least = 1,
    .symbols = Symbols::cells,
    .both_directions = false,
    .follows_layout = false,
    .implicit_zeros = false,
    .fast_decode = true,
    .coded_bytes = nullptr,
    .encode_block = encode_block,
    .decode_block = decode_block,
};

}  // namespace pondus::dense
