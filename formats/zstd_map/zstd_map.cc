#include "formats/zstd_map/zstd_map.h"

#include <algorithm>
#include <cstring>

#include "codec/bits/packed.h"

namespace pondus::zstd_map {
namespace {

/// Cells whose indices are together in the cache.
constexpr std::size_t window = 4096;

}  // namespace

std::uint32_t index_bytes(std::uint32_t entries) {
  return std::max(1u, (bit_length(entries - 1) + 7) / 8);
}

Bytes to_planes(const Tables& tables, ByteSpan cells, std::uint32_t cell_bytes) {
  const std::size_t count = cells.size() / cell_bytes;
  const std::uint32_t width = index_bytes(tables.codebook.entries());
  Bytes planes(count * width);
  for (std::size_t begin = 0; begin < count; begin += window) {
    const std::size_t end = std::min(count, begin + window);
    const auto indices = tables.index->words_of(
        cells.subspan(begin * cell_bytes, (end - begin) * cell_bytes), cell_bytes);
    for (std::uint32_t plane = 0; plane < width; ++plane) {
      for (std::size_t i = begin; i < end; ++i)
        planes[plane * count + i] = static_cast<std::byte>(indices[i - begin] >> 8 * plane);
    }
  }
  return planes;
}

bool from_planes(const Tables& tables, ByteSpan planes, std::uint32_t cell_bytes,
                 std::span<std::byte> cells) {
  const std::uint32_t entries = tables.codebook.entries();
  const std::uint32_t width = index_bytes(entries);
  const std::size_t count = cells.size() / cell_bytes;
  std::uint32_t greatest = 0;
  with_cell(cell_bytes, [&](auto cell) {
    for (std::size_t i = 0; i < count; ++i) {
      std::uint32_t index = 0;
      for (std::uint32_t plane = 0; plane < width; ++plane)
        index |= std::to_integer<std::uint32_t>(planes[plane * count + i]) << 8 * plane;
      greatest = std::max(greatest, index);
      const std::size_t at = std::min(index, entries - 1);
      std::memcpy(&cells[i * sizeof cell], &tables.codebook.cells()[at * sizeof cell], sizeof cell);
    }
  });
  return greatest < entries;
}

}  // namespace pondus::zstd_map
