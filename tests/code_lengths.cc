// Enumerates every complete code of up to 32 tokens with lengths up to 8 bits, and shows that its
// decoding table has exactly the 2^8 places that the specification states (huffman, "Code table").
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "codec/entropy/huffman_code.h"

namespace pondus {
namespace {

std::uint64_t codes = 0;

void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "code %llu: %s\n", static_cast<unsigned long long>(codes), what);
  std::exit(1);
}

/// Every place leads to the token whose codeword it begins with, and each token has its share of
/// places.
void judge(const std::vector<Token>& tokens) {
  const HuffmanCode code(tokens, static_cast<std::uint32_t>(tokens.size()));
  const auto places = token_places(code);
  std::vector<std::uint32_t> shares(tokens.size());
  for (std::uint32_t place = 0; place < code_places; ++place) {
    const std::size_t t = places[place];
    require(t < tokens.size(), "a place leads nowhere");
    require((place & ((1u << tokens[t].length) - 1)) == code.codeword(t),
            "a place has another codeword");
    ++shares[t];
  }
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    require(shares[t] == code_places >> tokens[t].length,
            "a token has another share of the places");
  }
  ++codes;
}

/// All ways to use exactly `left` units of 2^-8 with at most `most` more tokens of `length` bits
/// and longer.
void enumerate(std::vector<Token>& tokens, std::uint32_t length, std::uint32_t left,
               std::uint32_t most) {
  if (left == 0) return judge(tokens);
  if (length > code_length_most) return;
  const std::uint32_t unit = code_places >> length;
  const std::size_t before = tokens.size();
  for (std::uint32_t count = 0; count <= most && count * unit <= left; ++count) {
    enumerate(tokens, length + 1, left - count * unit, most - count);
    tokens.push_back({static_cast<std::uint8_t>(length), 0});
  }
  tokens.resize(before);
}

}  // namespace
}  // namespace pondus

int main() {
  std::vector<pondus::Token> tokens;
  pondus::enumerate(tokens, 1, pondus::code_places, pondus::tokens_most);
  std::printf("%llu complete codes, each with a table of exactly %u places\n",
              static_cast<unsigned long long>(pondus::codes), pondus::code_places);
  return pondus::codes == 0;
}
