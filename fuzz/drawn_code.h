// Code tables that no encoder would choose.
#pragma once

#include "fuzz/input.h"

namespace pondus::fuzz {

/// A sound table, as it is stored, of `cells`, which are at least one and ascend strictly: with any
/// lengths, runs and order that the rules allow.
Bytes draw_code_table(Input& in, ByteSpan cells, std::uint32_t cell_bytes);

}  // namespace pondus::fuzz
