// A complete canonical Huffman code over few tokens, each standing for a run of entries (spec:
// huffman, "Code table").
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "codec/bits/byte_reader.h"
#include "codec/bits/byte_writer.h"

namespace pondus {

inline constexpr std::uint32_t tokens_most = 32;
inline constexpr std::uint32_t token_bits = 9;  ///< of a token in a table
inline constexpr std::uint32_t code_length_most = 8;
inline constexpr std::uint32_t extra_bits_most = 24;
inline constexpr std::uint32_t code_places = 1u << code_length_most;

/// A codeword of `length` bits and `extra` raw bits for the number in the run of 2^extra entries.
struct Token {
  std::uint8_t length = 0;
  std::uint8_t extra = 0;
  bool operator==(const Token&) const = default;
};

/// Keeps all rules of code tables that do not look at cells.
class HuffmanCode {
 public:
  HuffmanCode() = default;
  /// Reads the tokens; what is left of `in` are the entries of `cell_bytes` each. Faults code.* at
  /// `in`'s first byte.
  static HuffmanCode read(ByteReader& in, std::uint32_t cell_bytes);
  /// Reads tokens that no entries follow: they stand for `entries` numbers, or, where that is 0,
  /// for all that they can.
  static HuffmanCode read_tokens(ByteReader& in, std::uint32_t entries);
  /// From tokens that keep the rules, standing for `entries` entries.
  HuffmanCode(std::span<const Token> tokens, std::uint32_t entries);
  void write(ByteWriter& out) const;

  std::uint32_t entries() const { return entries_; }
  std::span<const Token> tokens() const { return {tokens_.data(), count_}; }
  /// The first entry of token `t`; for t == tokens().size() the entries.
  std::uint32_t first(std::size_t t) const { return firsts_[t]; }
  /// The token that stands for `entry`.
  std::size_t token_of(std::uint32_t entry) const;
  /// Codeword of token `t`, as it stands in a stream: least significant bit first.
  std::uint32_t codeword(std::size_t t) const { return codewords_[t]; }
  /// Bits of a symbol of token `t`, and of the longest.
  std::uint32_t symbol_bits(std::size_t t) const {
    return tokens_[t].length + std::uint32_t{tokens_[t].extra};
  }
  std::uint32_t symbol_bits_most() const;

 private:
  static HuffmanCode judged(ByteReader& in, std::uint64_t begin, std::uint32_t count,
                            ByteSpan packed, std::uint64_t entries);
  void assign_codewords();

  std::array<Token, tokens_most> tokens_{};
  std::array<std::uint32_t, tokens_most + 1> firsts_{};
  std::array<std::uint32_t, tokens_most> codewords_{};
  std::uint32_t count_ = 0;
  std::uint32_t entries_ = 0;
};

/// `places[bits]` is the token whose codeword the 8 bits begin with; all 2^8 are filled, the code
/// being complete.
std::array<std::uint8_t, code_places> token_places(const HuffmanCode& code);

}  // namespace pondus
