#include "codec/entropy/run_code.h"

#include <algorithm>
#include <array>
#include <limits>

#include "codec/bits/packed.h"

namespace pondus {
namespace {

constexpr std::uint64_t impossible = std::numeric_limits<std::uint64_t>::max() / 4;
constexpr std::uint32_t exact_starts = 64;
constexpr std::uint32_t starts_per_octave_bits = 5;
constexpr std::uint32_t fraction_bits = 12;

/// log2(x) in units of 2^-12, rounded down, by squaring: the same on any machine. x is not 0.
std::uint32_t log2_fixed(std::uint32_t x) {
  const std::uint32_t whole = bit_length(x) - 1;
  std::uint64_t mantissa = std::uint64_t{x} << (31 - whole);
  std::uint32_t log = whole;
  for (std::uint32_t i = 0; i < fraction_bits; ++i) {
    mantissa = mantissa * mantissa >> 31;
    const bool above = mantissa >> 32 != 0;
    log = log << 1 | above;
    mantissa >>= above;
  }
  return log;
}

/// Cuts numbers into at most 32 runs by dynamic programming from the last one back. A run is priced
/// as an ideal code would code it, were no codeword longer than 8 bits.
class RunCutter {
 public:
  explicit RunCutter(std::span<const std::uint32_t> frequencies)
      : numbers_(static_cast<std::uint32_t>(frequencies.size())) {
    std::uint32_t sum = 0;
    std::uint32_t number = 0;
    for (std::uint32_t start = 0; start < numbers_; start += spacing(start)) {
      for (; number < start; ++number) sum += frequencies[number];
      starts_.push_back(start);
      sums_.push_back(sum);
    }
    for (; number < numbers_; ++number) sum += frequencies[number];
    starts_.push_back(numbers_);
    sums_.push_back(sum);
    total_log_ = log2_fixed(sum);
  }

  /// The extra bits of each run.
  std::vector<std::uint8_t> cut() {
    const std::size_t end = starts_.size() - 1;
    cells_.assign(starts_.size() * states, {});
    for (std::size_t at = end + 1; at-- > 0;) {
      for (std::uint32_t left = 0; left < states; ++left)
        cell(at, left).cost = at == end ? 0 : impossible;
      if (at != end) relax(at);
    }
    std::vector<std::uint8_t> extras;
    std::uint32_t left = tokens_most;
    for (std::size_t at = 0; at != end; at = next_of(at, extras.back()), --left)
      extras.push_back(cell(at, left).extra);
    return extras;
  }

 private:
  /// Runs that may still be used: 0 to 32.
  static constexpr std::size_t states = tokens_most + 1;
  struct Cell {
    std::uint64_t cost;
    std::uint8_t extra;
  };

  static std::uint32_t spacing(std::uint32_t start) {
    if (start < exact_starts) return 1;
    return 1u << (bit_length(start) - 1 - starts_per_octave_bits);
  }

  Cell& cell(std::size_t at, std::size_t left) { return cells_[at * states + left]; }

  std::size_t next_of(std::size_t at, std::uint32_t extra) const {
    const std::uint32_t end = std::min(numbers_, starts_[at] + (1u << extra));
    return static_cast<std::size_t>(std::ranges::lower_bound(starts_, end) - starts_.begin());
  }

  void relax(std::size_t at) {
    const std::uint32_t left_numbers = numbers_ - starts_[at];
    for (std::uint32_t extra = 0; extra <= extra_bits_most; ++extra) {
      const std::uint32_t size = 1u << extra;
      if (left_numbers <= size / 2) break;
      const std::size_t next = next_of(at, extra);
      if (left_numbers > size && starts_[next] != starts_[at] + size) continue;
      const std::uint64_t price = run_price(sums_[next] - sums_[at], extra);
      for (std::size_t left = 1; left < states; ++left) {
        const std::uint64_t cost = cell(next, left - 1).cost + price;
        if (cost < cell(at, left).cost) cell(at, left) = {cost, static_cast<std::uint8_t>(extra)};
      }
    }
  }

  /// In units of 2^-12 bits, the token included. A run of less than 1/256 of all takes room of
  /// 1/256 from the others, which costs log2(e) = 1.44 bits of each symbol for all of the room.
  std::uint64_t run_price(std::uint32_t frequency, std::uint32_t extra) const {
    constexpr std::uint64_t one = std::uint64_t{1} << fraction_bits;
    constexpr std::uint64_t log2_e = 5909;
    const std::uint64_t least = (sums_.back() + code_places - 1) / code_places;
    const std::uint64_t waste = frequency < least ? (least - frequency) * log2_e : 0;
    const std::uint64_t length =
        frequency <= least ? code_length_most * one : total_log_ - log2_fixed(frequency);
    return frequency * (extra * one + length) + waste + token_bits * one;
  }

