// Codes as kernels take them.
#pragma once

#include "codec/entropy/huffman_code.h"
#include "codec/entropy/huffman_kernels.h"

namespace pondus {

/// `code` has at least two tokens; `cells` are those of its entries.
KernelCode kernel_code(const HuffmanCode& code, ByteSpan cells, std::uint32_t cell_bytes);

/// How many symbols take at most 28 bits, but for some in thousands, where one takes `mean` bits
/// on average.
std::uint32_t symbols_often(const KernelCode& code, float mean);

}  // namespace pondus
