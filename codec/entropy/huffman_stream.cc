#include "codec/entropy/huffman_stream.h"

#include <algorithm>
#include <vector>

namespace pondus {
namespace {

constexpr Fault size_fault{"huffman.size", Kind::malformed};
constexpr Fault tail_fault{"huffman.tail", Kind::malformed};
constexpr Fault stream_end_fault{"huffman.stream-end", Kind::malformed};
constexpr Fault padding_fault{"huffman.padding", Kind::malformed};
constexpr Fault entry_fault{"huffman.entry", Kind::malformed};

/// The bits of a symbol as they enter a stream.
struct Word {
  std::uint32_t bits;
  std::uint32_t count;
};

Word word_of(const HuffmanCode& code, std::uint32_t symbol) {
  const std::size_t t = code.token_of(symbol);
  const std::uint32_t number = symbol - code.first(t);
  return {code.codeword(t) | number << code.tokens()[t].length, code.symbol_bits(t)};
}

/// The words of the first entries, which are the frequent ones.
std::vector<Word> words_of(const HuffmanCode& code) {
  constexpr std::uint32_t words_most = 1u << 12;
  std::vector<Word> words;
  for (std::uint32_t i = 0; i < std::min(code.entries(), words_most); ++i)
    words.push_back(word_of(code, i));
  return words;
}

/// Writes every `count`th symbol from the first of `symbols` on to `at`, and gives the end of the
/// stream.
std::byte* write_stream(const HuffmanCode& code, std::span<const Word> words,
                        std::span<const std::uint32_t> symbols, std::size_t count, std::byte* at) {
  std::uint64_t held = 0;
  std::uint32_t held_bits = 0;
  for (std::size_t i = 0; i < symbols.size(); i += count) {
    const Word word = symbols[i] < words.size() ? words[symbols[i]] : word_of(code, symbols[i]);
    held |= std::uint64_t{word.bits} << held_bits;
    held_bits += word.count;
    if (held_bits < 32) continue;
    store(at, static_cast<std::uint32_t>(held));
    at += 4;
    held >>= 32;
    held_bits -= 32;
  }
  for (; held_bits > 0; held >>= 8, held_bits -= std::min(held_bits, 8u))
    *at++ = static_cast<std::byte>(held);
  return at;
}

/// 32 bits at a bit position, never from outside the sequence, which has its tail.
std::uint32_t peek(ByteSpan sequence, std::uint32_t position) {
  const std::size_t at = std::min<std::size_t>(position / 8, sequence.size() - stream_tail_bytes);
  return static_cast<std::uint32_t>(load<std::uint64_t>(&sequence[at]) >> position % 8);
}

}  // namespace

Result<StreamLayout> read_layout(ByteSpan sequence, std::uint64_t symbols, std::uint32_t entries,
                                 std::uint64_t offset) {
  const Error wrong_size{size_fault, offset, {}, {}};
  StreamLayout layout;
  layout.count = stream_count(symbols, entries);
  if (layout.count == 0) {
    if (!sequence.empty()) return wrong_size;
    return layout;
  }
  const std::size_t head = layout.count == 1 ? 0 : 2 * layout.count;
  if (sequence.size() < head + stream_tail_bytes) return wrong_size;
  const std::size_t end = sequence.size() - stream_tail_bytes;
  std::size_t at = head;
  for (std::uint32_t i = 0; i < layout.count; ++i) {
    const std::size_t bytes = layout.count == 1 ? end : load<std::uint16_t>(&sequence[2 * i]);
    layout.begin_bits[i] = static_cast<std::uint32_t>(8 * at);
    at += bytes;
    layout.end_bits[i] = static_cast<std::uint32_t>(8 * at);
  }
  if (at != end) return wrong_size;
  return layout;
}

Result<void> judge_streams(ByteSpan sequence, const StreamLayout& layout,
                           std::span<const std::uint32_t> stopped_bits, std::uint64_t offset) {
  if (layout.count == 0) return {};
  const std::size_t tail = sequence.size() - stream_tail_bytes;
  if (load<std::uint64_t>(&sequence[tail]) != 0) return Error{tail_fault, offset + tail, {}, {}};
  for (std::uint32_t i = 0; i < layout.count; ++i) {
    const std::uint64_t begin = offset + layout.begin_bits[i] / 8;
    const std::uint32_t stopped = stopped_bits[i];
    if ((stopped + 7) / 8 != layout.end_bits[i] / 8) return Error{stream_end_fault, begin, {}, {}};
    const bool padded = stopped % 8 != 0;
    if (padded && std::to_integer<std::uint32_t>(sequence[stopped / 8]) >> stopped % 8 != 0) {
      return Error{padding_fault, begin, {}, {}};
    }
  }
  return {};
}

Result<void> judge_entries(std::uint32_t greatest, std::uint32_t entries, std::uint64_t offset) {
  if (greatest >= entries) return Error{entry_fault, offset, {}, {}};
  return {};
}

void encode_symbols(const HuffmanCode& code, std::span<const std::uint32_t> symbols,
                    ByteWriter& out) {
  const std::uint32_t count = stream_count(symbols.size(), code.entries());
  if (count == 0) return;
  const std::vector<Word> words = words_of(code);
  Bytes streams(symbols.size() * code.symbol_bits_most() / 8 + std::size_t{4} * count);
  std::byte* end = streams.data();
  for (std::uint32_t i = 0; i < count; ++i) {
    std::byte* const begin = end;
    end = write_stream(code, words, symbols.subspan(i), count, begin);
    if (count > 1) out.word(static_cast<std::uint16_t>(end - begin));
  }
  out.bytes({streams.data(), end});
  out.zeros(stream_tail_bytes);
}

Result<void> decode_symbols(const HuffmanCode& code, ByteSpan sequence, std::uint64_t offset,
                            std::span<std::uint32_t> symbols) {
  const auto layout = read_layout(sequence, symbols.size(), code.entries(), offset);
  if (!layout) return layout.error();
  if (layout->count == 0) {
    std::ranges::fill(symbols, 0u);
    return {};
  }
  const auto places = token_places(code);
  std::uint32_t positions[streams_most];
  std::ranges::copy(layout->begin_bits, positions);
  std::uint32_t greatest = 0;
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    std::uint32_t& position = positions[i % layout->count];
    const std::uint32_t bits = peek(sequence, position);
    const std::size_t t = places[bits % code_places];
    const Token token = code.tokens()[t];
    symbols[i] = code.first(t) + (bits >> token.length & ((1u << token.extra) - 1));
    position += code.symbol_bits(t);
    greatest = std::max(greatest, symbols[i]);
  }
  if (auto judged = judge_streams(sequence, *layout, positions, offset); !judged) return judged;
  return judge_entries(greatest, code.entries(), offset);
}

}  // namespace pondus
