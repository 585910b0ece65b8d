// Builds some models of growing size and keeps the one that costs least.
#include "formats/context_map/search.h"

#include <algorithm>
#include <limits>

#include "formats/context_map/model_coder.h"

namespace pondus::context_map {
namespace {

/// Keeps the cheapest model that it is shown.
class Best {
 public:
  explicit Best(const Job& job) : job_(job) {}

  /// Completes a model with tables; gives its bytes, if it has no more contexts than it may.
  double offer(Model model) {
    if (model.contexts() > contexts_allowed(model.cells)) return std::numeric_limits<double>::max();
    const double bits = choose_tables(job_, model);
    BinaryEncoder coder;
    Model copy = model;
    [[maybe_unused]] const bool valid = ModelCoder(coder, copy, job_.entries).code();
    assert(valid);
    const double bytes = bits / 8 + static_cast<double>(coder.finish().size());
    if (least_ < 0 || bytes < least_) {
      least_ = bytes;
      model_ = std::move(model);
    }
    return bytes;
  }

  Model take() { return std::move(model_); }

 private:
  const Job& job_;
  Model model_;
  double least_ = -1;
};

/// Rows and columns in classes, twice over where that is worth the time.
void offer_classes(const Job& job, const Model& base, Best& best) {
  for (std::uint32_t classes = 4; classes <= (job.effort >= 7 ? 8u : 4u); classes *= 2) {
    Model model = base;
    for (unsigned i = 0; i < (job.effort >= 7 ? 2u : 1u); ++i) {
      choose_row_classes(job, model, classes);
      choose_column_classes(job, model, classes);
    }
    best.offer(std::move(model));
  }
}

/// Rows predicted by earlier ones, then with columns that refer to others, then with row classes.
/// Gives the bytes with predictions alone; `order_0` are those without anything.
double offer_predictions(const Job& job, Model model, double order_0, Best& best) {
  if (!choose_row_references(job, model)) return std::numeric_limits<double>::max();
  choose_thresholds(job, model);
  const double by_rows = best.offer(model);
  if (by_rows >= 0.98 * order_0) return by_rows;
  choose_column_references(job, model);
  const double by_both = best.offer(model);
  const std::uint32_t most = by_both < by_rows && job.effort >= 7 ? 4 : 2;
  for (std::uint32_t classes = 2; classes <= most; classes *= 2) {
    choose_row_classes(job, model, classes);
    best.offer(model);
  }
  return by_rows;
}

}  // namespace

std::vector<std::int16_t> cell_values(const Job& job) {
  std::vector<std::int16_t> values(job.tokens.size());
  std::ranges::transform(job.tokens, values.begin(), [&](auto token) { return job.values[token]; });
  return values;
}

void choose_model(const Job& job, Model& model) {
  constexpr double predicted_well = 0.75;  // classes alone never come near
  model.symbol_class.assign(model.tokens(), 0);
  model.rows.assign(model.row_count(), {});
  model.columns.assign(model.width, {});
  Best best(job);
  const double order_0 = best.offer(model);
  if (offer_predictions(job, model, order_0, best) > predicted_well * order_0)
    offer_classes(job, model, best);
  model = best.take();
}

}  // namespace pondus::context_map
