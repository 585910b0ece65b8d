// Chooses the tokens of a Huffman code for numbers in their natural order: which runs, and which
// code lengths.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "codec/entropy/huffman_code.h"

namespace pondus {

/// Tokens that stand for the numbers from 0 on, one run after another, and what all numbers take.
struct RunCode {
  std::vector<Token> tokens;
  std::uint64_t coded_bits = 0;
};

/// `frequencies[i]` is that of number i, not all of them 0; at most 2^24 numbers. The last run
/// alone may be partial, and is then more than half full. Never worse than `bounding_run_code`.
RunCode build_run_code(std::span<const std::uint32_t> frequencies);

/// The code of the proved bound: with r = ceil(log2(1 + mean)), runs of 2^r, 2^(r + 1), … numbers,
/// the codeword of each a bit longer, the last run long enough for all that are left; or one token,
/// where that takes less.
RunCode bounding_run_code(std::span<const std::uint32_t> frequencies);

/// What an ideal code would take, rounded down to some extent: the order-0 entropy of all symbols.
std::uint64_t ideal_bits(std::span<const std::uint32_t> frequencies);

}  // namespace pondus
