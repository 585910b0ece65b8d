#include "lossy/share.h"

#include <algorithm>
#include <cmath>

#include "codec/base/logarithm.h"
#include "codec/base/parallel.h"
#include "lossy/floats.h"
#include "lossy/random.h"

namespace pondus::lossy {
namespace {

constexpr Fault bad_sharing{"request.sharing", Kind::request};
constexpr Fault bad_target{"request.target", Kind::request};
constexpr std::size_t ecsq_centres = 256;

/// Weights of each centre; expected, where the rule is random.
std::vector<double> centre_counts(const Quantiser& quantiser, const Points& points) {
  std::vector<double> counts(quantiser.centres.size());
  if (!quantiser.random) {
    const auto ends = cell_ends(quantiser, points);
    for (std::size_t i = 0; i < ends.size(); ++i)
      counts[i] = static_cast<double>(points.weights(i == 0 ? 0 : ends[i - 1], ends[i]));
    return counts;
  }
  for (std::size_t point = 0; point < points.size(); ++point) {
    const auto draw = quantiser.between(points.values()[point]);
    const auto count = static_cast<double>(points.count(point));
    counts[draw.low] += count * (1 - draw.chance);
    if (draw.chance > 0) counts[draw.low + 1] += count * draw.chance;
  }
  return counts;
}

class Fitter {
 public:
  Fitter(const ShareOptions& options, const Points& points, std::uint64_t zeros)
      : options_(options), points_(points), zeros_(zeros) {
    for (std::size_t i = 0; i < points.size(); ++i)
      squares_ += static_cast<double>(points.count(i)) * (points.values()[i] * points.values()[i]);
  }

  Result<Quantiser> fit() const {
    const std::size_t taken = zeros_ != 0 ? 1 : 0;
    if (options_.k && *options_.k <= taken)
      return Error{bad_sharing,
                   0,
                   {},
                   "k = " + std::to_string(*options_.k) + " leaves no value for nonzeros"};
    const bool target = options_.bits || options_.error;
    if (!options_.k && !target) return Error{bad_sharing, 0, {}, "neither k nor a target is given"};
    const bool constrained = options_.method == Method::ecsq;
    const std::size_t usual = constrained ? ecsq_centres : centres_most;
    const std::size_t most = std::min(options_.k ? *options_.k - taken : usual, points_.size());
    if (!target) return constrained ? with_lambda(most, default_lambda(most)) : with_centres(most);
    auto found = constrained ? search_lambda(most) : search_centres(most);
    if (!reached(found))
      return Error{bad_target,
                   0,
                   {},
                   "no sharing of at most " + std::to_string(most) + " values reaches it"};
    return found;
  }

 private:
  Quantiser with_centres(std::size_t k) const {
    switch (options_.method) {
      case Method::cws_exact:
        return cluster_exactly(points_, k);
      case Method::pws:
        return quantiles(points_, k);
      case Method::uq:
        return uniform(points_, k);
      default:
        return cluster(points_, k, options_.seed);
    }
  }
  Quantiser with_lambda(std::size_t k, double lambda) const {
    return entropy_constrained(points_, k, lambda, options_.lengths);
  }
  double default_lambda(std::size_t k) const {
    constexpr double ln2 = 0.69314718055994531;
    const double error = total_error(cluster(points_, k, options_.seed), points_);
    return 2 * ln2 * error / static_cast<double>(points_.weights());
  }

  /// Whether the target is kept.
  bool reached(const Quantiser& found) const {
    if (options_.error) return total_error(found, points_) <= *options_.error * squares_;
    return entropy(found) <= *options_.bits;
  }

  /// Bits per weight.
  double entropy(const Quantiser& found) const {
    auto counts = centre_counts(found, points_);
    counts.push_back(static_cast<double>(zeros_));
    const double all = static_cast<double>(points_.weights() + zeros_);
    double bits = 0;
    for (const double count : counts) {
      if (count > 0) bits += count / all * log2_of(all / count);
    }
    return bits;
  }

  /// The k where `reached` changes: doubled until it lies below, then bisected.
  Quantiser search_centres(std::size_t most) const {
    const bool grow = options_.bits.has_value();
    std::size_t low = 1;
    std::size_t high = most;
    Quantiser best;
    bool any = false;
    for (std::size_t k = 1; low <= high;) {
      Quantiser found = with_centres(k);
      const bool good = reached(found);
      if (good || !any) best = std::move(found);
      any = any || good;
      if (good == grow) {
        low = k + 1;
      } else {
        high = k - 1;
      }
      k = high == most ? std::min(2 * k, most) : low + (high - low) / 2;
    }
    return best;
  }

  /// Bisection of lambda by its logarithm, from nothing to more than all weights differ by.
  Quantiser search_lambda(std::size_t most) const {
    constexpr int steps = 48;
    const bool grow = options_.error.has_value();
    const double range = points_.values().back() - points_.values().front();
    Quantiser best = with_lambda(most, 0);
    if (reached(best) != grow) return best;
    double exponent = 0;  // of 2, times the squared range
    double step = 64;
    if (!grow) best = with_lambda(most, std::ldexp(range * range, 64));
    for (int i = 0; i < steps; ++i) {
      step /= i == 0 ? 1 : 2;
      const double power =
          std::ldexp(1 + (exponent - std::floor(exponent)), static_cast<int>(std::floor(exponent)));
      Quantiser found = with_lambda(most, range * range * power);
      const bool good = reached(found);
      if (good) best = std::move(found);
      exponent += good == grow ? step : -step;
    }
    return best;
  }

  const ShareOptions& options_;
  const Points& points_;
  std::uint64_t zeros_;
  double squares_ = 0;
};

}  // namespace

Result<Quantiser> fit(std::span<const Weights> tensors, const ShareOptions& options) {
  const Points points = Points::of_nonzeros(tensors);
  if (points.size() == 0) return Quantiser{};
  std::uint64_t count = 0;
  for (const Weights& tensor : tensors) count += tensor.count();
  return Fitter(options, points, count - points.weights()).fit();
}

void apply(const Quantiser& quantiser, Dtype dtype, std::span<std::byte> cells, std::uint64_t seed,
           unsigned threads) {
  with_float(dtype, [&](auto cell) {
    using Cell = decltype(cell);
    const std::size_t count = cells.size() / Cell::bytes;
    const auto done = parallel_for(pieces(count), threads, [&](std::size_t number) -> Result<void> {
      const Piece piece(number, count);
      for (std::size_t i = piece.begin; i < piece.end; ++i) {
        std::byte* const at = &cells[i * Cell::bytes];
        const double weight = Cell::load(at);
        Cell::store(at, weight == 0 ? 0.0 : quantiser.share(weight, seed, i) + 0.0);
      }
      return {};
    });
    static_cast<void>(done.has_value());  // the work does not fail
  });
}

}  // namespace pondus::lossy
