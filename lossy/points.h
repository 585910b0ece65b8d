// What quantisers are fitted on: the nonzero weights as ascending values with counts.
#pragma once

#include <vector>

#include "lossy/weights.h"

namespace pondus::lossy {

/// Points are at most so many: where the weights have more distinct values, those that agree in
/// sign, exponent and leading fraction bits count as one, their mean.
inline constexpr std::size_t points_most = std::size_t{1} << 20;

/// Ascending values, each with a count of at least 1, and their sums.
class Points {
 public:
  Points(std::vector<double> values, std::vector<std::uint64_t> counts);

  /// Those of the nonzero weights of all tensors; memory of 16 bytes per weight while it runs.
  static Points of_nonzeros(std::span<const Weights> tensors);

  std::size_t size() const { return values_.size(); }
  const std::vector<double>& values() const { return values_; }
  std::uint64_t count(std::size_t point) const { return counts_[point + 1] - counts_[point]; }
  /// Weights in the points [begin, end).
  std::uint64_t weights(std::size_t begin, std::size_t end) const {
    return counts_[end] - counts_[begin];
  }
  std::uint64_t weights() const { return counts_.back(); }
  /// The mean of points [begin, end), which are not empty; between the least and the greatest.
  double mean(std::size_t begin, std::size_t end) const;
  /// The sum of (w - centre)^2 over the weights in points [begin, end); never below 0.
  double error(std::size_t begin, std::size_t end, double centre) const;
  /// That of the best centre, the mean.
  double spread(std::size_t begin, std::size_t end) const;
  /// The first point above `threshold`.
  std::size_t first_above(double threshold) const;

 private:
  std::vector<double> values_;
  std::vector<std::uint64_t> counts_;  ///< of the points before each; one more than values
  std::vector<double> sums_;           ///< of w - origin, likewise
  std::vector<double> squares_;        ///< of (w - origin)^2, likewise
  double origin_ = 0;                  ///< the median: keeps the sums small
};

}  // namespace pondus::lossy
