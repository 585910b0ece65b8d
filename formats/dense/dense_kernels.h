// Kernels of dense, by instruction set.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pondus::dense {

/// Joins the first cells of `width` (2, 4 or 8) planes of `count` bytes each, as many as come in
/// whole vectors, and gives their number.
using JoinPlanes = std::size_t(std::uint32_t width, const std::byte* planes, std::size_t count,
                               std::byte* cells);

JoinPlanes join_planes_avx2;
JoinPlanes join_planes_avx512;
JoinPlanes join_planes_neon;

}  // namespace pondus::dense
