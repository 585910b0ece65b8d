// The lossy steps before storage, as they are asked for.
#pragma once

#include <optional>
#include <string>

#include "lossy/share.h"

namespace pondus {

struct PruneRequest {
  double percent = 0;       ///< 0 to 100
  bool over_model = false;  ///< one threshold for all chosen tensors, else one for each
};

struct SharingRequest {
  std::string method;  ///< as it is spelled
  lossy::ShareOptions options;
  bool unified =
      false;  ///< one codebook for all matrices and one for all kernels, else one per tensor
};

struct LossyRequest {
  std::optional<PruneRequest> prune;
  std::optional<SharingRequest> share;
  /// A shell pattern for the names of tensors of rank 2 and more; if none: those of floating point
  /// and at least 1024 weights. Biases and batch norm, of rank 0 and 1, are never altered.
  std::optional<std::string> pattern;

  bool any() const { return prune || share; }
};

}  // namespace pondus
