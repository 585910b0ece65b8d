// Tensors built from a fuzzer's choices.
#pragma once

#include "codec/base/dtype.h"
#include "codec/base/shape.h"
#include "formats/value_set.h"
#include "fuzz/input.h"

namespace pondus::fuzz {

struct FuzzedTensor {
  Dtype dtype = Dtype::u8;
  Shape shape;
  Bytes cells;
};

/// Of any dtype, with rank 0 to 5 and at most `cells_most` cells: sparse, few values, all
/// different, or literal bytes.
FuzzedTensor fuzzed_tensor(Input& in, std::uint64_t cells_most);

/// Adds cells to those that tables are made for, each as often as it comes.
void add_values(ValueSet& set, ByteSpan cells);

/// `bytes` bytes made of cells of `cell_bytes`.
Bytes fuzzed_cells(Input& in, std::size_t bytes, std::uint32_t cell_bytes);

}  // namespace pondus::fuzz
