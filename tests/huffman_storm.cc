// Random code tables and streams against the coder: huffman_storm COUNT [SEED]. Whatever the bytes,
// both decoders stay inside exact-size buffers (run it under ASan), end, and say the same.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>

#include "codec/bits/packed.h"
#include "formats/code_table.h"

namespace pondus {
namespace {

using Random = std::mt19937_64;

/// A copy with nothing readable behind it.
struct ExactBytes {
  std::unique_ptr<std::byte[]> bytes;
  std::size_t size;
  explicit ExactBytes(const Bytes& from) : bytes(new std::byte[from.size()]), size(from.size()) {
    std::copy(from.begin(), from.end(), bytes.get());
  }
  ByteSpan span() const { return {bytes.get(), size}; }
};

std::uint32_t below(Random& random, std::uint32_t end) {
  return static_cast<std::uint32_t>(random() % end);
}

/// Random lengths by splitting codewords, so that most codes are complete; then sometimes damaged.
std::vector<Token> random_tokens(Random& random) {
  std::vector<Token> tokens{{0, 0}};
  for (std::uint32_t splits = below(random, tokens_most); splits > 0; --splits) {
    Token& token = tokens[below(random, static_cast<std::uint32_t>(tokens.size()))];
    if (token.length >= code_length_most) continue;
    ++token.length;
    tokens.push_back(token);
  }
  for (Token& token : tokens) {
    if (below(random, 4) == 0) token.extra = static_cast<std::uint8_t>(below(random, 5));
  }
  std::sort(tokens.begin(), tokens.end(), [](Token a, Token b) {
    return (a.length + a.extra) * 64 + a.extra < (b.length + b.extra) * 64 + b.extra;
  });
  if (below(random, 8) == 0)
    tokens[below(random, static_cast<std::uint32_t>(tokens.size()))].length =
        below(random, 16) & 15;
  return tokens;
}

Bytes random_table(Random& random) {
  const auto tokens = random_tokens(random);
  std::uint32_t entries = 0;
  for (const Token token : tokens) entries += 1u << token.extra;
  const std::uint32_t last = 1u << tokens.back().extra;
  if (last > 1 && below(random, 2) == 0) entries -= below(random, last / 2);
  ByteWriter out;
  out.word(static_cast<std::uint8_t>(tokens.size()));
  PackedWriter words(out.extend(packed_bytes(tokens.size(), 9)), 9);
  for (const Token token : tokens) words.next(token.length + 16u * token.extra);
  words.finish();
  for (std::uint32_t i = 0; i < entries; ++i) out.word(static_cast<std::uint16_t>(i + 1));
  Bytes bytes = out.take();
  if (below(random, 16) == 0)
    bytes[below(random, static_cast<std::uint32_t>(bytes.size()))] ^= std::byte{1};
  return bytes;
}

/// An encoded sequence of random symbols, mostly with some bytes changed.
Bytes random_sequence(Random& random, const HuffmanCode& code, std::size_t symbols) {
  std::vector<std::uint32_t> numbers(symbols);
  for (std::uint32_t& number : numbers) number = below(random, code.entries());
  ByteWriter out;
  encode_symbols(code, numbers, out);
  Bytes bytes = out.take();
  for (std::uint32_t changes = below(random, 4); changes > 0 && !bytes.empty(); --changes) {
    bytes[below(random, static_cast<std::uint32_t>(bytes.size()))] =
        static_cast<std::byte>(random());
  }
  if (below(random, 16) == 0)
    bytes.resize(below(random, static_cast<std::uint32_t>(bytes.size()) + 8));
  return bytes;
}

/// Whether both decoders agree; counts sequences that were accepted.
bool one(Random& random, std::uint64_t& tables, std::uint64_t& accepted) {
  const ExactBytes table(random_table(random));
  const auto code = CodeTable::read(table.span(), 2, 0);
  if (!code) return true;
  ++tables;
  const std::size_t symbols = below(random, 64) == 0 ? 1024 + below(random, 64) : below(random, 48);
  const ExactBytes sequence(random_sequence(random, code->code(), symbols));
  std::vector<std::uint32_t> numbers(symbols);
  Bytes cells(symbols * 2);
  const auto slow = decode_symbols(code->code(), sequence.span(), 0, numbers);
  const auto fast = code->decode(sequence.span(), 0, cells);
  if (slow.has_value() != fast.has_value()) return false;
  if (!slow)
    return slow.error().fault.id == fast.error().fault.id &&
           slow.error().offset == fast.error().offset;
  ++accepted;
  Bytes looked_up(symbols * 2);
  look_up(code->cells(), numbers, 2, looked_up);
  return looked_up == cells;
}

int run(std::uint64_t count, std::uint64_t seed) {
  Random random(seed);
  std::uint64_t tables = 0;
  std::uint64_t accepted = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (one(random, tables, accepted)) continue;
    std::fprintf(stderr, "the decoders differ at number %llu of seed %llu\n",
                 static_cast<unsigned long long>(i), static_cast<unsigned long long>(seed));
    return 1;
  }
  std::printf("%llu code tables, %llu accepted; %llu sequences accepted\n",
              static_cast<unsigned long long>(count), static_cast<unsigned long long>(tables),
              static_cast<unsigned long long>(accepted));
  return tables == 0 || accepted == 0;
}

}  // namespace
}  // namespace pondus

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  return pondus::run(std::strtoull(argv[1], nullptr, 10),
                     argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1);
}
