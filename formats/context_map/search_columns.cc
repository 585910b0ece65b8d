// Finds for each column an earlier one whose cells say most about its own, and classes of lines.
#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "codec/base/logarithm.h"
#include "formats/context_map/search.h"

namespace pondus::context_map {
namespace {

/// Tokens and contexts of whole rows, column after column.
struct Columns {
  std::size_t rows;
  std::vector<std::uint8_t> tokens;
  std::vector<std::uint16_t> contexts;
};

Columns columns_of(const Model& model, std::span<const std::uint8_t> tokens) {
  const std::size_t rows = model.cells / model.width;
  const auto contexts = cell_contexts(model, tokens);
  Columns columns{rows, std::vector<std::uint8_t>(rows * model.width),
                  std::vector<std::uint16_t>(rows * model.width)};
  for (std::size_t j0 = 0; j0 < model.width; j0 += 32) {
    const std::size_t j1 = std::min<std::size_t>(j0 + 32, model.width);
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = j0; j < j1; ++j) {
        columns.tokens[j * rows + i] = tokens[i * model.width + j];
        columns.contexts[j * rows + i] = contexts[i * model.width + j];
      }
    }
  }
  return columns;
}

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
    for (std::size_t j = 0; j < model.width; ++j) {
      for (std::size_t i = 0; i < columns.rows; ++i) {
        const std::size_t at = j * columns.rows + i;
        const std::uint16_t context = columns.contexts[at];
        const double over = values[columns.tokens[at]] - sums[context] / counts[context];
        if (over > 8) bits_[2 * j * words_ + i / 64] |= std::uint64_t{1} << i % 64;
        if (over < -8) bits_[(2 * j + 1) * words_ + i / 64] |= std::uint64_t{1} << i % 64;
      }
    }
  }

  void agreements(std::size_t j, std::size_t begin, std::size_t end, std::int32_t* scores) const {
    const std::uint64_t* const a = &bits_[2 * j * words_];
    for (std::size_t k = begin; k < end; ++k) {
      const std::uint64_t* const b = &bits_[2 * k * words_];
      std::int32_t score = 0;
      for (std::size_t w = 0; w < words_; ++w) {
        score += std::popcount((a[w] & b[w]) | (a[w + words_] & b[w + words_]));
        score -= std::popcount((a[w] & b[w + words_]) | (a[w + words_] & b[w]));
      }
      scores[k - begin] = score;
    }
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
  std::vector<std::uint32_t> best(end - begin);
  std::iota(best.begin(), best.end(), 0u);
  const auto middle = best.begin() + std::ptrdiff_t(std::min(most, best.size()));
  std::partial_sort(best.begin(), middle, best.end(), [&](std::uint32_t a, std::uint32_t b) {
    return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
  });
  best.erase(middle, best.end());
  std::erase_if(best, [&](std::uint32_t k) { return scores[k] <= 4; });
  for (std::uint32_t& k : best) k += begin + 1;
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
      : job_(job), model_(model), columns_(columns_of(model, job.tokens)), bins_(model.contexts()) {
    const Surprises surprises(columns_, model, job.values);
    const std::size_t most =
        std::min<std::size_t>(candidates_most, job.effort >= 7 ? 2 * job.effort - 6 : 3);
    for (std::uint32_t j = 0; j < model.width; ++j)
      candidates_.push_back(candidates_of(surprises, j, most));
    choose_symbol_classes(job, model);
    uses_.assign(model.width + 1, 0);
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
  std::uint32_t class_of(std::uint32_t reference, std::size_t i) const {
    if (reference == 0) return 0;
    return model_.symbol_class[columns_.tokens[(reference - 1) * columns_.rows + i]];
  }

  void count() {
    Histograms histograms{model_.tokens(), {}};
    histograms.counts.resize(std::size_t{bins_} * model_.symbol_classes * model_.tokens());
    std::ranges::fill(uses_, 0u);
    for (std::uint32_t j = 0; j < model_.width; ++j) {
      const std::uint32_t reference = model_.columns[j].reference;
      ++uses_[reference];
      for (std::size_t i = 0; i < columns_.rows; ++i) {
        const std::size_t at = j * columns_.rows + i;
        ++histograms.of(columns_.contexts[at] * model_.symbol_classes +
                        class_of(reference, i))[columns_.tokens[at]];
      }
    }
    costs_.resize(histograms.counts.size());
    for (std::size_t c = 0; c < histograms.size(); ++c)
      costs_of(histograms.of(c), std::span(costs_).subspan(c * model_.tokens(), model_.tokens()));
  }

  /// Bits of column j's cells, and of the reference itself by how often it is used.
  double price(std::uint32_t j, std::uint32_t reference) const {
    double bits = log2_of((double(model_.width) * 1.5) / (uses_[reference] + 0.5));
    const std::uint32_t tokens = model_.tokens();
    float cells = 0;
    for (std::size_t i = 0; i < columns_.rows; ++i) {
      const std::size_t at = j * columns_.rows + i;
      const std::uint32_t context =
          columns_.contexts[at] * model_.symbol_classes + class_of(reference, i);
      cells += costs_[std::size_t{context} * tokens + columns_.tokens[at]];
    }
    return bits + double(cells);
  }

  void choose(std::uint32_t j) {
    std::uint32_t& reference = model_.columns[j].reference;
    std::uint32_t best = 0;
    double least = price(j, 0);
    for (const std::uint32_t k : candidates_[j]) {
      const double bits = price(j, k);
      if (bits < least) least = bits, best = k;
    }
    --uses_[reference];
    ++uses_[best];
    reference = best;
  }

  const Job& job_;
  Model& model_;
  Columns columns_;
  std::uint32_t bins_;
  std::vector<std::vector<std::uint32_t>> candidates_;
  std::vector<std::uint32_t> uses_;
  std::vector<float> costs_;
};

}  // namespace

void choose_column_references(const Job& job, Model& model) {
  ColumnReferences(job, model).improve(job.effort >= 7 ? 3 : 2);
}

}  // namespace pondus::context_map
