// Predicts rows by earlier rows, and cuts predictions into bins.
#include <algorithm>
#include <array>
#include <cmath>

#include "codec/base/logarithm.h"
#include "formats/context_map/search.h"

namespace pondus::context_map {
namespace {

constexpr double reference_bits = 14;

std::int64_t dot(const std::int16_t* a, const std::int16_t* b, std::size_t count) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < count; i += 256) {
    std::int32_t part = 0;
    const std::size_t end = std::min(count, i + 256);
    for (std::size_t j = i; j < end; ++j) part += a[j] * b[j];
    sum += part;
  }
  return sum;
}

/// Inner products of each row with the `window` rows before it.
class Gram {
 public:
  Gram(std::span<const std::int16_t> values, std::size_t width, std::size_t rows,
       std::size_t window)
      : window_(window), products_(rows * (window + 1)) {
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = i - std::min(i, window); j <= i; ++j)
        products_[i * (window_ + 1) + (i - j)] =
            float(dot(&values[i * width], &values[j * width], width));
    }
  }
  /// Of two rows not further apart than the window.
  double operator()(std::size_t i, std::size_t j) const {
    if (i < j) std::swap(i, j);
    return i - j > window_ ? 0.0 : double(products_[i * (window_ + 1) + (i - j)]);
  }

 private:
  std::size_t window_;
  std::vector<float> products_;
};

using Picks = std::vector<std::size_t>;

/// Least squares of row i by the picked rows; empty if they depend on each other.
std::vector<double> solve(const Gram& gram, std::size_t i, const Picks& picks) {
  const std::size_t n = picks.size();
  std::array<std::array<double, references_most + 1>, references_most> a{};
  for (std::size_t r = 0; r < n; ++r) {
    for (std::size_t c = 0; c < n; ++c) a[r][c] = gram(picks[r], picks[c]);
    a[r][r] *= 1.0001;
    a[r][n] = gram(i, picks[r]);
  }
  for (std::size_t c = 0; c < n; ++c) {
    if (a[c][c] <= 1e-6) return {};
    for (std::size_t r = 0; r < n; ++r) {
      if (r == c) continue;
      const double f = a[r][c] / a[c][c];
      for (std::size_t k = c; k <= n; ++k) a[r][k] -= f * a[c][k];
    }
  }
  std::vector<double> x(n);
  for (std::size_t r = 0; r < n; ++r) x[r] = a[r][n] / a[r][r];
  return x;
}

/// What is left of row i's square sum, coefficients rounded as they will be stored.
double rest_of(const Gram& gram, std::size_t i, const Picks& picks, std::vector<double>& x) {
  for (double& c : x) c = std::clamp(std::round(c * 64), -128.0, 127.0) / 64;
  double rest = gram(i, i);
  for (std::size_t r = 0; r < picks.size(); ++r) {
    rest -= 2 * x[r] * gram(i, picks[r]);
    for (std::size_t c = 0; c < picks.size(); ++c) rest += x[r] * x[c] * gram(picks[r], picks[c]);
  }
  return std::max(rest, 0.0);
}

/// The candidate that fits best to what the picks leave of row i.
std::size_t next_pick(const Gram& gram, std::size_t i, std::size_t first, const Picks& picks,
                      const std::vector<double>& x, std::span<const std::uint32_t> uses) {
  std::size_t best = i;
  double best_gain = 0;
  for (std::size_t j = first; j < i; ++j) {
    const double square = gram(j, j);
    if (square == 0 || std::ranges::find(picks, j) != picks.end()) continue;
    double product = gram(i, j);
    for (std::size_t r = 0; r < picks.size(); ++r) product -= x[r] * gram(picks[r], j);
    double gain = product * product / square;
    if (uses[j] == 0) gain *= 0.98;
    if (gain > best_gain) best_gain = gain, best = j;
  }
  return best;
}

struct Fit {
  Picks picks;
  std::vector<double> coefficients;
};

/// Adds picks as long as each saves more than it costs; `entries` of the row's cells are not 0.
Fit fit_row(const Gram& gram, std::size_t i, std::size_t first, std::size_t entries,
            std::span<const std::uint32_t> uses) {
  constexpr double square_floor = 20;  // of a cell that is predicted as well as may be
  const double floor = static_cast<double>(entries) * square_floor;
  double rest = gram(i, i);
  Fit fit;
  while (fit.picks.size() < references_most && rest > 0) {
    Picks picks = fit.picks;
    picks.push_back(next_pick(gram, i, first, fit.picks, fit.coefficients, uses));
    if (picks.back() == i) break;
    std::vector<double> coefficients = solve(gram, i, picks);
    if (coefficients.empty()) break;
    const double left = rest_of(gram, i, picks, coefficients);
    const double gain = log2_of((rest + floor) / (left + floor));
    if (0.5 * static_cast<double>(entries) * gain < reference_bits) break;
    fit = {std::move(picks), std::move(coefficients)};
    rest = left;
  }
  return fit;
}

}  // namespace

bool choose_row_references(const Job& job, Model& model) {
  const std::size_t rows = model.cells / model.width;  // a shorter last row is not predicted
  std::vector<std::int16_t> values(model.cells);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = job.values[job.tokens[i]];
  const std::size_t window = std::min<std::size_t>(
      {rows, 2 * std::size_t{model.width}, std::size_t{64} << (std::max(job.effort, 4u) - 4)});
  const Gram gram(values, model.width, rows, window);
  std::vector<std::uint32_t> uses(rows);
  for (std::size_t i = 1; i < rows; ++i) {
    const auto row_values = std::span(values).subspan(i * model.width, model.width);
    const auto entries = std::ranges::count_if(row_values, [](auto v) { return v != 0; });
    const Fit fit =
        fit_row(gram, i, i - std::min(i, window), static_cast<std::size_t>(entries), uses);
    RowModel& row = model.rows[i];
    row.reference_count = static_cast<std::uint32_t>(fit.picks.size());
    for (std::size_t r = 0; r < fit.picks.size(); ++r) {
      ++uses[fit.picks[r]];
      row.references[r] = {static_cast<std::uint32_t>(fit.picks[r]),
                           static_cast<std::int32_t>(std::lround(fit.coefficients[r] * 64))};
    }
  }
  return std::ranges::any_of(uses, [](std::uint32_t n) { return n != 0; });
}

}  // namespace pondus::context_map
