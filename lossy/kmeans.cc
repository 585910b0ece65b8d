#include <algorithm>
#include <cmath>
#include <numeric>

#include "lossy/quantiser.h"
#include "lossy/random.h"

namespace pondus::lossy {
namespace {

constexpr std::size_t starts = 8;
constexpr std::size_t draws = 4;
constexpr std::size_t steps_most = 1000;
constexpr std::size_t exact_cells_most = std::size_t{1} << 26;

std::vector<double> midpoints(const std::vector<double>& centres) {
  std::vector<double> middles;
  for (std::size_t i = 1; i < centres.size(); ++i)
    middles.push_back(std::midpoint(centres[i - 1], centres[i]));
  return middles;
}

Quantiser nearest(std::vector<double> centres) {
  auto thresholds = midpoints(centres);
  return {std::move(centres), std::move(thresholds), false};
}

/// The means of cells of points, without those of empty cells.
std::vector<double> means(const std::vector<std::size_t>& ends, const Points& points) {
  std::vector<double> centres;
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    const double centre = end > begin ? points.mean(begin, end) : 0;
    const bool distinct = centres.empty() || centre > centres.back();
    if (end > begin && distinct) centres.push_back(centre);
    begin = end;
  }
  return centres;
}

/// Lloyd's steps until nothing changes: each takes the nearest centre, then the mean of each cell.
Quantiser settle(std::vector<double> centres, const Points& points) {
  for (std::size_t step = 0; step < steps_most; ++step) {
    auto next = means(cell_ends(nearest(centres), points), points);
    if (next == centres) break;
    centres = std::move(next);
  }
  return nearest(std::move(centres));
}

/// k-means++ ("k-means++: the advantages of careful seeding"), greedy: of a few points, each drawn
/// by its squared distance to the nearest centre, the one that lowers the sum most becomes the next
/// centre. Sums are kept by block, so that a draw looks at few points.
class Seeding {
 public:
  explicit Seeding(const Points& points)
      : points_(points), costs_(points.size()), blocks_(points.size() / block + 1) {
    for (std::size_t i = 0; i < costs_.size(); ++i)
      costs_[i] = static_cast<double>(points.count(i));  // the first centre is any weight
    for (std::size_t i = 0; i < blocks_.size(); ++i) sum_block(i);
  }

  std::vector<double> centres(std::size_t k, std::uint64_t seed) {
    std::vector<double> chosen;
    std::size_t point = draw(random_unit(seed, 0));
    std::ranges::fill(costs_, HUGE_VAL);
    for (std::size_t i = 1; i <= k; ++i) {
      chosen.push_back(points_.values()[point]);
      take(nearer(point));
      double most = -1;
      for (std::size_t trial = 0; trial < draws; ++trial) {
        const std::size_t other = draw(random_unit(seed, i * draws + trial));
        const double saved = nearer(other).saved;
        if (saved > most) point = other;
        most = std::max(most, saved);
      }
    }
    std::ranges::sort(chosen);
    chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
    return chosen;
  }

 private:
  static constexpr std::size_t block = 1024;

  /// The points around `point` that are nearer to it than to any centre, and what their costs fall
  /// by.
  struct Region {
    std::size_t point;
    std::size_t begin;
    std::size_t end;
    double saved;
  };

  void sum_block(std::size_t number) {
    const auto begin = costs_.begin() + static_cast<std::ptrdiff_t>(number * block);
    const std::size_t count = std::min(block, costs_.size() - number * block);
    blocks_[number] = std::accumulate(begin, begin + static_cast<std::ptrdiff_t>(count), 0.0);
  }

  /// The point at this part of the sum of costs.
  std::size_t draw(double part) const {
    double target = part * std::accumulate(blocks_.begin(), blocks_.end(), 0.0);
    std::size_t number = 0;
    while (number + 1 < blocks_.size() && target >= blocks_[number]) target -= blocks_[number++];
    std::size_t point = number * block;
    while (point + 1 < costs_.size() && target >= costs_[point]) target -= costs_[point++];
    return std::min(point, costs_.size() - 1);
  }

  double cost(std::size_t point, std::size_t centre) const {
    const double distance = points_.values()[point] - points_.values()[centre];
    return static_cast<double>(points_.count(point)) * (distance * distance);
  }

