#include "codec/entropy/huffman_build.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "codec/bits/packed.h"

namespace pondus {
namespace {

constexpr double impossible = std::numeric_limits<double>::infinity();
constexpr std::uint32_t exact_starts = 128;
constexpr std::uint32_t starts_per_octave_bits = 6;

bool token_order(Token a, Token b) {
  const auto key = [](Token t) { return (t.length + t.extra) * 64 + t.extra; };
  return key(a) < key(b);
}

/// Least-cost tokens for entries in falling order of frequency, by dynamic programming from the
/// rarest entry back. A state is (start of a run, Kraft sum left in units of 2^-8). Costs are whole
/// numbers: a double holds those of 2^48 symbols exactly, and compares in vectors.
class TokenChooser {
 public:
  /// `sums[i]` is the frequency of the first i entries.
  TokenChooser(std::span<const std::uint64_t> sums, std::uint32_t extra_most)
      : sums_(sums),
        entries_(static_cast<std::uint32_t>(sums.size() - 1)),
        extra_most_(extra_most) {
    for (std::uint32_t start = 0; start < entries_; start += spacing(start))
      starts_.push_back(start);
    starts_.push_back(entries_);
  }

  /// Prices all states, each token costing `penalty` beside its symbols; the last run may be
  /// partial where `partial`.
  void fill(double penalty, bool partial) {
    penalty_ = penalty;
    partial_ = partial;
    costs_.assign(starts_.size() * states, impossible);
    costs_[(starts_.size() - 1) * states] = 0;
    for (std::size_t at = starts_.size() - 1; at-- > 0;) {
      for_each_run(at, [&](std::size_t next, std::uint32_t extra) {
        for (std::uint32_t length = 1; length <= code_length_most; ++length)
          relax(at, next, length, bits(at, next, length + extra));
        return true;
      });
    }
  }

  /// What all entries cost with exactly `kraft` units, as `fill` priced it.
  double cost(std::uint32_t kraft) const { return costs_[kraft]; }

  /// The tokens of that price, none if it is impossible, in table order.
  std::vector<Token> tokens(std::uint32_t kraft) const {
    std::vector<Token> tokens;
    if (cost(kraft) == impossible) return tokens;
    for (std::size_t at = 0; starts_[at] < entries_;) {
      const Token token = choice(at, kraft);
      tokens.push_back(token);
      kraft -= code_places >> token.length;
      at = index_of(run_end(starts_[at], token.extra));
    }
    std::ranges::sort(tokens, token_order);
    return tokens;
  }

 private:
  static constexpr std::size_t states = code_places + 1;

  static std::uint32_t spacing(std::uint32_t start) {
    if (start < exact_starts) return 1;
    return 1u << (bit_length(start) - 1 - starts_per_octave_bits);
  }

  std::uint32_t run_end(std::uint32_t start, std::uint32_t extra) const {
    return std::min(entries_, start + (1u << extra));
  }

  std::size_t index_of(std::uint32_t start) const {
    return static_cast<std::size_t>(std::ranges::lower_bound(starts_, start) - starts_.begin());
  }

  /// Calls `visit(next, extra)` for the runs that may begin at start `at`, shortest first, while it
  /// gives true.
  template <class Visit>
  void for_each_run(std::size_t at, Visit&& visit) const {
    const std::uint64_t left = entries_ - starts_[at];
    for (std::uint32_t extra = 0; extra <= extra_most_; ++extra) {
      const std::uint64_t size = std::uint64_t{1} << extra;
      if (left < size && (!partial_ || left <= size / 2)) return;
      const std::size_t next = index_of(run_end(starts_[at], extra));
      if (starts_[next] == run_end(starts_[at], extra) && !visit(next, extra)) return;
    }
  }

  /// What a token for the entries between two starts costs.
  double bits(std::size_t at, std::size_t next, std::uint32_t symbol_bits) const {
    const std::uint64_t frequency = sums_[starts_[next]] - sums_[starts_[at]];
    return static_cast<double>(frequency * symbol_bits) + penalty_;
  }

