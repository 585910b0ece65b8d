#include "codec/entropy/huffman_stream.h"

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "codec/base/checked.h"
#include "codec/bits/packed.h"

namespace pondus {
namespace {

constexpr Fault size_fault{"huffman.size", Kind::malformed};
constexpr Fault lengths_fault{"huffman.lengths", Kind::malformed};
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
  for (std::size_t t = 0; t < code.tokens().size(); ++t) {
    const std::uint32_t end = std::min(code.first(t + 1), words_most);
    for (std::uint32_t i = code.first(t); i < end; ++i)
      words.push_back(
          {code.codeword(t) | (i - code.first(t)) << code.tokens()[t].length, code.symbol_bits(t)});
  }
  return words;
}

/// A stream being written: the bits that fill no byte yet are held.
struct StreamEnd {
  std::byte* at;
  std::uint64_t held = 0;
  std::uint32_t held_bits = 0;
};

/// Writes the symbols of a sequence to all its streams, row after row of a symbol for each.
template <class Symbol>
class StreamWriter {
 public:
  StreamWriter(const HuffmanCode& code, std::span<const Symbol> symbols, std::uint32_t count)
      : code_(code),
        words_(words_of(code)),
        symbols_(symbols),
        count_(count),
        capacity_(ceil_div(symbols.size(), count) * code.symbol_bits_most() / 8 +
                  2 * sizeof(std::uint64_t)),
        bytes_(std::make_unique_for_overwrite<std::byte[]>(capacity_ * count)) {
    for (std::uint32_t i = 0; i < count_; ++i) ends_[i].at = begin(i);
  }

  void run() {
    const std::uint32_t longest = code_.symbol_bits_most();
    if (longest <= 8) return run<7>();
    if (longest <= 11) return run<5>();
    if (longest <= 18) return run<3>();
    run<1>();
  }

  ByteSpan stream(std::uint32_t i) const { return {begin(i), ends_[i].at}; }

 private:
  std::byte* begin(std::uint32_t i) const { return bytes_.get() + i * capacity_; }

  /// Hot: without checks of each access.
  Word word(Symbol symbol) const {
    if (sizeof(Symbol) == 1 || symbol < words_.size()) return words_.data()[symbol];
    return word_of(code_, symbol);
  }

  /// `rows` at a time, whose symbols take at most 56 bits beside the 7 that may be held.
  template <std::size_t rows>
  void run() {
    const std::size_t step = rows * count_;
    const std::size_t whole = symbols_.size() / step * step;
    for (std::size_t at = 0; at < whole; at += step) {
      for (std::uint32_t i = 0; i < count_; ++i) put<rows>(ends_[i], symbols_.data() + at + i);
    }
    for (std::size_t at = whole; at < symbols_.size(); ++at)
      put<1>(ends_[at % count_], &symbols_[at]);
    for (StreamEnd& end : std::span(ends_).first(count_)) end.at += end.held_bits != 0;
  }

  template <std::size_t rows>
  void put(StreamEnd& end, const Symbol* symbols) {
    std::uint64_t held = end.held;
    std::uint32_t held_bits = end.held_bits;
    for (std::size_t row = 0; row < rows; ++row) {
      const Word next = word(symbols[row * count_]);
      held |= std::uint64_t{next.bits} << held_bits;
      held_bits += next.count;
    }
    store(end.at, held);
    end.at += held_bits / 8;
    end.held = held >> held_bits / 8 * 8;
    end.held_bits = held_bits % 8;
  }

  const HuffmanCode& code_;
  std::vector<Word> words_;
  std::span<const Symbol> symbols_;
  std::uint32_t count_;
  std::size_t capacity_;
  std::unique_ptr<std::byte[]> bytes_;
  std::array<StreamEnd, streams_most> ends_{};
};

/// The lengths of 32 streams.
template <class Symbol>
void write_lengths(const StreamWriter<Symbol>& streams, ByteWriter& out) {
  std::array<std::uint32_t, streams_most> lengths{};
  for (std::uint32_t i = 0; i < streams_most; ++i)
    lengths[i] = static_cast<std::uint32_t>(streams.stream(i).size());
  const auto [least, most] = std::ranges::minmax(lengths);
  const std::uint32_t width = bit_length(most - least);
  out.word(static_cast<std::uint16_t>(least));
  out.word(static_cast<std::uint8_t>(width));
  PackedWriter packed(out.extend(packed_bytes(streams_most, width)), width);
  for (const std::uint32_t length : lengths) packed.next(length - least);
  packed.finish();
}

template <class Symbol>
void encode(const HuffmanCode& code, std::span<const Symbol> symbols, ByteWriter& out) {
  const std::uint32_t count = stream_count(symbols.size(), code.entries());
  if (count == 0) return;
  StreamWriter<Symbol> streams(code, symbols, count);
  streams.run();
  if (count == streams_most) write_lengths(streams, out);
  for (std::uint32_t i = 0; i < count; ++i) out.bytes(streams.stream(i));
  out.zeros(stream_tail_bytes);
}

/// The lengths of streams.
struct StreamLengths {
  std::size_t stored_bytes = 0;
  std::uint32_t least = 0;
  std::array<std::uint32_t, streams_most> bytes{};
  std::uint32_t width = 0;

  bool shortest_form() const {
    const auto [min, max] = std::ranges::minmax(bytes);
    return min == least && bit_length(max - min) == width;
  }
};

/// Reads the lengths of 32 streams; false where `body`, the sequence without its tail, does not
/// hold them.
bool read_lengths(ByteSpan body, StreamLengths& lengths) {
  constexpr std::size_t head = 3;
  if (body.size() < head) return false;
  lengths.least = load<std::uint16_t>(body.data());
  lengths.width = load<std::uint8_t>(&body[2]);
  const std::uint64_t bytes = packed_bytes(streams_most, lengths.width);
  if (lengths.width > stream_length_bits_most || body.size() - head < bytes) return false;
  unpack(body.subspan(head, bytes), lengths.width, lengths.bytes);
  for (std::uint32_t& length : lengths.bytes) length += lengths.least;
  lengths.stored_bytes = head + bytes;
  return true;
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
  if (sequence.size() < stream_tail_bytes) return wrong_size;
  const ByteSpan body = sequence.first(sequence.size() - stream_tail_bytes);
  StreamLengths lengths{0, 0, {static_cast<std::uint32_t>(body.size())}};
  if (layout.count == streams_most && !read_lengths(body, lengths)) return wrong_size;
  std::size_t at = lengths.stored_bytes;
  for (std::uint32_t i = 0; i < layout.count; ++i) {
    layout.begin_bits[i] = static_cast<std::uint32_t>(8 * at);
    at += lengths.bytes[i];
    layout.end_bits[i] = static_cast<std::uint32_t>(8 * at);
  }
  if (at != body.size()) return wrong_size;
  if (layout.count == streams_most && !lengths.shortest_form())
    return Error{lengths_fault, offset, {}, {}};
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

void encode_symbols(const HuffmanCode& code, std::span<const std::uint8_t> symbols,
                    ByteWriter& out) {
  encode(code, symbols, out);
}

void encode_symbols(const HuffmanCode& code, std::span<const std::uint32_t> symbols,
                    ByteWriter& out) {
  encode(code, symbols, out);
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
