#include "formats/dense/dense.h"

namespace pondus::dense {
namespace {

template <std::size_t width>
void split(ByteSpan cells, std::byte* planes) {
  const std::size_t count = cells.size() / width;
  for (std::size_t plane = 0; plane < width; ++plane) {
    for (std::size_t i = 0; i < count; ++i) planes[plane * count + i] = cells[i * width + plane];
  }
}

template <std::size_t width>
void join(ByteSpan planes, std::byte* cells) {
  const std::size_t count = planes.size() / width;
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t plane = 0; plane < width; ++plane)
      cells[i * width + plane] = planes[plane * count + i];
  }
}

}  // namespace

Bytes to_planes(ByteSpan cells, std::uint32_t cell_bytes) {
  Bytes planes(cells.size());
  with_cell(cell_bytes, [&](auto cell) { split<sizeof cell>(cells, planes.data()); });
  return planes;
}

void from_planes(ByteSpan planes, std::uint32_t cell_bytes, std::span<std::byte> cells) {
  with_cell(cell_bytes, [&](auto cell) { join<sizeof cell>(planes, cells.data()); });
}

}  // namespace pondus::dense
