// Finds for each column an earlier one whose cells say most about its own, and classes of lines.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>

#include "codec/base/instruction_set.h"
#include "codec/base/logarithm.h"
#include "formats/context_map/context_map_kernels.h"
#include "formats/context_map/search.h"

namespace pondus::context_map {
namespace {

void agreements_portable(const AgreementJob& job) {
  const std::uint64_t* const a = job.lines + 2 * job.line * job.words;
  for (std::size_t k = job.begin; k < job.end; ++k) {
    const std::uint64_t* const b = job.lines + 2 * k * job.words;
    std::int32_t score = 0;
    for (std::size_t w = 0; w < job.words; ++w) {
      const std::uint64_t* const c = b + job.words;
      const std::uint64_t* const d = a + job.words;
      score += std::popcount((a[w] & b[w]) | (d[w] & c[w]));
      score -= std::popcount((a[w] & c[w]) | (d[w] & b[w]));
    }
    job.scores[k - job.begin] = score;
  }
}

constexpr Kernels<CountAgreements> agreements_of{.portable = agreements_portable,
                                                 .avx2 = PONDUS_X86(agreements_avx2)};

/// Bytes of whole rows, column after column: `row(i)` gives those of row i, of each cell one.
template <class Row>
std::vector<std::uint8_t> turn(std::size_t rows, std::size_t width, const Row& row) {
  constexpr std::size_t stripe = 64;
  std::vector<std::uint8_t> turned(rows * width);
  std::vector<std::uint8_t> held(stripe * width);
  for (std::size_t begin = 0; begin < rows; begin += stripe) {
    const std::size_t end = std::min(begin + stripe, rows);
    for (std::size_t i = begin; i < end; ++i)
      std::ranges::copy(row(i), held.begin() + std::ptrdiff_t((i - begin) * width));
    for (std::size_t j = 0; j < width; ++j)
      for (std::size_t i = begin; i < end; ++i)
        turned[j * rows + i] = held[(i - begin) * width + j];
  }
  return turned;
}

/// Contexts and tokens of whole rows, column after column. The model has no classes, so that its
/// contexts are bins.
struct Columns {
  std::size_t rows;
  std::vector<std::uint8_t> contexts;
  std::vector<std::uint8_t> tokens;

  Columns(const Job& job, const Model& model)
      : rows(model.cells / model.width), contexts(bins(job, model)) {
    tokens = turn(rows, model.width,
                  [&](std::size_t i) { return job.tokens.subspan(i * model.width, model.width); });
  }

 private:
  std::vector<std::uint8_t> bins(const Job& job, const Model& model) const {
    const auto values = cell_values(job);
    RowBins of(model, values);
    return turn(rows, model.width, [&](std::size_t i) { return of.of_row(std::uint32_t(i)); });
  }
};

/// For each column the rows where it lies above, and below, what its contexts suggest.
class Surprises {
 public:
  Surprises(const Columns& columns, const Model& model, std::span<const std::int16_t> values)
      : words_((columns.rows + 63) / 64), bits_(2 * words_ * model.width) {
    std::vector<double> sums(model.contexts()), counts(model.contexts());
    for (std::size_t i = 0; i < columns.tokens.size(); ++i) {
      sums[columns.contexts[i]] += values[columns.tokens[i]];
      counts[columns.contexts[i]] += 1;
    }
    for (std::size_t x = 0; x < sums.size(); ++x) sums[x] /= counts[x];
    for (std::size_t j = 0; j < model.width; ++j) {
      std::uint64_t* const above = &bits_[2 * j * words_];
      std::uint64_t* const below = above + words_;
      for (std::size_t i = 0; i < columns.rows; ++i) {
        const std::size_t at = j * columns.rows + i;
        const double over = values[columns.tokens[at]] - sums[columns.contexts[at]];
        above[i / 64] |= std::uint64_t{over > 8} << i % 64;
        below[i / 64] |= std::uint64_t{over < -8} << i % 64;
      }
    }
  }

  void agreements(std::size_t j, std::size_t begin, std::size_t end, std::int32_t* scores) const {
    agreements_of.in_use()({bits_.data(), words_, j, begin, end, scores});
  }

