// Prunes and shares the tensors of inputs.
#pragma once

#include <map>

#include "tools/io/input_set.h"
#include "tools/lossy/request.h"

namespace pondus {

/// What became of a tensor, against what it was before any step.
struct LossyTensor {
  InputTensor tensor;
  std::uint64_t nonzero = 0;
  std::uint64_t distinct = 0;
  double entropy_before = 0;  ///< order-0 bits per weight
  double entropy = 0;
  double mean_square = 0;  ///< of the weights as they were
  double mean_squared_error = 0;
  std::optional<double> lambda = {};  ///< of ECSQ
};

struct LossyResult {
  std::vector<LossyTensor> tensors;
  std::map<std::string, std::string>
      metadata;  ///< pondus.prune, pondus.share, pondus.weights: JSON

  /// Makes `metadata` from `tensors`.
  void describe(const LossyRequest& request);
  std::string text() const;
};

/// Replaces the inputs of `set` by others whose chosen tensors are pruned and then shared, computed
/// anew whenever their cells are asked for; the headers of .safetensors get the metadata. Errors:
/// request.tensors (nothing is chosen) and those of lossy/, with the tensor's name.
std::optional<InputError> alter_inputs(InputSet& set, const LossyRequest& request, unsigned threads,
                                       LossyResult& result);

}  // namespace pondus
