// Predicts rows by earlier rows, and cuts predictions into bins.
#include <algorithm>
#include <array>
#include <cmath>

#include "codec/base/instruction_set.h"
#include "codec/base/logarithm.h"
#include "formats/context_map/context_map_kernels.h"
#include "formats/context_map/search.h"

namespace pondus::context_map {
namespace {

constexpr double reference_bits = 14;

std::int64_t inner_product(const std::int16_t* a, const std::int16_t* b, std::size_t count) {
  constexpr std::size_t part_most = 512;  // products of values take 22 bits and a sign
  std::int64_t sum = 0;
  for (std::size_t begin = 0; begin < count; begin += part_most) {
    const std::size_t end = std::min(count, begin + part_most);
    std::int32_t part = 0;
    for (std::size_t i = begin; i < end; ++i) part += a[i] * b[i];
    sum += part;
  }
  return sum;
}

void multiply_rows_portable(const ProductJob& job) {
  const std::size_t others = job.end - job.begin;
  for (std::size_t j = 0; j < others; ++j)
    for (std::size_t i = 0; i < job.count; ++i)
      job.products[i * others + j] = inner_product(
          job.lines + i * job.width, job.others + (job.begin + j) * job.width, job.width);
}

constexpr Kernels<MultiplyRows> multiply_rows{.portable = multiply_rows_portable,
                                              .avx2 = PONDUS_X86(multiply_rows_avx2),
                                              .avx512 = PONDUS_X86(multiply_rows_avx512)};

/// Rows of values; inner products are exact.
class Rows {
 public:
  Rows(std::span<const std::int16_t> values, std::size_t width)
      : values_(values), width_(width), squares_(values.size() / width) {
    for (std::size_t i = 0; i < squares_.size(); ++i) squares_[i] = product(i, i);
  }
  std::size_t count() const { return squares_.size(); }
  std::span<const std::int16_t> row(std::size_t i) const {
    return values_.subspan(i * width_, width_);
  }
  double square(std::size_t i) const { return squares_[i]; }
  double product(std::size_t i, std::size_t j) const {
    std::int64_t found = 0;
    multiply_rows.in_use()({row(i).data(), 1, values_.data(), width_, j, j + 1, &found});
    return double(found);
  }
  /// Of `count` rows from i on with rows `begin` to `end`, row by row.
  void products(std::size_t i, std::size_t count, std::size_t begin, std::size_t end,
                std::int64_t* found) const {
    multiply_rows.in_use()({row(i).data(), count, values_.data(), width_, begin, end, found});
  }

