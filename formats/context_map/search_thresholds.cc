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

std::vector<std::int32_t> predictions_of(const Job& job, const Model& model) {
  std::vector<std::int16_t> values(model.cells);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = job.values[job.tokens[i]];
  std::vector<std::int32_t> predictions(model.cells, 32);
  for (std::uint32_t row = 0; row < model.row_count(); ++row) {
    const std::size_t begin = std::size_t{row} * model.width;
    const std::size_t end = std::min<std::size_t>(begin + model.width, model.cells);
    for (std::uint32_t r = 0; r < model.rows[row].reference_count; ++r) {
      const Reference& reference = model.rows[row].references[r];
      const std::int16_t* const from = &values[std::size_t{reference.row} * model.width];
      for (std::size_t i = begin; i < end; ++i)
        predictions[i] += reference.coefficient * from[i - begin];
    }
  }
  for (std::int32_t& prediction : predictions) prediction >>= 6;
  return predictions;
}

/// Bins of about equal weight, where a prediction that occurs often stands alone.
struct FineBins {
  std::vector<std::int32_t> begins{-prediction_most};
  std::vector<std::uint16_t> of;  ///< of each prediction from -prediction_most on

  explicit FineBins(const std::vector<std::int32_t>& predictions) : of(2 * prediction_most + 1) {
    constexpr double bins_about = 320;
    std::vector<std::uint32_t> seen(of.size());
    for (const std::int32_t p : predictions) ++seen[static_cast<std::size_t>(p + prediction_most)];
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
  const std::vector<std::int32_t> predictions = predictions_of(job, model);
  const FineBins fine(predictions);
  Histograms histograms{model.tokens(), {}};
  histograms.counts.resize(fine.begins.size() * model.tokens());
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const std::size_t bin = fine.of[static_cast<std::size_t>(predictions[i] + prediction_most)];
    ++histograms.of(bin)[job.tokens[i]];
  }
  const std::vector<std::size_t> kept = merge_bins(
      std::move(histograms), std::min(thresholds_most + 1, contexts_allowed(model.cells) / 16));
  model.thresholds.clear();
  for (std::size_t i = 1; i < kept.size(); ++i) model.thresholds.push_back(fine.begins[kept[i]]);
  model.values.clear();
  if (!model.thresholds.empty()) model.values.assign(job.values.begin(), job.values.end());
}

}  // namespace pondus::context_map
