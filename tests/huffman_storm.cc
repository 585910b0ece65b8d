// Random code tables and streams against the coder: huffman_storm COUNT [SEED]. Whatever the bytes,
// all decoders stay inside exact-size buffers, end, and say the same.
#include <cstdio>
#include <cstdlib>
#include <random>

#include "codec/base/instruction_set.h"
#include "codec/bits/packed.h"
#include "formats/code_table.h"
#include "formats/matrix.h"
#include "tests/guarded_buffer.h"

namespace pondus {
namespace {

using Random = std::mt19937_64;

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
  // Now and then longer symbols than tables of places are made for.
  const std::uint32_t extra_end = below(random, 8) == 0 ? 11 : 5;
  for (Token& token : tokens) {
    if (below(random, 4) == 0) token.extra = static_cast<std::uint8_t>(below(random, extra_end));
  }
  std::sort(tokens.begin(), tokens.end(), [](Token a, Token b) {
    return (a.length + a.extra) * 64 + a.extra < (b.length + b.extra) * 64 + b.extra;
  });
  if (below(random, 8) == 0)
    tokens[below(random, static_cast<std::uint32_t>(tokens.size()))].length =
        below(random, 16) & 15;
  return tokens;
}

Bytes random_table(Random& random, std::uint32_t cell_bytes) {
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
  with_cell(cell_bytes, [&](auto cell) {
    for (std::uint32_t i = 0; i < entries; ++i) out.word(static_cast<decltype(cell)>(i + 1));
  });
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

bool same(const Result<void>& a, const Result<void>& b) {
  if (a.has_value() || b.has_value()) return a.has_value() && b.has_value();
  return a.error().fault.id == b.error().fault.id && a.error().offset == b.error().offset;
}

/// Whether all decoders agree; counts sequences that were accepted.
bool one(Random& random, std::uint64_t& tables, std::uint64_t& accepted) {
  const std::uint32_t cell_bytes = 1u << below(random, 4);
  static test::GuardedBuffer tables_at;
  const ByteSpan table = tables_at.copy(random_table(random, cell_bytes));
  const auto code = CodeTable::read(table, cell_bytes, 0);
  if (!code) return true;
  ++tables;
  const std::size_t symbols =
      below(random, 16) == 0 ? 1024 + below(random, 256) : below(random, 48);
  static test::GuardedBuffer sequences_at;
  const ByteSpan sequence = sequences_at.copy(random_sequence(random, code->code(), symbols));
  std::vector<std::uint32_t> numbers(symbols);
  const auto slow = decode_symbols(code->code(), sequence, 0, numbers);
  Bytes expected(symbols * cell_bytes);
  if (slow) look_up(code->cells(), numbers, cell_bytes, expected);
  for (const InstructionSet set : instruction_sets()) {
    use_instruction_set(set);
    Bytes cells(symbols * cell_bytes);
    const auto fast = code->decode(sequence, 0, cells);
    if (!same(slow, fast) || (slow && cells != expected)) return false;
  }
  accepted += slow.has_value();
  return true;
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
