#include "fuzz/drawn_code.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "codec/entropy/huffman_code.h"
#include "fuzz/random.h"

namespace pondus::fuzz {
namespace {

/// Sizes of runs that make up `entries`, as powers of two: at most `most` of them.
std::vector<std::uint8_t> draw_runs(std::uint64_t entries, std::size_t most, Random& random) {
  std::vector<std::uint8_t> extras;
  for (std::uint8_t bit = 0; entries >> bit != 0; ++bit)
    if (entries >> bit & 1) extras.push_back(bit);
  for (std::uint64_t splits = random.below(most); splits > 0 && extras.size() < most; --splits) {
    std::uint8_t& extra = extras[random.below(extras.size())];
    if (extra == 0) continue;
    --extra;
    extras.push_back(extra);
  }
  return extras;
}

/// Lengths of a complete code of `count` codewords.
std::vector<std::uint8_t> draw_lengths(std::size_t count, Random& random) {
  std::vector<std::uint8_t> lengths{0};
  while (lengths.size() < count) {
    std::uint8_t& length = lengths[random.below(lengths.size())];
    if (length >= code_length_most) continue;
    ++length;
    lengths.push_back(length);
  }
  return lengths;
}

/// In the order of the table; that of zero, if it is apart, first.
std::vector<Token> draw_tokens(std::uint64_t entries, bool zero_apart, Random& random) {
  const auto extras = draw_runs(entries - zero_apart, tokens_most - zero_apart, random);
  const auto lengths = draw_lengths(extras.size() + zero_apart, random);
  std::vector<Token> tokens;
  for (std::size_t t = 0; t < extras.size(); ++t) tokens.push_back({lengths[t], extras[t]});
  std::ranges::sort(tokens, {}, [](Token t) { return std::pair(t.length + t.extra, t.extra); });
  if (zero_apart) tokens.insert(tokens.begin(), Token{lengths.back(), 0});
  return tokens;
}

/// Where the class of token `t` ends: that of zero has no other.
std::size_t class_end(std::span<const Token> tokens, std::size_t t, bool zero_apart) {
  std::size_t end = t + 1;
  if (zero_apart && t == 0) return end;
  while (end < tokens.size() && tokens[end] == tokens[t]) ++end;
  return end;
}

}  // namespace

Bytes draw_code_table(Input& in, ByteSpan cells, std::uint32_t cell_bytes) {
  Random random(in.word<std::uint32_t>());
  const std::uint64_t entries = cells.size() / cell_bytes;
  const ByteSpan first = cells.first(cell_bytes);
  const bool zero = std::ranges::all_of(first, [](std::byte b) { return b == std::byte{0}; });
  const bool zero_apart = zero && entries > 1;
  const auto tokens = draw_tokens(entries, zero_apart, random);
  const HuffmanCode code(tokens, static_cast<std::uint32_t>(entries));

  std::vector<std::uint32_t> order(entries);
  for (std::uint32_t i = 0; i < entries; ++i) order[i] = i;
  for (std::size_t i = entries; i-- > 1 + std::size_t{zero_apart};)
    std::swap(order[i], order[zero_apart + random.below(i + 1 - zero_apart)]);
  for (std::size_t t = 0; t < tokens.size();) {
    const std::size_t end = class_end(tokens, t, zero_apart);
    std::sort(order.begin() + code.first(t), order.begin() + code.first(end));
    t = end;
  }
  ByteWriter out;
  code.write(out);
  for (const std::uint32_t i : order)
    out.bytes(cells.subspan(std::size_t{i} * cell_bytes, cell_bytes));
  return out.take();
}

}  // namespace pondus::fuzz
