#include "codec/entropy/huffman_build.h"

#include <algorithm>
#include <bit>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <functional>
#include <numeric>

#include "tests/support.h"

namespace pondus::test {
namespace {

using Frequencies = std::vector<std::uint64_t>;

/// Tries all complete codes of whole runs for few entries in falling order of frequency; zero, if
/// it is apart, is the first and has a token of its own.
class AllCodes {
 public:
  AllCodes(const Frequencies& frequencies, bool zero_first) : frequencies_(frequencies) {
    const std::uint64_t all = std::accumulate(frequencies.begin(), frequencies.end(), 0ull);
    least_ = all * static_cast<unsigned>(std::bit_width(frequencies.size() - 1)) + token_bits;
    if (!zero_first) extend(0, 0, 0, 0);
    for (unsigned length = 1; zero_first && length <= length_most; ++length)
      extend(1, frequencies[0] * length + token_bits, 0, code_places >> length);
  }

  /// Bits of symbols and tokens.
  std::uint64_t least() const { return least_; }

 private:
  static constexpr unsigned length_most = 5;  ///< of at most six tokens

  void extend(std::size_t covered, std::uint64_t bits, unsigned order, unsigned kraft) {
    if (covered == frequencies_.size() && kraft == code_places) least_ = std::min(least_, bits);
    for (unsigned length = 1; length <= length_most; ++length) {
      for (unsigned extra = 0; covered + (1u << extra) <= frequencies_.size(); ++extra) {
        const unsigned own = (length + extra) * 8 + extra;
        const unsigned units = kraft + (code_places >> length);
        if (own < order || units > code_places) continue;
        const auto from = frequencies_.begin() + static_cast<std::ptrdiff_t>(covered);
        const std::uint64_t symbols = std::accumulate(from, from + (1 << extra), 0ull);
        extend(covered + (1u << extra), bits + symbols * (length + extra) + token_bits, own, units);
      }
    }
  }

  const Frequencies& frequencies_;
  std::uint64_t least_ = 0;
};

/// The least bits of symbols and tokens that any 32 runs can take, in whatever order of their
/// tokens, which bounds all codes from below.
std::uint64_t least_of_runs(const Frequencies& frequencies) {
  constexpr std::uint64_t impossible = ~std::uint64_t{0};
  const std::size_t entries = frequencies.size();
  constexpr std::size_t row = code_places + 1;
  const auto state = [&](std::size_t begin, std::size_t tokens) {
    return (begin * (tokens_most + 1) + tokens) * row;
  };
  std::vector<std::uint64_t> least(state(entries + 1, 0), impossible);
  least[state(0, 0)] = 0;  // by what is covered, tokens, and Kraft sum
  for (std::size_t begin = 0; begin < entries; ++begin) {
    for (unsigned extra = 0; (1u << extra) < 2 * (entries - begin); ++extra) {
      const std::size_t end = std::min<std::size_t>(entries, begin + (1u << extra));
      const auto at = frequencies.begin();
      const std::uint64_t symbols = std::accumulate(at + static_cast<std::ptrdiff_t>(begin),
                                                    at + static_cast<std::ptrdiff_t>(end), 0ull);
      for (unsigned length = 1; length <= code_length_most; ++length) {
        const std::uint64_t bits = symbols * (length + extra) + token_bits;
        const std::size_t units = code_places >> length;
        for (std::size_t tokens = 0; tokens < tokens_most; ++tokens) {
          for (std::size_t kraft = 0; kraft + units <= code_places; ++kraft) {
            const std::uint64_t before = least[state(begin, tokens) + kraft];
            if (before == impossible) continue;
            std::uint64_t& to = least[state(end, tokens + 1) + kraft + units];
            to = std::min(to, before + bits);
          }
        }
      }
    }
  }
  std::uint64_t best = impossible;
  for (std::size_t tokens = 0; tokens <= tokens_most; ++tokens)
    best = std::min(best, least[state(entries, tokens) + code_places]);
  return best;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(huffman_build)

BOOST_AUTO_TEST_CASE(no_code_of_whole_runs_takes_less_with_its_tokens) {
  Random random(31);
  for (unsigned round = 0; round < 300; ++round) {
    const bool zero_first = round % 2 == 0;
    Frequencies frequencies(2 + random.below(5));
    for (auto& frequency : frequencies)
      frequency = 1 + random.below(1u << random.below(round % 3 == 0 ? 16 : 7));
    std::sort(frequencies.begin() + (zero_first ? 1 : 0), frequencies.end(), std::greater<>());
    const BuiltCode built = build_code(frequencies, zero_first);
    const std::uint64_t bits = built.coded_bits + token_bits * built.tokens.size();
    // A token per entry may cost 1/1024 more: it decodes faster.
    BOOST_REQUIRE_LE(bits - bits / 1024, AllCodes(frequencies, zero_first).least());
  }
}

BOOST_AUTO_TEST_CASE(no_runs_of_many_entries_take_less) {
  Random random(32);
  for (unsigned round = 0; round < 6; ++round) {
    Frequencies frequencies(120);
    const double slope = 1 + round / 4.0;
    double rank = 1;
    for (auto& each : frequencies) {
      rank += 0.5 + static_cast<double>(random.below(100)) / 100;
      each = static_cast<std::uint64_t>(0x1p40 / std::pow(rank, slope));
    }
    const BuiltCode built = build_code(frequencies, false);
    const std::uint64_t bits = built.coded_bits + token_bits * built.tokens.size();
    BOOST_TEST(bits == least_of_runs(frequencies));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pondus::test
