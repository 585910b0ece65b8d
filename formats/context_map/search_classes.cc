// Sorts rows and columns into classes.
#include <algorithm>
#include <numeric>

#include "formats/context_map/search.h"

namespace pondus::context_map {
namespace {

/// Moves lines of one direction between classes so that their cells cost least.
class LineClasses {
 public:
  LineClasses(const Job& job, const Model& model, std::uint32_t classes, bool rows)
      : job_(job), model_(model), classes_(classes), rows_(rows) {
    Model without = model;
    if (rows) {
      without.row_classes = 1;
      for (RowModel& row : without.rows) row.row_class = 0;
    } else {
      without.column_classes = 1;
      for (ColumnModel& column : without.columns) column.column_class = 0;
    }
    contexts_ = cell_contexts(without, job.tokens);
    context_count_ = without.contexts();
    chosen_.resize(rows ? model.row_count() : model.width);
    start();
  }

  std::vector<std::uint32_t> choose(unsigned rounds) {
    for (unsigned i = 0; i < rounds; ++i) move();
    return chosen_;
  }

 private:
  std::size_t line_of(std::size_t cell) const {
    return rows_ ? cell / model_.width : cell % model_.width;
  }

  /// By what the lines cost without classes.
  void start() {
    std::vector<float> costs = costs_by_class();
    std::vector<double> bits(chosen_.size());
    for (std::size_t i = 0; i < contexts_.size(); ++i)
      bits[line_of(i)] +=
          double(costs[std::size_t{contexts_[i]} * model_.tokens() + job_.tokens[i]]);
    std::vector<std::uint32_t> order(chosen_.size());
    std::iota(order.begin(), order.end(), 0u);
    std::ranges::stable_sort(order, {}, [&](std::uint32_t line) { return bits[line]; });
    for (std::size_t i = 0; i < order.size(); ++i)
      chosen_[order[i]] = std::uint32_t(i * classes_ / order.size());
  }

  std::vector<float> costs_by_class() const {
    Histograms histograms{model_.tokens(), {}};
    histograms.counts.resize(std::size_t{classes_} * context_count_ * model_.tokens());
    for (std::size_t i = 0; i < contexts_.size(); ++i) {
      const std::size_t context = std::size_t{chosen_[line_of(i)]} * context_count_ + contexts_[i];
      ++histograms.of(context)[job_.tokens[i]];
    }
    std::vector<float> costs(histograms.counts.size());
    for (std::size_t c = 0; c < histograms.size(); ++c)
      costs_of(histograms.of(c), std::span(costs).subspan(c * model_.tokens(), model_.tokens()));
    return costs;
  }

  void move() {
    const std::vector<float> costs = costs_by_class();
    std::vector<float> bits(chosen_.size() * classes_);
    const std::size_t step = std::size_t{context_count_} * model_.tokens();
    for (std::size_t i = 0; i < contexts_.size(); ++i) {
      float* const of_line = &bits[line_of(i) * classes_];
      const float* cost = &costs[std::size_t{contexts_[i]} * model_.tokens() + job_.tokens[i]];
      for (std::uint32_t c = 0; c < classes_; ++c, cost += step) of_line[c] += *cost;
    }
    for (std::size_t line = 0; line < chosen_.size(); ++line) {
      const auto of_line = std::span(bits).subspan(line * classes_, classes_);
      chosen_[line] = std::uint32_t(std::ranges::min_element(of_line) - of_line.begin());
    }
  }

  const Job& job_;
  const Model& model_;
  std::uint32_t classes_;
  bool rows_;
  std::uint32_t context_count_ = 0;
  std::vector<std::uint16_t> contexts_;
  std::vector<std::uint32_t> chosen_;
};

}  // namespace

void choose_classes(const Job& job, Model& model, std::uint32_t row_classes,
                    std::uint32_t column_classes) {
  const unsigned rounds = job.effort >= 7 ? 6 : 3;
  if (row_classes > 1) {
    const auto chosen = LineClasses(job, model, row_classes, true).choose(rounds);
    model.row_classes = row_classes;
    for (std::size_t i = 0; i < chosen.size(); ++i) model.rows[i].row_class = chosen[i];
  }
  if (column_classes > 1) {
    const auto chosen = LineClasses(job, model, column_classes, false).choose(rounds);
    model.column_classes = column_classes;
    for (std::size_t j = 0; j < chosen.size(); ++j) model.columns[j].column_class = chosen[j];
  }
}

}  // namespace pondus::context_map