  void relax(std::size_t at, std::size_t next, std::uint32_t length, double bits) {
    const std::uint32_t units = code_places >> length;
    const double* const from = &costs_[next * states];
    double* const to = &costs_[at * states + units];
    for (std::size_t i = 0; i < states - units; ++i) to[i] = std::min(to[i], from[i] + bits);
  }

  /// The first token that gives a state its cost.
  Token choice(std::size_t at, std::uint32_t kraft) const {
    Token found;
    for_each_run(at, [&](std::size_t next, std::uint32_t extra) {
      for (std::uint32_t length = 1; length <= code_length_most; ++length) {
        const std::uint32_t units = code_places >> length;
        if (units > kraft) continue;
        if (costs_[next * states + kraft - units] + bits(at, next, length + extra) !=
            costs_[at * states + kraft])
          continue;
        found = {static_cast<std::uint8_t>(length), static_cast<std::uint8_t>(extra)};
        return false;
      }
      return true;
    });
    return found;
  }

  std::span<const std::uint64_t> sums_;
  std::uint32_t entries_;
  std::uint32_t extra_most_;
  std::vector<std::uint32_t> starts_;
  std::vector<double> costs_;
  double penalty_ = 0;
  bool partial_ = false;
};

/// Whether tokens, in table order, can stand for `entries` with only the last one partial.
bool fits(std::span<const Token> tokens, std::uint64_t entries) {
  if (tokens.empty() || tokens.size() > tokens_most) return false;
  std::uint64_t before = 0;
  for (const Token token : tokens.first(tokens.size() - 1))
    before += std::uint64_t{1} << token.extra;
  const std::uint64_t last = std::uint64_t{1} << tokens.back().extra;
  return before < entries && entries - before <= last && entries - before > last / 2;
}

double cost_of(std::span<const Token> tokens, std::span<const std::uint64_t> sums) {
  double bits = 0;
  std::uint64_t begin = 0;
  for (const Token token : tokens) {
    const std::uint64_t end =
        std::min<std::uint64_t>(sums.size() - 1, begin + (std::uint64_t{1} << token.extra));
    bits += static_cast<double>((sums[end] - sums[begin]) * (token.length + token.extra));
    begin = end;
  }
  return bits;
}

/// Symbols to be coded: zero apart, where it is to have a token of its own, and the others by
/// falling frequency.
struct Symbols {
  std::vector<std::uint64_t> sums{0};
  std::uint64_t zero_frequency = 0;
  bool zero_first = false;
};

struct Choice {
  std::vector<Token> tokens;
  double bits = impossible;

