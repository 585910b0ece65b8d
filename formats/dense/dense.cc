#include "formats/dense/dense.h"

#include "codec/base/instruction_set.h"
#include "formats/dense/dense_kernels.h"

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
void join(ByteSpan planes, std::size_t begin, std::byte* cells) {
  const std::size_t count = planes.size() / width;
  for (std::size_t i = begin; i < count; ++i) {
    for (std::size_t plane = 0; plane < width; ++plane)
      cells[i * width + plane] = planes[plane * count + i];
  }
}

std::size_t join_none(std::uint32_t, const std::byte*, std::size_t, std::byte*) { return 0; }

constexpr Kernels<JoinPlanes> join_planes{.portable = join_none,
                                          .avx2 = PONDUS_X86(join_planes_avx2),
                                          .avx512 = PONDUS_X86(join_planes_avx512),
                                          .neon = PONDUS_ARM(join_planes_neon)};

}  // namespace

Bytes to_planes(ByteSpan cells, std::uint32_t cell_bytes) {
  Bytes planes(cells.size());
  with_cell(cell_bytes, [&](auto cell) { split<sizeof cell>(cells, planes.data()); });
  return planes;
}

void from_planes(ByteSpan planes, std::uint32_t cell_bytes, std::span<std::byte> cells) {
  if (cell_bytes == 1) {
    std::ranges::copy(planes, cells.begin());
    return;
  }
  const std::size_t joined =
      join_planes.in_use()(cell_bytes, planes.data(), planes.size() / cell_bytes, cells.data());
  with_cell(cell_bytes, [&](auto cell) { join<sizeof cell>(planes, joined, cells.data()); });
}

}  // namespace pondus::dense