 private:
  std::span<const std::int16_t> values_;
  std::size_t width_;
  std::vector<double> squares_;
};

/// An earlier row that may predict row i, and its inner products: with row i and with the picks.
struct Candidate {
  std::size_t row;
  double product;
  std::array<double, references_most> with_picks{};
};

constexpr std::size_t candidates_most = 64;

/// Those that predict a row best alone, best first.
std::vector<Candidate> candidates_of(const Rows& rows, std::size_t first,
                                     std::span<const std::int64_t> products) {
  std::vector<std::pair<double, std::size_t>> gains;
  for (std::size_t j = 0; j < products.size(); ++j) {
    const double square = rows.square(first + j);
    const double product = double(products[j]);
    if (product != 0) gains.push_back({-product * product / square, j});
  }
  const auto middle = gains.begin() + std::ptrdiff_t(std::min(candidates_most, gains.size()));
  std::partial_sort(gains.begin(), middle, gains.end());
  std::vector<Candidate> candidates;
  for (auto gain = gains.begin(); gain != middle; ++gain)
    candidates.push_back({first + gain->second, double(products[gain->second]), {}});
  return candidates;
}

/// Least squares of a row by some candidates, and what they leave of its square sum.
struct Fit {
  std::vector<Candidate> picks;
  std::vector<double> coefficients;
  double rest;
};

/// Empty if the picks depend on each other.
std::vector<double> solve(const Rows& rows, const std::vector<Candidate>& picks) {
  const std::size_t n = picks.size();
  std::array<std::array<double, references_most + 1>, references_most> a{};
  for (std::size_t r = 0; r < n; ++r) {
    for (std::size_t c = 0; c < r; ++c) a[r][c] = a[c][r] = picks[r].with_picks[c];
    a[r][r] = rows.square(picks[r].row) * 1.0001;
    a[r][n] = picks[r].product;
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

/// What is left of a row's square sum, coefficients rounded as they will be stored.
double rest_of(const Rows& rows, double square, const std::vector<Candidate>& picks,
               std::vector<double>& x) {
  for (double& c : x) c = std::clamp(std::round(c * 64), -128.0, 127.0) / 64;
  double rest = square;
  for (std::size_t r = 0; r < picks.size(); ++r) {
    rest += x[r] * (x[r] * rows.square(picks[r].row) - 2 * picks[r].product);
    for (std::size_t c = 0; c < r; ++c) rest += 2 * x[r] * x[c] * picks[r].with_picks[c];
  }
  return std::max(rest, 0.0);
}

/// The candidate that fits best to what the picks leave; `candidates.size()` if none.
std::size_t next_pick(const Rows& rows, const std::vector<Candidate>& candidates, const Fit& fit,
                      std::span<const std::uint32_t> uses) {
  std::size_t best = candidates.size();
  double best_gain = 0;
  for (std::size_t k = 0; k < candidates.size(); ++k) {
    const Candidate& candidate = candidates[k];
    if (std::ranges::find(fit.picks, candidate.row, &Candidate::row) != fit.picks.end()) continue;
    double product = candidate.product;
    for (std::size_t r = 0; r < fit.picks.size(); ++r)
      product -= fit.coefficients[r] * candidate.with_picks[r];
    double gain = product * product / rows.square(candidate.row);
    if (uses[candidate.row] == 0) gain *= 0.98;
    if (gain > best_gain) best_gain = gain, best = k;
  }
  return best;
}

/// Adds picks as long as each saves more than it costs; `entries` of the row's cells are not 0.
Fit fit_row(const Rows& rows, std::size_t i, std::vector<Candidate> candidates, std::size_t entries,
            std::span<const std::uint32_t> uses) {
  constexpr double square_floor = 20;  // of a cell that is predicted as well as may be
  const double floor = static_cast<double>(entries) * square_floor;
  Fit fit{{}, {}, rows.square(i)};
  while (fit.picks.size() < references_most && fit.rest > 0) {
    const std::size_t next = next_pick(rows, candidates, fit, uses);
    if (next == candidates.size()) break;
    Fit more = fit;
    more.picks.push_back(candidates[next]);
    more.coefficients = solve(rows, more.picks);
    if (more.coefficients.empty()) break;
    more.rest = rest_of(rows, rows.square(i), more.picks, more.coefficients);
    const double gain = log2_of((fit.rest + floor) / (more.rest + floor));
    if (0.5 * static_cast<double>(entries) * gain < reference_bits) break;
    for (Candidate& candidate : candidates)
      candidate.with_picks[fit.picks.size()] = rows.product(candidate.row, candidates[next].row);
    fit = std::move(more);
  }
  return fit;
}

RowModel row_model_of(const Fit& fit) {
  RowModel row;
  row.reference_count = static_cast<std::uint32_t>(fit.picks.size());
  for (std::size_t r = 0; r < fit.picks.size(); ++r)
    row.references[r] = {static_cast<std::uint32_t>(fit.picks[r].row),
                         static_cast<std::int32_t>(std::lround(fit.coefficients[r] * 64))};
  return row;
}

}  // namespace

bool choose_row_references(const Job& job, Model& model) {
  constexpr std::size_t together = 8;
  const std::vector<std::int16_t> values = cell_values(job);
  const Rows rows(values, model.width);  // a shorter last row is not predicted
  const std::size_t reach = std::min<std::size_t>(
      2 * std::size_t{model.width}, std::size_t{64} << (std::max(job.effort, 4u) - 4));
  std::vector<std::uint32_t> uses(rows.count());
  std::vector<std::int64_t> products(together * (reach + together));
  for (std::size_t i = 1; i < rows.count(); i += together) {
    const std::size_t first = i - std::min(i, reach);
    const std::size_t count = std::min(together, rows.count() - i);
    const std::size_t candidates = i + count - first;
    rows.products(i, count, first, i + count, products.data());
    for (std::size_t k = i; k < i + count; ++k) {
      const auto of_row = std::span(products).subspan((k - i) * candidates, k - first);
      const auto entries = std::ranges::count_if(rows.row(k), [](auto v) { return v != 0; });
      const Fit fit = fit_row(rows, k, candidates_of(rows, first, of_row),
                              static_cast<std::size_t>(entries), uses);
      for (const Candidate& pick : fit.picks) ++uses[pick.row];
      model.rows[k] = row_model_of(fit);
    }
  }
  return std::ranges::any_of(uses, [](std::uint32_t n) { return n != 0; });
}

}  // namespace pondus::context_map