  /// With the tokens' own.
  double table_bits() const { return bits + token_bits * static_cast<double>(tokens.size()); }
};

/// The cheapest length for zero, if it is apart, and tokens for the others in what is left of the
/// Kraft sum.
Choice cheapest(const TokenChooser& chooser, const Symbols& symbols) {
  if (!symbols.zero_first) return {chooser.tokens(code_places), chooser.cost(code_places)};
  std::uint32_t best_length = 1;
  const auto price = [&](std::uint32_t length) {
    return chooser.cost(code_places - (code_places >> length)) +
           static_cast<double>(symbols.zero_frequency * length);
  };
  for (std::uint32_t length = 2; length <= code_length_most; ++length) {
    if (price(length) < price(best_length)) best_length = length;
  }
  Choice choice{chooser.tokens(code_places - (code_places >> best_length)), price(best_length)};
  if (!choice.tokens.empty())
    choice.tokens.insert(choice.tokens.begin(), Token{static_cast<std::uint8_t>(best_length), 0});
  return choice;
}

/// The priced tokens, if a table can hold them, with what their symbols take; else none.
Choice admissible(Choice choice, const Symbols& symbols) {
  if (choice.tokens.empty() || choice.tokens.size() > tokens_most) return {};
  const auto others = std::span<const Token>(choice.tokens).subspan(symbols.zero_first);
  if (!fits(others, symbols.sums.size() - 1)) return {};
  choice.bits = cost_of(others, symbols.sums);
  if (symbols.zero_first)
    choice.bits += static_cast<double>(symbols.zero_frequency * choice.tokens[0].length);
  return choice;
}

/// What tokens cost at any penalty.
struct Line {
  double bits;
  double tokens;
  bool operator==(const Line&) const = default;
};

/// The cheapest tokens that a table can hold, by a penalty per token: of the tokens that are
/// cheapest at some penalty, the lines of those just few enough and those just too many meet at the
/// next penalty, until nothing there is cheaper than either.
Choice cheapest_held(TokenChooser& chooser, const Symbols& symbols, bool partial) {
  const auto total = static_cast<double>(symbols.sums.back());
  Choice best;
  std::optional<Line> few, many;
  for (double penalty = token_bits;;) {
    chooser.fill(penalty, partial);
    Choice choice = cheapest(chooser, symbols);
    if (choice.tokens.empty()) return best;
    const auto tokens = static_cast<double>(choice.tokens.size() - symbols.zero_first);
    const Line line{choice.bits - penalty * tokens, tokens};
    auto& side = choice.tokens.size() <= tokens_most ? few : many;
    Choice held = admissible(std::move(choice), symbols);
    if (held.table_bits() < best.table_bits()) best = std::move(held);
    if (line == few || line == many || (&side == &few && !many)) return best;
    side = line;
    if (!few && penalty > total) return best;
    penalty = few ? std::floor((few->bits - many->bits) / (many->tokens - few->tokens))
                  : std::max(penalty * 16, std::ceil(total / 16384));
  }
}

Choice choose_tokens(const Symbols& symbols, std::uint32_t extra_most) {
  TokenChooser chooser(symbols.sums, extra_most);
  Choice best = cheapest_held(chooser, symbols, true);
  return best.tokens.empty() ? cheapest_held(chooser, symbols, false) : best;
}

/// Entries of a class of equal tokens ascend: they were taken by frequency, which among them does
/// not matter.
void sort_classes(std::span<const Token> tokens, std::vector<std::uint32_t>& entries,
                  bool zero_first) {
  std::size_t begin = 0;
  std::size_t end = 0;
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    end = std::min<std::size_t>(entries.size(), end + (std::size_t{1} << tokens[t].extra));
    const bool own_class =
        (zero_first && t == 0) || t + 1 == tokens.size() || tokens[t + 1] != tokens[t];
    if (!own_class) continue;
    std::sort(entries.begin() + static_cast<std::ptrdiff_t>(begin),
              entries.begin() + static_cast<std::ptrdiff_t>(end));
    begin = end;
  }
}

BuiltCode one_token_code(std::span<const std::uint64_t> frequencies) {
  BuiltCode built;
  const auto extra = static_cast<std::uint8_t>(bit_length(frequencies.size() - 1));
  built.tokens = {{0, extra}};
  built.entries.resize(frequencies.size());
  std::iota(built.entries.begin(), built.entries.end(), 0u);
  built.coded_bits =
      std::accumulate(frequencies.begin(), frequencies.end(), std::uint64_t{0}) * extra;
  return built;
}

}  // namespace

BuiltCode build_code(std::span<const std::uint64_t> frequencies, bool zero_first) {
  BuiltCode built = one_token_code(frequencies);
  if (frequencies.size() == 1) return built;
  std::vector<std::uint32_t> entries(built.entries);
  const auto others = entries.begin() + (zero_first ? 1 : 0);
  std::stable_sort(others, entries.end(),
                   [&](auto a, auto b) { return frequencies[a] > frequencies[b]; });
  Symbols symbols;
  symbols.zero_first = zero_first;
  symbols.zero_frequency = zero_first ? frequencies[0] : 0;
  for (auto at = others; at != entries.end(); ++at)
    symbols.sums.push_back(symbols.sums.back() + frequencies[*at]);
  Choice choice = choose_tokens(symbols, extra_bits_most);
  if (frequencies.size() <= tokens_most) {
    // A token per entry decodes faster, and mostly costs the same.
    Choice plain = choose_tokens(symbols, 0);
    if (!plain.tokens.empty() && plain.table_bits() * (1 - 1.0 / 1024) <= choice.table_bits())
      choice = std::move(plain);
  }
  if (choice.table_bits() > static_cast<double>(built.coded_bits + token_bits)) return built;
  built = {std::move(choice.tokens), std::move(entries), static_cast<std::uint64_t>(choice.bits)};
  sort_classes(built.tokens, built.entries, zero_first);
  return built;
}

}  // namespace pondus
