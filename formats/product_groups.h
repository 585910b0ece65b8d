// How the blocks of a product are divided among threads.
#pragma once

#include <vector>

#include "codec/container/directory.h"

namespace pondus {

/// Consecutive blocks whose sums are kept apart and then added in order, so that y does not depend
/// on threads.
struct ProductGroup {
  std::size_t begin = 0;  ///< blocks
  std::size_t end = 0;
  std::uint64_t y_begin = 0;  ///< numbers of y that the blocks add to
  std::uint64_t y_end = 0;
  std::vector<float> sums = {};
};

/// The groups of the blocks that hold the lines of `range`, in order; they follow from the tensor,
/// the range and the direction alone. `along` as in ProductInputs.
std::vector<ProductGroup> make_groups(const std::vector<BlockEntry>& blocks, const Lines& lines,
                                      LineRange range, bool along);

}  // namespace pondus
