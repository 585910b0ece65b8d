// Cells of the floating-point types as float32, for arithmetic; everything else keeps bit patterns.
#pragma once

#include <span>

#include "codec/base/dtype.h"
#include "codec/bits/byte_writer.h"

namespace pondus {

/// The types that products take.
constexpr bool converts_to_float32(Dtype dtype) {
  return dtype == Dtype::f32 || dtype == Dtype::f16 || dtype == Dtype::bf16;
}

/// The same numbers, exactly, as float32 cells: `out` has 4 bytes per cell. NaNs stay NaNs.
/// `dtype` must be one that converts.
void to_float32(Dtype dtype, ByteSpan cells, std::span<std::byte> out);

}  // namespace pondus