  std::uint32_t numbers_;
  std::vector<std::uint32_t> starts_;
  std::vector<std::uint32_t> sums_;  ///< frequencies of the numbers before each start
  std::vector<Cell> cells_;
  std::uint32_t total_log_;
};

/// How often each run's numbers come.
std::vector<std::uint64_t> run_sums(std::span<const std::uint32_t> frequencies,
                                    std::span<const std::uint8_t> extras) {
  std::vector<std::uint64_t> sums;
  std::size_t number = 0;
  for (const std::uint8_t extra : extras) {
    const std::size_t end = std::min(frequencies.size(), number + (std::size_t{1} << extra));
    sums.push_back(0);
    for (; number < end; ++number) sums.back() += frequencies[number];
  }
  return sums;
}

/// The complete code of least cost, by dynamic programming over (tokens, Kraft sum in units of
/// 2^-8).
RunCode with_lengths(std::span<const std::uint64_t> sums, std::span<const std::uint8_t> extras) {
  RunCode code;
  for (const std::uint8_t extra : extras) code.tokens.push_back({0, extra});
  if (sums.size() == 1) {
    code.coded_bits = sums[0] * extras[0];
    return code;
  }
  using Row = std::array<std::uint64_t, code_places + 1>;
  std::array<Row, tokens_most + 1> costs{};
  std::array<std::array<std::uint8_t, code_places + 1>, tokens_most> lengths{};
  for (Row& row : costs) row.fill(impossible);
  costs[0][0] = 0;
  for (std::size_t t = 0; t < sums.size(); ++t) {
    for (std::uint8_t length = 1; length <= code_length_most; ++length) {
      const std::uint32_t units = code_places >> length;
      for (std::uint32_t kraft = units; kraft <= code_places; ++kraft) {
        const std::uint64_t cost = costs[t][kraft - units] + sums[t] * length;
        if (cost >= costs[t + 1][kraft]) continue;
        costs[t + 1][kraft] = cost;
        lengths[t][kraft] = length;
      }
    }
  }
  code.coded_bits = costs[sums.size()][code_places];
  std::uint32_t kraft = code_places;
  for (std::size_t t = sums.size(); t-- > 0;) {
    code.tokens[t].length = lengths[t][kraft];
    kraft -= code_places >> code.tokens[t].length;
    code.coded_bits += sums[t] * extras[t];
  }
  return code;
}

RunCode one_token_code(std::span<const std::uint32_t> frequencies, std::uint64_t symbols) {
  const auto extra = static_cast<std::uint8_t>(bit_length(frequencies.size() - 1));
  return {{{0, extra}}, symbols * extra};
}

}  // namespace

RunCode build_run_code(std::span<const std::uint32_t> frequencies) {
  const std::vector<std::uint8_t> extras = RunCutter(frequencies).cut();
  RunCode code = with_lengths(run_sums(frequencies, extras), extras);
  RunCode bounding = bounding_run_code(frequencies);
  return code.coded_bits <= bounding.coded_bits ? std::move(code) : std::move(bounding);
}

RunCode bounding_run_code(std::span<const std::uint32_t> frequencies) {
  std::uint64_t symbols = 0;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < frequencies.size(); ++i) {
    symbols += frequencies[i];
    sum += frequencies[i] * i;
  }
  std::vector<std::uint8_t> extras;
  std::size_t left = frequencies.size();
  for (std::uint32_t extra = bit_length((sum + symbols - 1) / symbols); left > 0; ++extra) {
    const bool last = extras.size() == code_length_most || left <= std::size_t{1} << extra;
    extras.push_back(static_cast<std::uint8_t>(last ? bit_length(left - 1) : extra));
    left -= std::min(left, std::size_t{1} << extras.back());
  }
  RunCode code{{}, 0};
  const std::vector<std::uint64_t> sums = run_sums(frequencies, extras);
  for (std::size_t t = 0; t < extras.size(); ++t) {
    const std::size_t length = extras.size() == 1 ? 0 : std::min(t + 1, extras.size() - 1);
    code.tokens.push_back({static_cast<std::uint8_t>(length), extras[t]});
    code.coded_bits += sums[t] * (length + extras[t]);
  }
  RunCode one = one_token_code(frequencies, symbols);
  return code.coded_bits < one.coded_bits ? std::move(code) : std::move(one);
}

std::uint64_t ideal_bits(std::span<const std::uint32_t> frequencies) {
  std::uint32_t symbols = 0;
  for (const std::uint32_t frequency : frequencies) symbols += frequency;
  std::uint64_t bits = 0;
  for (const std::uint32_t frequency : frequencies) {
    if (frequency != 0)
      bits += std::uint64_t{frequency} * (log2_fixed(symbols) - log2_fixed(frequency));
  }
  return bits >> fraction_bits;
}

}  // namespace pondus
