// What naming a shared value costs in the file.
#pragma once

#include "lossy/quantiser.h"

namespace pondus {

/// Bits of each centre's codeword in the code table that the tensors would be stored with: that of
/// `sham`, over nonzeros, where at most half of the weights are; else that of `ham`, with zero as a
/// symbol.
lossy::CodeLengths code_lengths(std::span<const lossy::Weights> tensors);

}  // namespace pondus
