#include "codec/bits/lookup.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "codec/base/instruction_set.h"
#include "codec/bits/packed.h"

namespace pondus {
namespace {

/// Eight indices are `width` bytes.
template <std::uint32_t width>
void unpack(const std::byte* packed, std::size_t count, std::uint8_t* indices) {
  const auto eight = [](const std::byte* from) {
    return little_endian(unpack_eight(load<std::uint64_t>(from), width));
  };
  const std::byte* const end = packed + (count * width + 7) / 8;
  for (; count >= 8 && end - packed >= 8; packed += width, count -= 8, indices += 8) {
    const std::uint64_t bytes = eight(packed);
    std::memcpy(indices, &bytes, sizeof bytes);
  }
  while (count != 0) {
    std::byte few[8] = {};
    std::memcpy(few, packed, std::min<std::size_t>(8, static_cast<std::size_t>(end - packed)));
    const std::uint64_t bytes = eight(few);
    const std::size_t some = std::min<std::size_t>(8, count);
    std::memcpy(indices, &bytes, some);
    packed += width;
    count -= some;
    indices += some;
  }
}

std::uint8_t unpack_portable(const std::byte* packed, std::uint32_t width, std::size_t count,
                             std::uint8_t* indices) {
  constexpr decltype(&unpack<1>) by_width[] = {unpack<1>, unpack<2>, unpack<3>, unpack<4>,
                                               unpack<5>, unpack<6>, unpack<7>, unpack<8>};
  by_width[width - 1](packed, count, indices);
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
