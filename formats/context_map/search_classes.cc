// Sorts rows and columns into classes.
#include <algorithm>
#include <array>
#include <numeric>

#include "formats/context_map/search.h"

namespace pondus::context_map {
namespace {

/// Moves lines of one direction between classes so that their cells cost least.
template <std::uint32_t classes, bool rows>
class LineClasses {
 public:
  /// `model` has no classes in this direction.
  LineClasses(const Job& job, const Model& model)
      : job_(job),
        model_(model),
        contexts_(cell_contexts(model, job.tokens)),
        chosen_(rows ? model.row_count() : model.width),
        before_(chosen_.size(), classes),
        counts_(std::size_t{model.contexts()} * model.tokens() * classes) {}

  std::vector<std::uint32_t> choose(unsigned rounds) {
    start();
    for (unsigned i = 0; i < rounds && chosen_ != before_; ++i) move();
    return std::move(chosen_);
  }

 private:
  using Bits = std::array<float, classes>;

  /// The context and the token of a cell as one number.
  std::size_t event(std::size_t cell) const {
    return std::size_t{contexts_[cell]} * model_.tokens() + job_.tokens[cell];
  }

  /// By what the lines cost without classes.
  void start() {
    count();
    std::vector<Bits> bits = line_bits();
    std::vector<std::uint32_t> order(chosen_.size());
    std::iota(order.begin(), order.end(), 0u);
    std::ranges::stable_sort(order, {}, [&](std::uint32_t line) { return bits[line][0]; });
    for (std::size_t i = 0; i < order.size(); ++i)
      chosen_[order[i]] = std::uint32_t(i * classes / order.size());
  }

  /// Each line to the class where it costs least.
  void move() {
    count();
    const std::vector<Bits> bits = line_bits();
    for (std::size_t line = 0; line < chosen_.size(); ++line)
      chosen_[line] = std::uint32_t(std::ranges::min_element(bits[line]) - bits[line].begin());
  }

  /// Counts the cells of the lines that have moved, for the first time those of all.
  void count() {
    const auto shift = [&](std::size_t line, std::size_t cell) {
      if (chosen_[line] == before_[line]) return;
      std::uint32_t* const counts = &counts_[event(cell) * classes];
      if (before_[line] != classes) --counts[before_[line]];
      ++counts[chosen_[line]];
    };
    for (std::size_t row = 0; row < model_.row_count(); ++row) {
      if (rows && chosen_[row] == before_[row]) continue;
      const std::size_t begin = row * model_.width;
      const std::size_t end = std::min<std::size_t>(begin + model_.width, model_.cells);
      for (std::size_t i = begin; i < end; ++i) shift(rows ? row : i - begin, i);
    }
    before_ = chosen_;
  }

  /// What the cells of each line would cost in each class.
  std::vector<Bits> line_bits() const {
    const std::vector<float> costs = costs_of_variants(counts_, model_.tokens(), classes);
    std::vector<Bits> bits(chosen_.size());
    for (std::size_t row = 0; row < model_.row_count(); ++row) {
      const std::size_t begin = row * model_.width;
      const std::size_t end = std::min<std::size_t>(begin + model_.width, model_.cells);
      Bits of_row{};
      for (std::size_t i = begin; i < end; ++i) {
        const float* const cost = &costs[event(i) * classes];
        Bits& of_line = rows ? of_row : bits[i - begin];
        for (std::uint32_t c = 0; c < classes; ++c) of_line[c] += cost[c];
      }
      if (rows) bits[row] = of_row;
    }
    return bits;
  }

  const Job& job_;
  const Model& model_;
  std::vector<std::uint16_t> contexts_;
  std::vector<std::uint32_t> chosen_;
  std::vector<std::uint32_t> before_;  ///< when `counts_` were taken; classes where never
  std::vector<std::uint32_t> counts_;  ///< of each event in each class
};

template <bool rows>
std::vector<std::uint32_t> classes_of(const Job& job, const Model& model, std::uint32_t classes) {
  const unsigned rounds = job.effort >= 7 ? 6 : 3;
  switch (classes) {
    case 2:
      return LineClasses<2, rows>(job, model).choose(rounds);
    case 4:
      return LineClasses<4, rows>(job, model).choose(rounds);
    default:
      return LineClasses<8, rows>(job, model).choose(rounds);
  }
}

}  // namespace

void choose_row_classes(const Job& job, Model& model, std::uint32_t classes) {
  model.row_classes = 1;
  for (RowModel& row : model.rows) row.row_class = 0;
  const auto chosen = classes_of<true>(job, model, classes);
  model.row_classes = classes;
  for (std::size_t i = 0; i < chosen.size(); ++i) model.rows[i].row_class = chosen[i];
}

void choose_column_classes(const Job& job, Model& model, std::uint32_t classes) {
  model.column_classes = 1;
  for (ColumnModel& column : model.columns) column.column_class = 0;
  const auto chosen = classes_of<false>(job, model, classes);
  model.column_classes = classes;
  for (std::size_t j = 0; j < chosen.size(); ++j) model.columns[j].column_class = chosen[j];
}

}  // namespace pondus::context_map
