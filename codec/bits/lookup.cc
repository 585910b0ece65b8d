#include "codec/bits/lookup.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "codec/base/instruction_set.h"
#include "codec/bits/little_endian.h"

namespace pondus {
namespace {

/// Eight indices are `width` bytes.
std::uint8_t unpack_portable(const std::byte* packed, std::uint32_t width, std::size_t count,
                             std::uint8_t* indices) {
  const std::uint64_t mask = (1u << width) - 1;
  const std::size_t bytes = (count * width + 7) / 8;
  for (std::size_t i = 0, at = 0; i < count; i += 8, at += width) {
    std::byte few[8] = {};
    const bool whole = bytes - at >= 8;
    if (!whole) std::memcpy(few, packed + at, bytes - at);
    std::uint64_t word = load<std::uint64_t>(whole ? packed + at : few);
    const std::size_t end = std::min(count, i + 8);
    for (std::size_t n = i; n < end; ++n, word >>= width)
      indices[n] = static_cast<std::uint8_t>(word & mask);
  }
  std::uint8_t greatest = 0;
  for (std::size_t i = 0; i < count; ++i) greatest = std::max(greatest, indices[i]);
  return greatest;
}

template <std::size_t cell_bytes>
void look_up(const LookupPlanes& table, const std::uint8_t* indices, std::size_t count,
             std::byte* cells) {
  for (std::size_t i = 0; i < count; ++i)
    std::memcpy(cells + i * cell_bytes, table.cells + indices[i] * cell_bytes, cell_bytes);
}

constexpr LookUpKernels look_up_portable{look_up<1>, look_up<2>, look_up<4>, look_up<8>};
constexpr Kernels<UnpackBytes> unpack_kernels{.portable = unpack_portable,
                                              .avx2 = PONDUS_X86(unpack_bytes_avx2),
                                              .avx512 = PONDUS_X86(unpack_bytes_avx512)};
constexpr Kernels<LookUpKernels> look_up_kernels{.portable = &look_up_portable,
                                                 .avx2 = PONDUS_X86(&look_up_avx2),
                                                 .avx512 = PONDUS_X86(&look_up_avx512)};

}  // namespace

LookupPlanes lookup_planes(std::span<const std::byte> table, std::uint32_t cell_bytes) {
  LookupPlanes made;
  std::ranges::copy(table, made.cells);
  made.cell_bytes = cell_bytes;
  made.entries = static_cast<std::uint32_t>(table.size() / cell_bytes);
  for (std::size_t i = 0; i < table.size(); ++i)
    made.planes[i % cell_bytes][i / cell_bytes] = std::to_integer<std::uint8_t>(table[i]);
  return made;
}

std::uint8_t unpack_bytes(std::span<const std::byte> packed, std::uint32_t width,
                          std::span<std::uint8_t> indices) {
  return unpack_kernels.in_use()(packed.data(), width, indices.size(), indices.data());
}

void look_up_bytes(const LookupPlanes& table, std::span<const std::uint8_t> indices,
                   std::byte* cells) {
  const auto width = static_cast<unsigned>(std::countr_zero(table.cell_bytes));
  look_up_kernels.in_use().by_width[width](table, indices.data(), indices.size(), cells);
}

}  // namespace pondus
