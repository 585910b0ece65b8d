// The papers' four ways of sharing weights, each fitted on points: k representatives and a rule.
#pragma once

#include <functional>
#include <optional>

#include "lossy/points.h"

namespace pondus::lossy {

/// Ascending distinct centres, one at least, and the rule that takes a weight to one of them.
struct Quantiser {
  std::vector<double> centres;
  /// One fewer: a weight w becomes the first centre whose threshold is not below w, else the last.
  std::vector<double> thresholds;
  /// Where true there are no thresholds: w between centres v < V becomes V with probability
  /// (w - v) / (V - v), else v, so that its mean is kept.
  bool random = false;
  /// Of ECSQ: what a bit of a weight cost, in squared error.
  std::optional<double> lambda = {};

  /// For random rules: the centre below a weight, and the chance that it becomes the next one.
  struct Draw {
    std::size_t low = 0;
    double chance = 0;
  };
  Draw between(double weight) const;
  /// What weight `index` becomes, for the random numbers of `seed`.
  double share(double weight, std::uint64_t seed, std::uint64_t index) const;
};

/// The points of each centre of a quantiser with thresholds: [ends[i - 1], ends[i]).
std::vector<std::size_t> cell_ends(const Quantiser& quantiser, const Points& points);

/// The sum of (w - q(w))^2 over the weights; expected, where the rule is random.
double total_error(const Quantiser& quantiser, const Points& points);

/// CWS: k-means by Lloyd's steps from k-means++ starts, the best of 8. At most k centres, k >= 1;
/// all values where there are no more. `points` are not empty, here and below.
Quantiser cluster(const Points& points, std::size_t k, std::uint64_t seed);

/// CWS by dynamic programming: no k centres have a smaller error. O(k n log n) time and 4 k n bytes
/// for n points; where k n > 2^28, n is made smaller by taking runs of points as one, their mean.
Quantiser cluster_exactly(const Points& points, std::size_t k);

/// PWS: the quantiles i / (k - 1), i = 0 .. k - 1, of all weights, interpolated linearly, without
/// repetitions; with k = 1 the mean.
Quantiser quantiles(const Points& points, std::size_t k);

/// UQ: q(w) = d round(w / d) with the least d of the scan that leaves at most k values. The scan
/// goes up from range / (64 k) by 1/1024 of d.
Quantiser uniform(const Points& points, std::size_t k);

/// Bits of a codeword for each cell, from how many weights each has (none has 0).
using CodeLengths = std::function<std::vector<double>(std::span<const std::uint64_t> counts)>;

/// -log2 of each share: what an ideal code takes.
std::vector<double> ideal_lengths(std::span<const std::uint64_t> counts);

/// ECSQ: minimises the sum of (w - q(w))^2 + lambda * bits(q(w)) step by step from k cells of equal
/// count; the cost never rises, empty cells are dropped. `costs`, where given, gets the cost after
/// every step.
Quantiser entropy_constrained(const Points& points, std::size_t k, double lambda,
                              const CodeLengths& lengths, std::vector<double>* costs = nullptr);

}  // namespace pondus::lossy
