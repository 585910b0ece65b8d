// The coders beneath the encodings: any bytes as a code table and a coded sequence, which all
// kernels decode alike; and numbers through the binary coder.
#include <algorithm>

#include "codec/base/instruction_set.h"
#include "codec/entropy/binary_coder.h"
#include "codec/entropy/huffman_stream.h"
#include "codec/entropy/symbol_decoder.h"
#include "fuzz/input.h"
#include "fuzz/require.h"
#include "fuzz/stats.h"

namespace pondus::fuzz {
namespace {

constexpr std::uint64_t few_symbols_end = 48;
constexpr std::uint64_t many_symbols_least = 1024;  // from which on there are 32 streams
constexpr std::uint64_t entries_end = 1u << 12;

bool same(const Result<void>& a, const Result<void>& b) {
  if (a.has_value() || b.has_value()) return a.has_value() && b.has_value();
  return a.error().fault.id == b.error().fault.id && a.error().offset == b.error().offset;
}

Bytes coded(const HuffmanCode& code, std::span<const std::uint32_t> symbols) {
  ByteWriter out;
  encode_symbols(code, symbols, out);
  return out.take();
}

/// Every kernel says what the reference says; what is accepted is the only sequence of its symbols.
void judge_sequence(const HuffmanCode& code, ByteSpan sequence, std::size_t count) {
  std::vector<std::uint32_t> symbols(count);
  const auto expected = decode_symbols(code, sequence, 0, symbols);
  for (const InstructionSet set : instruction_sets()) {
    use_instruction_set(set);
    std::vector<std::uint32_t> numbers(count);
    const auto decoded =
        SymbolDecoder(code, numbers.size()).decode(sequence, 0, std::as_writable_bytes(std::span(numbers)));
    require(same(expected, decoded), "all kernels judge alike");
    require(!decoded || numbers == symbols, "all kernels decode alike");
  }
  if (!expected) return require(expected.error().offset <= sequence.size(), "a fault lies inside");
  require(std::ranges::equal(coded(code, symbols), sequence), "an accepted sequence is canonical");
  ++stats.decoded;
}

/// Tokens of a complete code, by splitting codewords.
std::vector<Token> split_tokens(Input& in) {
  std::vector<Token> tokens{{0, 0}};
  for (std::uint64_t splits = in.below(tokens_most); splits > 0; --splits) {
    Token& token = tokens[in.below(tokens.size())];
    if (token.length >= code_length_most) continue;
    ++token.length;
    tokens.push_back(token);
  }
  for (Token& token : tokens) token.extra = static_cast<std::uint8_t>(in.below(24) % 6);
  std::ranges::sort(tokens, {}, [](Token t) { return std::pair(t.length + t.extra, t.extra); });
  return tokens;
}

std::uint64_t symbol_count(Input& in) {
  const std::uint64_t few = in.below(few_symbols_end);
  return in.below(16) == 0 ? many_symbols_least + few : few;
}

/// A code of any bytes; what is accepted is written as the same bytes.
void judge_tokens(Input& in) {
  const ByteSpan bytes = in.take(in.below(64));
  ByteReader reader(bytes, 0);
  const auto entries = static_cast<std::uint32_t>(in.below(entries_end));
  const auto code = HuffmanCode::read_tokens(reader, entries);
  if (!reader.ok()) return;
  ++stats.reached;
  ByteWriter out;
  code.write(out);
  const ByteSpan used = bytes.first(bytes.size() - reader.left());
  require(std::ranges::equal(out.take(), used), "an accepted code is canonical");
  if (code.entries() > 1u << 20) return;
  const std::uint64_t count = symbol_count(in);
  judge_sequence(code, in.rest(), count);
}

void judge_any(Input& in) {
  std::uint32_t entries = 0;
  const auto tokens = split_tokens(in);
  for (const Token token : tokens) entries += 1u << token.extra;
  const HuffmanCode code(tokens, entries);
  const std::uint64_t count = symbol_count(in);
  ++stats.reached;
  if (in.flag()) return judge_sequence(code, in.rest(), count);
  std::vector<std::uint32_t> symbols(count);
  for (std::uint32_t& symbol : symbols) symbol = static_cast<std::uint32_t>(in.below(entries));
  Bytes sequence = coded(code, symbols);
  if (!sequence.empty() && in.flag())
    sequence[in.below(sequence.size())] ^= std::byte{in.word<std::uint8_t>()};
  judge_sequence(code, sequence, count);
}

/// What the binary encoder writes, its decoder reads to the end.
void round_trip_numbers(Input& in) {
  const auto bits = static_cast<unsigned>(in.below(9));
  std::vector<std::uint32_t> numbers(in.below(64));
  for (std::uint32_t& number : numbers) number = in.word<std::uint32_t>() >> (8 + in.below(24));
  const auto code = [&](auto& coder, bool write) {
    TreeModel tree(bits);
    NumberModel model;
    for (const std::uint32_t number : numbers) {
      const std::uint32_t low = number & ((1u << bits) - 1);
      const bool kept = coder.tree(tree, low) == low && coder.number(model, number) == number;
      require(write || kept, "numbers round-trip");
    }
  };
  BinaryEncoder encoder;
  code(encoder, true);
  const Bytes bytes = encoder.finish();
  BinaryDecoder decoder(bytes);
  code(decoder, false);
  require(decoder.at_end(), "the numbers take all bytes");
  ++stats.reached;
  ++stats.decoded;
}

/// Any bytes are numbers.
void decode_numbers(Input& in) {
  const std::uint64_t count = in.below(64);
  BinaryDecoder decoder(in.rest());
  NumberModel model;
  ++stats.reached;
  for (std::uint64_t i = 0; i < count; ++i)
    require(decoder.number(model, 0) < 1u << 31, "numbers have at most 31 bits");
  stats.decoded += decoder.at_end();
}

}  // namespace
}  // namespace pondus::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pondus::fuzz;
  ++stats.executions;
  Input in(data, size);
  const std::uint64_t mode = in.below(8);
  if (mode == 0) judge_tokens(in);
  if (mode == 1) decode_numbers(in);
  if (mode == 2) round_trip_numbers(in);
  if (mode > 2) judge_any(in);
  return 0;
}
