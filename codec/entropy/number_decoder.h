// Decodes coded sequences to the numbers that they code, several per load.
#pragma once

#include <array>
#include <span>

#include "codec/base/result.h"
#include "codec/entropy/huffman_code.h"
#include "codec/entropy/huffman_kernels.h"

namespace pondus {

/// Made from a code for one or more sequences.
class NumberDecoder {
 public:
  explicit NumberDecoder(const HuffmanCode& code);

  /// As decode_symbols, into as many numbers of 32 bits, little endian, as `numbers` has room for.
  Result<void> decode(ByteSpan sequence, std::uint64_t offset, std::span<std::byte> numbers) const;

 private:
  std::size_t decode_rows(ByteSpan sequence, std::uint32_t* positions, std::span<std::byte> numbers,
                          bool& past_end) const;

  std::array<std::uint64_t, code_places> places_{};
  KernelCode kernel_code_;
  std::uint32_t entries_;
  std::uint32_t symbol_bits_;
};

}  // namespace pondus
