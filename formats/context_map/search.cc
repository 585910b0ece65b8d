// Builds some models of growing size and keeps the one that costs least.
#include "formats/context_map/search.h"

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
    for (unsigned i = 0; i < (job.effort >= 7 ? 2u : 1u); ++i)
      choose_classes(job, model, classes, classes);
    best.offer(std::move(model));
  }
}

}  // namespace

void choose_model(const Job& job, Model& model) {
  model.symbol_class.assign(model.tokens(), 0);
  model.rows.assign(model.row_count(), {});
  model.columns.assign(model.width, {});
  Best best(job);
  const double order_0 = best.offer(model);
  offer_classes(job, model, best);
  Model predicted = model;
  if (choose_row_references(job, predicted)) {
    choose_thresholds(job, predicted);
    const double by_rows = best.offer(predicted);
    if (by_rows < 0.98 * order_0) {
      choose_column_references(job, predicted);
      const double by_both = best.offer(predicted);
      const std::uint32_t most = by_both < by_rows && job.effort >= 7 ? 4 : 2;
      for (std::uint32_t classes = 2; classes <= most; classes *= 2) {
        Model more = predicted;
        choose_classes(job, more, classes, 1);
        best.offer(std::move(more));
      }
    }
  }
  model = best.take();
}

}  // namespace pondus::context_map
