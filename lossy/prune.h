// Pruning by percentile (the papers: T is the p-th percentile of |w|, and |w| > T is kept).
#pragma once

#include "lossy/weights.h"

namespace pondus::lossy {

/// The `percent`-th percentile, 0 to 100, of |w| of all weights of all tensors, zeros included,
/// interpolated linearly between order statistics as NumPy does; 0 without weights. Exact, with no
/// copy of the weights, and the same with any number of threads.
double magnitude_percentile(std::span<const Weights> tensors, double percent, unsigned threads);

/// Weights with |w| <= threshold become +0.0. `cells` are of a dtype of `is_weight`.
void prune(Dtype dtype, std::span<std::byte> cells, double threshold, unsigned threads);

}  // namespace pondus::lossy
