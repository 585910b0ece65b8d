// What counts come to in bits.
#include <algorithm>
#include <array>
#include <numeric>

#include "codec/base/logarithm.h"
#include "formats/context_map/search.h"

namespace pondus::context_map {
namespace {

/// A function of whole numbers, of the small ones kept.
class NumberTable {
 public:
  explicit NumberTable(double (*of)(double)) : of_(of) {
    for (std::size_t i = 0; i < kept_.size(); ++i) kept_[i] = of(double(i));
  }
  double operator()(std::uint64_t n) const { return n < kept_.size() ? kept_[n] : of_(double(n)); }

 private:
  double (*of_)(double);
  std::array<double, 1u << 14> kept_;
};

}  // namespace

double n_log_n(std::uint64_t n) {
  static const NumberTable table(
      [](double number) { return number == 0 ? 0 : number * log2_of(number); });
  return table(n);
}

double entropy_bits(std::span<const std::uint32_t> counts) {
  double bits = 0;
  std::uint64_t total = 0;
  for (const std::uint32_t n : counts) {
    if (n == 0) continue;
    bits -= n_log_n(n);
    total += n;
  }
  return bits + n_log_n(total);
}

void costs_of(std::span<const std::uint32_t> counts, std::span<float> costs) {
  constexpr double unseen = 0.06;
  static const NumberTable logarithm([](double count) { return log2_of(count + unseen); });
  const double total = double(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
  const double of_all = log2_of(total + unseen * double(counts.size()));
  for (std::size_t s = 0; s < counts.size(); ++s)
    costs[s] = float(std::min(14.0, of_all - logarithm(counts[s])));
}

std::vector<float> costs_of_variants(std::span<const std::uint32_t> counts, std::uint32_t tokens,
                                     std::uint32_t variants) {
  std::vector<float> all(counts.size());
  std::vector<std::uint32_t> histogram(tokens);
  std::vector<float> costs(tokens);
  for (std::size_t first = 0; first < all.size(); first += std::size_t{tokens} * variants) {
    for (std::uint32_t v = 0; v < variants; ++v) {
      for (std::size_t t = 0; t < tokens; ++t) histogram[t] = counts[first + t * variants + v];
      costs_of(histogram, costs);
      for (std::size_t t = 0; t < tokens; ++t) all[first + t * variants + v] = costs[t];
    }
  }
  return all;
}

}  // namespace pondus::context_map