  Region nearer(std::size_t point) const {
    Region region{point, point, point + 1, costs_[point]};
    const auto saving = [&](std::size_t i) { return costs_[i] - cost(i, point); };
    for (; region.begin > 0 && saving(region.begin - 1) > 0; --region.begin)
      region.saved += saving(region.begin - 1);
    for (; region.end < costs_.size() && saving(region.end) > 0; ++region.end)
      region.saved += saving(region.end);
    return region;
  }

  void take(const Region& region) {
    for (std::size_t i = region.begin; i < region.end; ++i) costs_[i] = cost(i, region.point);
    for (std::size_t i = region.begin / block; i <= (region.end - 1) / block; ++i) sum_block(i);
  }

  const Points& points_;
  std::vector<double> costs_;  ///< of each point: count times squared distance
  std::vector<double> blocks_;
};

/// The ends of the k cells of least error: layer j has for each end the best begin of the last of j
/// cells, which never falls as the end grows, so halves can be searched apart.
class ExactCells {
 public:
  explicit ExactCells(const Points& points)
      : points_(points), before_(points.size() + 1), now_(before_.size()) {
    for (std::size_t end = 0; end < now_.size(); ++end) now_[end] = points.spread(0, end);
  }

  std::vector<std::size_t> ends(std::size_t k) {
    for (std::size_t cells = 2; cells <= k; ++cells) {
      before_.swap(now_);
      begins_.emplace_back(before_.size());
      solve(cells, points_.size(), cells - 1, points_.size() - 1);
    }
    std::vector<std::size_t> found{points_.size()};
    for (std::size_t cells = k; cells >= 2; --cells)
      found.push_back(begins_[cells - 2][found.back()]);
    std::ranges::reverse(found);
    return found;
  }

 private:
  /// Ends [low, high], whose best begins lie in [first, last].
  void solve(std::size_t low, std::size_t high, std::size_t first, std::size_t last) {
    if (low > high) return;
    const std::size_t end = (low + high) / 2;
    double least = HUGE_VAL;
    std::size_t best = first;
    for (std::size_t begin = first; begin <= std::min(last, end - 1); ++begin) {
      const double error = before_[begin] + points_.spread(begin, end);
      if (error < least) {
        least = error;
        best = begin;
      }
    }
    now_[end] = least;
    begins_.back()[end] = static_cast<std::uint32_t>(best);
    solve(low, end - 1, first, best);
    solve(end + 1, high, best, last);
  }

  const Points& points_;
  std::vector<double> before_;  ///< least error of the points before each end, in one cell less
  std::vector<double> now_;
  std::vector<std::vector<std::uint32_t>> begins_;
};

/// Runs of `run` points as one each.
Points thinned(const Points& points, std::size_t run) {
  std::vector<double> values;
  std::vector<std::uint64_t> counts;
  for (std::size_t begin = 0; begin < points.size(); begin += run) {
    const std::size_t end = std::min(points.size(), begin + run);
    values.push_back(points.mean(begin, end));
    counts.push_back(points.weights(begin, end));
  }
  return {std::move(values), std::move(counts)};
}

}  // namespace

Quantiser cluster(const Points& points, std::size_t k, std::uint64_t seed) {
  if (points.size() <= k) return nearest(points.values());
  Quantiser best;
  double least = HUGE_VAL;
  for (std::size_t start = 0; start < starts; ++start) {
    const std::uint64_t own_seed = random_bits(seed, start);
    Quantiser found = settle(Seeding(points).centres(k, own_seed), points);
    const double error = total_error(found, points);
    if (error < least) {
      least = error;
      best = std::move(found);
    }
  }
  return best;
}

Quantiser cluster_exactly(const Points& points, std::size_t k) {
  if (points.size() <= k) return nearest(points.values());
  const std::size_t run = points.size() / std::max(k, exact_cells_most / k) + 1;
  if (run > 1) {
    const Points fewer = thinned(points, run);
    return settle(means(ExactCells(fewer).ends(std::min(k, fewer.size())), fewer), points);
  }
  return nearest(means(ExactCells(points).ends(k), points));
}

}  // namespace pondus::lossy
