// Cuts predictions into bins.
#include <algorithm>
#include <cmath>

#include "formats/context_map/search.h"

namespace pondus::context_map {
namespace {

/// Merges neighbouring bins until so many are left, each time the two that cost least together.
std::vector<std::size_t> merge_bins(Histograms histograms, std::size_t most) {
  std::vector<std::size_t> begins(histograms.size());
  std::vector<double> own(begins.size()), joint(begins.size());
  for (std::size_t i = 0; i < begins.size(); ++i)
    begins[i] = i, own[i] = entropy_bits(histograms.of(i));
  std::vector<std::uint32_t> both(histograms.tokens);
  const auto price = [&](std::size_t i) {
    const auto a = histograms.of(begins[i]), b = histograms.of(begins[i + 1]);
    for (std::size_t s = 0; s < both.size(); ++s) both[s] = a[s] + b[s];
    return entropy_bits(both) - own[i] - own[i + 1];
  };
  for (std::size_t i = 0; i + 1 < begins.size(); ++i) joint[i] = price(i);
  while (begins.size() > 1) {
    const auto at = std::size_t(
        std::min_element(joint.begin(), joint.begin() + std::ptrdiff_t(begins.size() - 1)) -
        joint.begin());
    if (begins.size() <= most && joint[at] > 40) break;
    own[at] += own[at + 1] + joint[at];
    for (std::size_t s = 0; s < both.size(); ++s)
      histograms.of(begins[at])[s] += histograms.of(begins[at + 1])[s];
    const auto gone = std::ptrdiff_t(at + 1);
    begins.erase(begins.begin() + gone);
    own.erase(own.begin() + gone);
    joint.erase(joint.begin() + gone);
    if (at > 0) joint[at - 1] = price(at - 1);
    if (at + 1 < begins.size()) joint[at] = price(at);
  }
  return begins;
}

/// Calls visit(cell, prediction from 0 on) for each cell.
template <class Visit>
void each_prediction(const Job& job, const Model& model, const Visit& visit) {
  const auto values = cell_values(job);
  for (std::uint32_t row = 0; row < model.row_count(); ++row) {
    const RowSources sources(model, values, row);
    const std::size_t begin = std::size_t{row} * model.width;
    const std::size_t count = std::min<std::size_t>(model.width, model.cells - begin);
    for (std::size_t j = 0; j < count; ++j)
      visit(begin + j, static_cast<std::uint32_t>(sources.predict(j) + prediction_most));
  }
}

/// Bins of about equal weight, where a prediction that occurs often stands alone.
struct FineBins {
  std::vector<std::int32_t> begins{-prediction_most};
  std::vector<std::uint16_t> of;  ///< of each prediction from -prediction_most on

  FineBins(const Job& job, const Model& model) : of(2 * prediction_most + 1) {
    constexpr double bins_about = 320;
    std::vector<std::uint32_t> seen(of.size());
    each_prediction(job, model, [&](std::size_t, std::size_t p) { ++seen[p]; });
    double all = 0;
    for (const std::uint32_t n : seen) all += std::sqrt(n);
    double held = 0;
    for (std::size_t p = 0; p < of.size(); ++p) {
      const double weight = std::sqrt(seen[p]);
      if (held > 0 && held + weight > all / bins_about) {
        begins.push_back(static_cast<std::int32_t>(p) - prediction_most);
        held = 0;
      }
      held += weight;
      of[p] = static_cast<std::uint16_t>(begins.size() - 1);
    }
  }
};

}  // namespace

void choose_thresholds(const Job& job, Model& model) {
  const FineBins fine(job, model);
  Histograms histograms{model.tokens(), {}};
  histograms.counts.resize(fine.begins.size() * model.tokens());
  each_prediction(job, model, [&](std::size_t cell, std::size_t p) {
    ++histograms.of(fine.of[p])[job.tokens[cell]];
  });
  const std::vector<std::size_t> kept = merge_bins(
      std::move(histograms), std::min(thresholds_most + 1, contexts_allowed(model.cells) / 16));
  model.thresholds.clear();
  for (std::size_t i = 1; i < kept.size(); ++i) model.thresholds.push_back(fine.begins[kept[i]]);
  model.values.clear();
  if (!model.thresholds.empty()) model.values.assign(job.values.begin(), job.values.end());
}

}  // namespace pondus::context_map
