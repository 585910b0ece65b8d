#include "codec/entropy/huffman_code.h"

#include <algorithm>

#include "codec/base/limits.h"
#include "codec/bits/packed.h"

namespace pondus {
namespace {

constexpr Fault size_fault{"code.size", Kind::malformed};
constexpr Fault length_fault{"code.length", Kind::malformed};
constexpr Fault extra_fault{"code.extra", Kind::malformed};
constexpr Fault padding_fault{"code.padding", Kind::malformed};
constexpr Fault over_subscribed{"code.over-subscribed", Kind::malformed};
constexpr Fault incomplete{"code.incomplete", Kind::malformed};
constexpr Fault cover_fault{"code.cover", Kind::malformed};

std::uint32_t reversed(std::uint32_t word, std::uint32_t bits) {
  std::uint32_t out = 0;
  for (std::uint32_t i = 0; i < bits; ++i) out |= (word >> i & 1) << (bits - 1 - i);
  return out;
}

/// The Kraft sum in units of 2^-8.
std::uint32_t kraft_sum(std::span<const Token> tokens) {
  std::uint32_t sum = 0;
  for (const Token token : tokens) sum += code_places >> token.length;
  return sum;
}

/// What tokens can stand for: at most 2^29.
std::uint64_t numbers_of(std::span<const Token> tokens) {
  std::uint64_t numbers = 0;
  for (const Token token : tokens) numbers += std::uint64_t{1} << token.extra;
  return numbers;
}

/// [code.cover]: all tokens are needed, and the last one is no larger than it must be.
bool covers(std::span<const Token> tokens, std::uint64_t entries) {
  std::uint64_t before = 0;
  for (const Token token : tokens.first(tokens.size() - 1))
    before += std::uint64_t{1} << token.extra;
  const std::uint64_t last = std::uint64_t{1} << tokens.back().extra;
  return before < entries && entries - before <= last && entries - before > last / 2;
}

}  // namespace

HuffmanCode::HuffmanCode(std::span<const Token> tokens, std::uint32_t entries)
    : count_(static_cast<std::uint32_t>(tokens.size())), entries_(entries) {
  std::ranges::copy(tokens, tokens_.begin());
  std::uint32_t first = 0;
  for (std::uint32_t t = 0; t < count_; ++t) {
    firsts_[t] = first;
    first += 1u << tokens_[t].extra;
  }
  firsts_[count_] = entries;
  assign_codewords();
}

void HuffmanCode::assign_codewords() {
  std::uint32_t next = 0;
  for (std::uint32_t length = 0; length <= code_length_most; ++length, next <<= 1) {
    for (std::uint32_t t = 0; t < count_; ++t) {
      if (tokens_[t].length == length) codewords_[t] = reversed(next++, length);
    }
  }
}

/// The rules behind [code.size], for `count` packed tokens of a code that begins at `begin`;
/// `entries` as for `read_tokens`.
HuffmanCode HuffmanCode::judged(ByteReader& in, std::uint64_t begin, std::uint32_t count,
                                ByteSpan packed, std::uint64_t entries) {
  if (!in.ok()) return {};
  std::array<std::uint32_t, tokens_most> words{};
  const bool padded = unpack(packed, token_bits, std::span(words).first(count));
  std::array<Token, tokens_most> tokens{};
  std::ranges::transform(words, tokens.begin(), [](std::uint32_t word) {
    return Token{static_cast<std::uint8_t>(word & 15), static_cast<std::uint8_t>(word >> 4)};
  });
  const auto used = std::span(tokens).first(count);
  const std::uint32_t least = count == 1 ? 0 : 1;
  const std::uint32_t most = count == 1 ? 0 : code_length_most;
  in.require(
      std::ranges::all_of(used, [&](Token t) { return t.length >= least && t.length <= most; }),
      length_fault, begin);
  in.require(std::ranges::all_of(used, [](Token t) { return t.extra <= extra_bits_most; }),
             extra_fault, begin);
  in.require(padded, padding_fault, begin);
  if (!in.ok()) return {};
  in.require(kraft_sum(used) <= code_places, over_subscribed, begin);
  in.require(kraft_sum(used) == code_places, incomplete, begin);
  if (entries == 0) entries = numbers_of(used);
  in.require(covers(used, entries), cover_fault, begin);
  if (!in.ok()) return {};
  return {used, static_cast<std::uint32_t>(entries)};
}

HuffmanCode HuffmanCode::read(ByteReader& in, std::uint32_t cell_bytes) {
  const std::uint64_t begin = in.offset();
  in.end_fault(size_fault, begin);
  const auto count = in.word<std::uint8_t>();
  in.require(count >= 1 && count <= tokens_most, size_fault, begin);
  const auto packed = in.take(packed_bytes(count, token_bits));
  const std::size_t entries = in.left() / cell_bytes;
  in.require(in.left() % cell_bytes == 0 && entries >= 1 && entries <= codebook_entries_most,
             size_fault, begin);
  return judged(in, begin, count, packed, entries);
}

HuffmanCode HuffmanCode::read_tokens(ByteReader& in, std::uint32_t entries) {
  const std::uint64_t begin = in.offset();
  in.end_fault(size_fault, begin);
  const auto count = in.word<std::uint8_t>();
  in.require(count >= 1 && count <= tokens_most, size_fault, begin);
  const auto packed = in.take(packed_bytes(count, token_bits));
  return judged(in, begin, count, packed, entries);
}

void HuffmanCode::write(ByteWriter& out) const {
  out.word(static_cast<std::uint8_t>(count_));
  PackedWriter words(out.extend(packed_bytes(count_, token_bits)), token_bits);
  for (const Token token : tokens()) words.next(token.length + 16u * token.extra);
  words.finish();
}

std::size_t HuffmanCode::token_of(std::uint32_t entry) const {
  std::size_t after = 0;
  for (std::uint32_t t = 1; t < tokens_most; ++t) after += t < count_ && firsts_[t] <= entry;
  return after;
}

std::uint32_t HuffmanCode::symbol_bits_most() const {
  std::uint32_t most = 0;
  for (std::size_t t = 0; t < count_; ++t) most = std::max(most, symbol_bits(t));
  return most;
}

std::array<std::uint8_t, code_places> token_places(const HuffmanCode& code) {
  std::array<std::uint8_t, code_places> places{};
  for (std::size_t t = 0; t < code.tokens().size(); ++t) {
    const std::uint32_t step = 1u << code.tokens()[t].length;
    for (std::uint32_t place = code.codeword(t); place < code_places; place += step) {
      places[place] = static_cast<std::uint8_t>(t);
    }
  }
  return places;
}

}  // namespace pondus
