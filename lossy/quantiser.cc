#include "lossy/quantiser.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "lossy/random.h"

namespace pondus::lossy {
namespace {

/// The values themselves, where k centres are enough for all.
Quantiser all_values(const Points& points) {
  Quantiser quantiser{points.values(), {}, false};
  for (std::size_t i = 1; i < points.size(); ++i)
    quantiser.thresholds.push_back(std::midpoint(points.values()[i - 1], points.values()[i]));
  return quantiser;
}

/// The weight of rank `rank`, counted from 0 in ascending order.
double ranked(const Points& points, std::uint64_t rank) {
  std::size_t low = 0;
  for (std::size_t step = std::bit_floor(points.size()); step != 0; step /= 2) {
    if (low + step < points.size() && points.weights(0, low + step) <= rank) low += step;
  }
  return points.values()[low];
}

/// The number of values that d leaves, or more than `most`.
std::size_t count_multiples(const Points& points, double d, std::size_t most) {
  std::size_t count = 0;
  for (std::size_t point = 0; point < points.size() && count <= most; ++count) {
    const double multiple = std::round(points.values()[point] / d);
    const std::size_t next = points.first_above((multiple + 0.5) * d);
    point = std::max(next, point + 1);
  }
  return count;
}

double expected_error(const Quantiser& quantiser, const Points& points) {
  double sum = 0;
  for (std::size_t point = 0; point < points.size(); ++point) {
    const double w = points.values()[point];
    const auto draw = quantiser.between(w);
    const double below = w - quantiser.centres[draw.low];
    const double above = draw.chance > 0 ? quantiser.centres[draw.low + 1] - w : 0;
    const double square = below * below * (1 - draw.chance) + above * above * draw.chance;
    sum += static_cast<double>(points.count(point)) * square;
  }
  return sum;
}

}  // namespace

Quantiser::Draw Quantiser::between(double weight) const {
  const auto above = std::ranges::upper_bound(centres, weight);
  if (above == centres.begin()) return {0, 0};
  const auto low = static_cast<std::size_t>(above - centres.begin()) - 1;
  if (above == centres.end()) return {low, 0};
  return {low, (weight - centres[low]) / (*above - centres[low])};
}

double Quantiser::share(double weight, std::uint64_t seed, std::uint64_t index) const {
  if (!random) {
    const auto at = std::ranges::lower_bound(thresholds, weight) - thresholds.begin();
    return centres[static_cast<std::size_t>(at)];
  }
  const Draw draw = between(weight);
  return centres[draw.low + (random_unit(seed, index) < draw.chance ? 1 : 0)];
}

std::vector<std::size_t> cell_ends(const Quantiser& quantiser, const Points& points) {
  std::vector<std::size_t> ends;
  ends.reserve(quantiser.centres.size());
  for (const double threshold : quantiser.thresholds) ends.push_back(points.first_above(threshold));
  ends.push_back(points.size());
  return ends;
}

double total_error(const Quantiser& quantiser, const Points& points) {
  if (quantiser.random) return expected_error(quantiser, points);
  double sum = 0;
  std::size_t begin = 0;
  const auto ends = cell_ends(quantiser, points);
  for (std::size_t i = 0; i < ends.size(); begin = ends[i++])
    sum += points.error(begin, ends[i], quantiser.centres[i]);
  return sum;
}

Quantiser quantiles(const Points& points, std::size_t k) {
  if (points.size() <= k) return all_values(points);
  if (k == 1) return {{points.mean(0, points.size())}, {}, false};
  Quantiser quantiser{{}, {}, true};
  for (std::size_t i = 0; i < k; ++i) {
    const double place = static_cast<double>(points.weights() - 1) * static_cast<double>(i) /
                         static_cast<double>(k - 1);
    const auto rank = std::min(static_cast<std::uint64_t>(place), points.weights() - 1);
    const double low = ranked(points, rank);
    const double high = ranked(points, std::min(rank + 1, points.weights() - 1));
    const double centre = low + (high - low) * (place - static_cast<double>(rank));
    if (quantiser.centres.empty() || centre > quantiser.centres.back())
      quantiser.centres.push_back(centre);
  }
  return quantiser;
}

Quantiser uniform(const Points& points, std::size_t k) {
  if (points.size() <= k) return all_values(points);
  const double range = points.values().back() - points.values().front();
  double d = range / (64 * static_cast<double>(k));
  while (count_multiples(points, d, k) > k) d += d / 1024;
  Quantiser quantiser;
  for (std::size_t point = 0; point < points.size();) {
    const double multiple = std::round(points.values()[point] / d);
    quantiser.centres.push_back(multiple * d + 0.0);  // no -0.0
    quantiser.thresholds.push_back((multiple + 0.5) * d);
    point = std::max(points.first_above(quantiser.thresholds.back()), point + 1);
  }
  quantiser.thresholds.pop_back();
  return quantiser;
}

}  // namespace pondus::lossy
