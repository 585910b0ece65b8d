// Tensors that break encoders: the shapes, cells and numbers of distinct cells where something
// changes.
#pragma once

#include <functional>

#include "tests/support.h"

namespace pondus::test {

struct Awkward {
  Tensor tensor;
  Layout layout = Layout::automatic;
  bool large = false;  ///< so large that it should not be encoded more often than needed
};

using Take = std::function<void(const Awkward&)>;

/// Small tensors of one dtype.
void small_tensors(Dtype dtype, const Take& take);
/// Numbers of distinct cells around the widths of an index, as far as the cells allow.
void distinct_counts(Dtype dtype, const Take& take);
/// Lines around the length where they are cut, in both directions, and one of 10^7 cells.
void long_lines(Dtype dtype, const Take& take);

}  // namespace pondus::test
