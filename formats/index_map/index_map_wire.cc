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

/// Asks the memory for the first `count` bytes while others are in use.
void fetch_ahead(ByteSpan bytes, std::size_t count) {
  constexpr std::size_t cache_line = 64;
  for (std::size_t at = 0; at < std::min(count, bytes.size()); at += cache_line)
    __builtin_prefetch(&bytes[at]);
}

/// Gives the indices of a codebook that bytes can index to `work(first, indices)` part by part;
/// gives the greatest.
template <class Work>
std::uint32_t for_each_part(std::uint32_t width, ByteSpan stored, std::size_t count, Work&& work) {
  constexpr std::size_t most = 8192;  // a multiple of 8, so that all but the last end with a byte
  std::uint8_t indices[most];
  std::uint8_t greatest = 0;
  for (std::size_t i = 0; i < count; i += most) {
    const auto some = std::span(indices).first(std::min(most, count - i));
    const std::uint8_t here = unpack_bytes(stored.subspan(i * width / 8), width, some);
    fetch_ahead(stored.subspan(std::min(stored.size(), (i + most) * width / 8)), most * width / 8);
    greatest = std::max(greatest, here);
    work(i, some);
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

/// [index_map.size] and [index_map.padding].
Result<void> judge_size(std::uint64_t bits, ByteSpan stored, std::uint64_t offset) {
  if (stored.size() != ceil_div(bits, 8)) return Error{size_fault, offset, {}, {}};
  if (bits % 8 != 0 && std::to_integer<std::uint32_t>(stored.back()) >> bits % 8 != 0)
    return Error{padding, offset + stored.size() - 1, {}, {}};
  return {};
}

bool by_byte(std::uint32_t width) { return width > 0 && width <= 8; }

Result<void> decode_block(const Tables& tables, const BlockLines& block, ByteSpan stored,
                          std::uint64_t offset, std::span<std::byte> cells) {
  const std::uint32_t entries = tables.codebook.entries();
  const std::uint32_t width = index_bits(entries);
  if (auto judged = judge_size(block.cells() * width, stored, offset); !judged) return judged;
  std::uint32_t greatest = 0;
  if (by_byte(width)) {
    greatest = for_each_part(width, stored, block.cells(), [&](std::size_t first, auto indices) {
      look_up_bytes(tables.codebook.planes(), indices, &cells[first * block.cell_bytes]);
    });
  } else {
    greatest = with_cell(block.cell_bytes, [&](auto cell) {
      return decode_wide<decltype(cell)>(tables.codebook, width, stored, cells);
    });
  }
  if (greatest >= entries) return Error{index_fault, offset, {}, {}};
  return {};
}

/// Part by part in the nearest cache; with wide indices by decoding to float32.
Result<void> multiply_block(const Tables&, const BlockLines& block, ByteSpan stored,
                            std::uint64_t offset, BlockProduct& product) {
  const Tables& tables = *product.inputs().tables;
  const std::uint32_t entries = tables.codebook.entries();
  const std::uint32_t width = index_bits(entries);
  if (!by_byte(width)) {
    const std::span<std::byte> cells = product.floats(block.cells());
    auto decoded =
        decode_block(tables, {block.lines, block.range, sizeof(float)}, stored, offset, cells);
    if (decoded) product.add_cells(0, cells);
    return decoded;
  }
  if (auto judged = judge_size(block.cells() * width, stored, offset); !judged) return judged;
  const std::uint32_t greatest =
      for_each_part(width, stored, block.cells(), [&](std::size_t first, auto indices) {
        product.add_indices(first, indices, tables.codebook.planes());
      });
  if (greatest >= entries) return Error{index_fault, offset, {}, {}};
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
    .fast_decode = true,
    .coded_bytes = coded_bytes,
    .encode_block = encode_block,
    .decode_block = decode_block,
    .multiply_block = multiply_block,
};

}  // namespace pondus::index_map
