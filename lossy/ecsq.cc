#include <algorithm>

#include "codec/base/logarithm.h"
#include "lossy/quantiser.h"

namespace pondus::lossy {
namespace {

constexpr std::size_t steps_most = 1000;

/// The cells of one step: how many weights each has, its centre, and what it costs to name it.
struct Cells {
  std::vector<double> centres;
  std::vector<double> prices;  ///< lambda times the bits of the codeword
  std::vector<std::uint64_t> counts;
};

/// (w - c)^2 + price is, but for w^2, a line in w; the cells in use form the lower envelope of
/// their lines, and thresholds are where two neighbours on it cross.
Quantiser envelope(const Cells& cells) {
  Quantiser lowest;
  std::vector<double> heights;
  for (std::size_t i = 0; i < cells.centres.size(); ++i) {
    const double centre = cells.centres[i];
    const double height = centre * centre + cells.prices[i];
    const auto crossing = [&] {
      return (height - heights.back()) / (2 * (centre - lowest.centres.back()));
    };
    while (!lowest.thresholds.empty() && crossing() <= lowest.thresholds.back()) {
      lowest.centres.pop_back();
      lowest.thresholds.pop_back();
      heights.pop_back();
    }
    if (!heights.empty()) lowest.thresholds.push_back(crossing());
    lowest.centres.push_back(centre);
    heights.push_back(height);
  }
  return lowest;
}

double sum_of(const std::vector<std::uint64_t>& counts, const std::vector<double>& prices) {
  double sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) sum += static_cast<double>(counts[i]) * prices[i];
  return sum;
}

class Constrained {
 public:
  Constrained(const Points& points, double lambda, const CodeLengths& lengths)
      : points_(points), lambda_(lambda), lengths_(lengths) {}

  /// Cells of equal count, as far as points allow.
  void start(std::size_t k) {
    std::vector<std::size_t> ends;
    std::size_t end = 0;
    for (std::size_t i = 1; i <= k; ++i) {
      const std::uint64_t due = points_.weights() / k * i + points_.weights() % k * i / k;
      while (end < points_.size() && points_.weights(0, end) < due) ++end;
      ends.push_back(end);
    }
    ends.back() = points_.size();
    take(ends, std::vector<double>(k, 0));
    cells_.prices = priced(cells_.counts);
  }

  /// One step: the cheapest cell for each weight, the mean for each cell, and the new codewords
  /// where they are no dearer in all. False if the cells stay as they were.
  bool step() {
    const Quantiser now = envelope(cells_);
    const Cells before = cells_;
    std::vector<double> prices;
    for (std::size_t i = 0, at = 0; i < now.centres.size(); ++i, ++at) {
      while (before.centres[at] != now.centres[i]) ++at;
      prices.push_back(before.prices[at]);
    }
    take(cell_ends(now, points_), prices);
    const auto fresh = priced(cells_.counts);
    if (sum_of(cells_.counts, fresh) <= sum_of(cells_.counts, cells_.prices)) cells_.prices = fresh;
    return cells_.centres != before.centres || cells_.prices != before.prices;
  }

  double cost() const {
    const Quantiser now = envelope(cells_);
    return total_error(now, points_) + rate(now);
  }
  Quantiser result() const {
    Quantiser found = envelope(cells_);
    found.lambda = lambda_;
    return found;
  }

 private:
  std::vector<double> priced(const std::vector<std::uint64_t>& counts) const {
    auto prices = lengths_(counts);
    for (double& price : prices) price *= lambda_;
    return prices;
  }

  /// Makes the cells of points that end so, without empty ones.
  void take(const std::vector<std::size_t>& ends, const std::vector<double>& prices) {
    cells_ = {};
    std::size_t begin = 0;
    for (std::size_t i = 0; i < ends.size(); begin = ends[i++]) {
      if (ends[i] == begin) continue;
      cells_.centres.push_back(points_.mean(begin, ends[i]));
      cells_.prices.push_back(prices[i]);
      cells_.counts.push_back(points_.weights(begin, ends[i]));
    }
  }

  /// lambda times the bits of all weights, in the cells of `now`.
  double rate(const Quantiser& now) const {
    double sum = 0;
    std::size_t begin = 0;
    const auto ends = cell_ends(now, points_);
    for (std::size_t i = 0, at = 0; i < ends.size(); begin = ends[i++], ++at) {
      while (cells_.centres[at] != now.centres[i]) ++at;
      sum += static_cast<double>(points_.weights(begin, ends[i])) * cells_.prices[at];
    }
    return sum;
  }

  const Points& points_;
  double lambda_;
  const CodeLengths& lengths_;
  Cells cells_;
};

}  // namespace

std::vector<double> ideal_lengths(std::span<const std::uint64_t> counts) {
  std::uint64_t all = 0;
  for (const std::uint64_t count : counts) all += count;
  std::vector<double> lengths;
  for (const std::uint64_t count : counts)
    lengths.push_back(log2_of(static_cast<double>(all) / static_cast<double>(count)));
  return lengths;
}

Quantiser entropy_constrained(const Points& points, std::size_t k, double lambda,
                              const CodeLengths& lengths, std::vector<double>* costs) {
  Constrained cells(points, lambda, lengths);
  cells.start(k);
  for (std::size_t step = 0; step < steps_most; ++step) {
    if (costs != nullptr) costs->push_back(cells.cost());
    if (!cells.step()) break;
  }
  return cells.result();
}

}  // namespace pondus::lossy
