// Chooses the tokens of a Huffman code: which runs of entries, and which code lengths, at the least
// cost.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "codec/entropy/huffman_code.h"

namespace pondus {

/// Tokens in the order of the code table, and for each entry its number among the frequencies that
/// were given.
struct BuiltCode {
  std::vector<Token> tokens;
  std::vector<std::uint32_t> entries;
  std::uint64_t coded_bits = 0;  ///< of all symbols
};

/// `frequencies` are those of distinct cells in ascending order of pattern; where `zero_first`, the
/// first is zero's, which gets a token of its own. At least one, at most 2^24. Runs and lengths are
/// optimal, a token taking 9 bits, among codes of 32 tokens whose runs begin at the first 128
/// entries by frequency or at multiples of 1/64 of their octave; never worse than the one-token
/// code.
BuiltCode build_code(std::span<const std::uint64_t> frequencies, bool zero_first);

}  // namespace pondus
