#include "codec/entropy/huffman_build.h"

#include <algorithm>
#include <bit>
#include <boost/test/unit_test.hpp>
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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pondus::test