 private:
  std::size_t words_;
  std::vector<std::uint64_t> bits_;
};

constexpr std::size_t candidates_most = 16;

/// The columns that agree most with column j, best first; those below 0 in the score left out.
std::vector<std::uint32_t> candidates_of(const Surprises& surprises, std::uint32_t j,
                                         std::size_t most) {
  const std::uint32_t end = j / rans_lanes * rans_lanes;
  const std::uint32_t begin = end - std::min<std::uint32_t>(end, 4096);
  std::vector<std::int32_t> scores(end - begin);
  surprises.agreements(j, begin, end, scores.data());
  std::vector<std::uint32_t> order(end - begin);
  std::iota(order.begin(), order.end(), 0u);
  const auto middle = order.begin() + std::ptrdiff_t(std::min(most, order.size()));
  std::partial_sort(order.begin(), middle, order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
  });
  std::vector<std::uint32_t> best;
  for (auto k = order.begin(); k != middle && scores[*k] > 4; ++k) best.push_back(*k + begin + 1);
  return best;
}

/// Few symbols have a class each, many share classes of neighbours in value; class 0 is left to
/// columns without a reference.
void choose_symbol_classes(const Job& job, Model& model) {
  std::vector<std::uint32_t> seen(model.tokens());
  for (const std::uint8_t token : job.tokens) ++seen[token];
  std::vector<std::size_t> order(model.tokens());
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::stable_sort(order, {}, [&](std::size_t s) { return job.values[s]; });
  model.symbol_class.assign(model.tokens(), 1);
  if (model.tokens() < classes_most) {
    for (std::size_t i = 0; i < order.size(); ++i)
      model.symbol_class[order[i]] = std::uint8_t(i + 1);
    model.symbol_classes = model.tokens() + 1;
    return;
  }
  double all = 0;
  for (const std::uint32_t n : seen) all += std::sqrt(double(n));
  double before = 0;
  std::uint32_t last = 0;
  for (const std::size_t s : order) {
    const double weight = std::sqrt(double(seen[s]));
    last = std::min(std::uint32_t((before + weight / 2) / all * (classes_most - 1)),
                    classes_most - 2);  // where the rest has no weight
    model.symbol_class[s] = std::uint8_t(last + 1);
    before += weight;
  }
  model.symbol_classes = classes_most;
}

class ColumnReferences {
 public:
  ColumnReferences(const Job& job, Model& model)
      : model_(model), columns_(job, model), bins_(model.contexts()) {
    const Surprises surprises(columns_, model, job.values);
    const std::size_t most =
        std::min<std::size_t>(candidates_most, job.effort >= 7 ? 2 * job.effort - 6 : 3);
    for (std::uint32_t j = 0; j < model.width; ++j)
      candidates_.push_back(candidates_of(surprises, j, most));
    choose_symbol_classes(job, model);
    classes_.resize(columns_.rows + columns_.tokens.size());
    std::ranges::transform(columns_.tokens, classes_.begin() + std::ptrdiff_t(columns_.rows),
                           [&](std::uint8_t token) { return model.symbol_class[token]; });
    for (std::uint32_t j = 0; j < model.width; ++j)
      if (!candidates_[j].empty()) model.columns[j].reference = candidates_[j][0];
  }

  void improve(unsigned rounds) {
    for (unsigned i = 0; i < rounds; ++i) {
      count();
      for (std::uint32_t j = 0; j < model_.width; ++j) choose(j);
    }
  }

 private:
  /// Classes of the tokens of the column that is referred to.
  const std::uint8_t* classes_of(std::uint32_t reference) const {
    return &classes_[reference * columns_.rows];
  }

  void count() {
    const std::uint32_t tokens = model_.tokens();
    const std::uint32_t classes = model_.symbol_classes;
    std::vector<std::uint32_t> counts(std::size_t{bins_} * tokens * classes);
    uses_.assign(model_.width + 1, 0);
    for (std::uint32_t j = 0; j < model_.width; ++j) {
      const std::uint32_t reference = model_.columns[j].reference;
      ++uses_[reference];
      const std::uint8_t* const from = classes_of(reference);
      for (std::size_t i = 0; i < columns_.rows; ++i) ++counts[event(j, i) * classes + from[i]];
    }
    costs_ = costs_of_variants(counts, tokens, classes);
  }

  /// The context and the token of a cell as one number.
  std::size_t event(std::uint32_t j, std::size_t i) const {
    const std::size_t at = j * columns_.rows + i;
    return std::size_t{columns_.contexts[at]} * model_.tokens() + columns_.tokens[at];
  }

  /// Bits of a reference by how often it is used.
  double reference_bits(std::uint32_t reference) const {
    return log2_of((double(model_.width) * 1.5) / (uses_[reference] + 0.5));
  }

  /// Takes the best of no reference and the candidates, and leaves but few of them for later.
  void choose(std::uint32_t j) {
    constexpr std::size_t kept = 3;
    std::vector<std::uint32_t>& candidates = candidates_[j];
    std::array<const std::uint8_t*, candidates_most + 1> from{classes_of(0)};
    std::ranges::transform(candidates, from.begin() + 1, [&](auto k) { return classes_of(k); });
    std::array<float, candidates_most + 1> cells{};
    for (std::size_t i = 0; i < columns_.rows; ++i) {
      const float* const costs = &costs_[event(j, i) * model_.symbol_classes];
      for (std::size_t k = 0; k <= candidates.size(); ++k) cells[k] += costs[from[k][i]];
    }
    std::vector<std::pair<double, std::uint32_t>> prices;
    for (std::size_t k = 0; k < candidates.size(); ++k)
      prices.push_back({double(cells[k + 1]) + reference_bits(candidates[k]), candidates[k]});
    std::ranges::stable_sort(prices, {}, &std::pair<double, std::uint32_t>::first);
    candidates.resize(std::min(kept, candidates.size()));
    for (std::size_t k = 0; k < candidates.size(); ++k) candidates[k] = prices[k].second;
    const bool gains = !prices.empty() && prices[0].first < double(cells[0]) + reference_bits(0);
    std::uint32_t& reference = model_.columns[j].reference;
    --uses_[reference];
    reference = gains ? prices[0].second : 0;
    ++uses_[reference];
  }

  Model& model_;
  Columns columns_;
  std::uint32_t bins_;
  std::vector<std::vector<std::uint32_t>> candidates_;
  std::vector<std::uint8_t> classes_;  ///< 0 for no reference, then of each column's tokens
  std::vector<std::uint32_t> uses_;
  std::vector<float> costs_;  ///< of each event after each class
};

}  // namespace

void choose_column_references(const Job& job, Model& model) {
  ColumnReferences(job, model).improve(job.effort >= 7 ? 3 : 2);
}

}  // namespace pondus::context_map
