// Codes for numbers in their natural order: complete, near the entropy, within the proved bound;
// and their decoder against the one that follows the specification, on sound and on damaged bytes.
#include "codec/entropy/run_code.h"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "codec/entropy/huffman_stream.h"
#include "codec/entropy/symbol_decoder.h"
#include "tests/support.h"

namespace pondus::test {
namespace {

using Numbers = std::vector<std::uint32_t>;

Numbers frequencies_of(const Numbers& numbers) {
  Numbers frequencies(std::ranges::max(numbers) + 1);
  for (const std::uint32_t number : numbers) ++frequencies[number];
  return frequencies;
}

/// Numbers of mean `mean`, as gaps between cells drawn at random are.
Numbers geometric(std::size_t count, double mean, Random& random) {
  Numbers numbers(count);
  for (auto& number : numbers) {
    const double u = static_cast<double>(1 + random.below(1u << 30)) / (1u << 30);
    number = static_cast<std::uint32_t>(std::log(u) / std::log(mean / (1 + mean)));
  }
  return numbers;
}

/// The rules of tokens, and that `coded_bits` is what they take.
void check_code(const RunCode& code, const Numbers& frequencies) {
  ByteWriter out;
  const HuffmanCode made(code.tokens, static_cast<std::uint32_t>(frequencies.size()));
  made.write(out);
  ByteReader in(out.written());
  const auto read = HuffmanCode::read_tokens(in, made.entries());
  BOOST_REQUIRE(in.ok() && in.left() == 0);
  std::uint64_t bits = 0;
  for (std::uint32_t i = 0; i < frequencies.size(); ++i)
    bits += std::uint64_t{frequencies[i]} * read.symbol_bits(read.token_of(i));
  BOOST_REQUIRE_EQUAL(bits, code.coded_bits);
}

double entropy_bits(const Numbers& frequencies, std::size_t count) {
  double bits = 0;
  for (const double f : frequencies)
    if (f > 0) bits += f * std::log2(static_cast<double>(count) / f);
  return bits;
}

void check_decoder(const RunCode& code, const Numbers& numbers, std::uint32_t entries,
                   Random& random) {
  const HuffmanCode made(code.tokens, entries);
  ByteWriter out;
  encode_symbols(made, numbers, out);
  Bytes sequence = out.take();
  for (unsigned damaged = 0; damaged < 4; ++damaged) {
    Numbers expected(numbers.size());
    Bytes decoded(4 * numbers.size());
    const auto reference = decode_symbols(made, sequence, 7, expected);
    const auto result = SymbolDecoder(made, decoded.size() / 4).decode(sequence, 7, decoded);
    BOOST_REQUIRE_EQUAL(label(reference), label(result));
    if (!reference) BOOST_REQUIRE_EQUAL(reference.error().offset, result.error().offset);
    for (std::size_t i = 0; reference && i < numbers.size(); ++i)
      BOOST_REQUIRE_EQUAL(load<std::uint32_t>(&decoded[4 * i]), expected[i]);
    if (damaged == 0) BOOST_REQUIRE(expected == numbers);
    if (sequence.empty()) return;
    sequence[random.below(sequence.size())] ^= static_cast<std::byte>(1u << random.below(8));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(run_code)

BOOST_AUTO_TEST_CASE(random_numbers) {
  Random random(5);
  for (unsigned round = 0; round < 200; ++round) {
    Numbers numbers(1 + random.below(round % 4 == 0 ? 3000 : 100));
    const std::uint64_t most = std::uint64_t{1} << random.below(round % 8 == 0 ? 22 : 10);
    for (auto& number : numbers)
      number = static_cast<std::uint32_t>(random.below(1 + random.below(most)));
    const Numbers frequencies = frequencies_of(numbers);
    const RunCode code = build_run_code(frequencies);
    const RunCode bounding = bounding_run_code(frequencies);
    check_code(code, frequencies);
    check_code(bounding, frequencies);
    BOOST_REQUIRE_LE(code.coded_bits, bounding.coded_bits);
    check_decoder(code, numbers, static_cast<std::uint32_t>(frequencies.size()), random);
  }
}

BOOST_AUTO_TEST_CASE(gaps_of_random_cells) {
  Random random(6);
  for (const double mean : {0.1, 0.5, 1.0, 4.0, 9.0, 32.0, 99.0, 999.0, 30000.0}) {
    const Numbers numbers = geometric(instrumented ? 2000 : 20000, mean, random);
    const Numbers frequencies = frequencies_of(numbers);
    const auto count = static_cast<double>(numbers.size());
    const double ideal = count * ((1 + mean) * std::log2(1 + mean) - mean * std::log2(mean));
    const RunCode code = build_run_code(frequencies);
    const auto bits = static_cast<double>(code.coded_bits);
    // Whole bits cost up to one a number where one gap takes most of the probability (Huffman).
    BOOST_TEST(bits <= ideal * 1.03 + (mean < 2 ? count : 0));
    // The bound of the specification, per number: log2(C / E) + 4.2.
    const double doubling = static_cast<double>(bounding_run_code(frequencies).coded_bits);
    BOOST_TEST(doubling <= count * (std::log2(1 + mean) + 4.3));
    check_decoder(code, numbers, static_cast<std::uint32_t>(frequencies.size()), random);
  }
}

BOOST_AUTO_TEST_CASE(ideal) {
  BOOST_TEST(ideal_bits(Numbers{4, 4, 4, 4}) == 32u);
  BOOST_TEST(ideal_bits(Numbers{7}) == 0u);
  const Numbers uneven{900, 50, 30, 20, 0};
  const double exact = entropy_bits(uneven, 1000);
  BOOST_TEST(static_cast<double>(ideal_bits(uneven)) <= exact + 1);
  BOOST_TEST(static_cast<double>(ideal_bits(uneven)) >= exact * 0.995 - 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pondus::test
