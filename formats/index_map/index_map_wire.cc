#include <algorithm>

#include "codec/bits/lookup.h"
#include "codec/bits/packed.h"
#include "formats/block_product.h"
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
  const auto packed = out.extend(packed_bytes(block.cells(), width));
  std::visit([&](const auto& indices) { pack(indices, width, packed); }, map.indices);
}

/// Straight to cells, for codebooks that bytes can index; gives the greatest index.
std::uint32_t decode_bytes(const Codebook& codebook, std::uint32_t width, ByteSpan stored,
                           std::uint32_t cell_bytes, std::span<std::byte> cells) {
  constexpr std::size_t most = 4096;  // a multiple of 8, so that all but the last end with a byte
  std::uint8_t indices[most];
  std::uint8_t greatest = 0;
  const LookupPlanes table = lookup_planes(codebook.cells(), cell_bytes);
  const std::size_t count = cells.size() / cell_bytes;
  for (std::size_t i = 0; i < count; i += most) {
    const auto some = std::span(indices).first(std::min(most, count - i));
    unpack_bytes(stored.subspan(i * width / 8), width, some);
    greatest = std::max(greatest, std::ranges::max(some));
    look_up_bytes(table, some, &cells[i * cell_bytes]);
  }
  return greatest;
}

/// The same for larger codebooks, and those of one entry, whose indices have no bits.
template <class Cell>
std::uint32_t decode_wide(const Codebook& codebook, std::uint32_t width, ByteSpan stored,
                          std::span<std::byte> cells) {
  std::byte few[8] = {};
  if (stored.size() < sizeof few) {
    std::ranges::copy(stored, few);
    stored = few;
  }
  const std::uint64_t mask = (std::uint64_t{1} << width) - 1;
  const std::size_t last_load = stored.size() - sizeof few;
  const std::uint32_t last = codebook.entries() - 1;
  const std::byte* const bytes = stored.data();  // in registers, whatever the stores may alias
  const std::byte* const table = codebook.cells().data();
  std::byte* to = cells.data();
  std::uint32_t greatest = 0;
  std::uint64_t bit = 0;
  for (std::byte* const end = to + cells.size(); to != end; to += sizeof(Cell), bit += width) {
    const std::size_t at = std::min<std::size_t>(bit / 8, last_load);
    const std::uint64_t word = load<std::uint64_t>(bytes + at) >> (bit - 8 * at);
    const auto index = static_cast<std::uint32_t>(word & mask);
    greatest = std::max(greatest, index);
    store(to, load<Cell>(table + std::size_t{std::min(index, last)} * sizeof(Cell)));
  }
  return greatest;
}

Result<void> decode_block(const Tables& tables, const BlockLines& block, ByteSpan stored,
                          std::uint64_t offset, std::span<std::byte> cells) {
  const std::uint32_t entries = tables.codebook.entries();
  const std::uint32_t width = index_bits(entries);
  const std::uint64_t bits = block.cells() * width;
  if (stored.size() != ceil_div(bits, 8)) return Error{size_fault, offset, {}, {}};
  if (bits % 8 != 0 && std::to_integer<std::uint32_t>(stored.back()) >> bits % 8 != 0)
    return Error{padding, offset + stored.size() - 1, {}, {}};
  const bool by_byte = width > 0 && width <= 8;
  const std::uint32_t greatest = with_cell(block.cell_bytes, [&](auto cell) {
    return by_byte ? decode_bytes(tables.codebook, width, stored, block.cell_bytes, cells)
                   : decode_wide<decltype(cell)>(tables.codebook, width, stored, cells);
  });
  if (greatest >= entries) return Error{index_fault, offset, {}, {}};
  return {};
}

/// By decoding to float32.
Result<void> multiply_block(const Tables&, const BlockLines& block, ByteSpan stored,
                            std::uint64_t offset, BlockProduct& product) {
  const BlockLines floats{block.lines, block.range, sizeof(float)};
  const std::span<std::byte> cells = product.floats(block.cells());
  auto decoded = decode_block(*product.inputs().tables, floats, stored, offset, cells);
  if (decoded) product.add_cells(0, cells);
  return decoded;
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
    .fast_decode = true,
    .coded_bytes = coded_bytes,
    .encode_block = encode_block,
    .decode_block = decode_block,
    .multiply_block = multiply_block,
};

}  // namespace pondus::index_map
