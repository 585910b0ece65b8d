// Sorts rows and columns into classes.
#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "formats/context_map/search.h"

namespace pondus::context_map {
namespace {

/// The events of the cells of each line, an event being a cell's context and token as one number,
/// and how often each comes in the line.
class LineEvents {
 public:
  struct Event {
    std::uint32_t number;
    std::uint32_t count;
  };

  LineEvents(const Job& job, const Model& model, bool rows) {
    const std::vector<std::uint16_t> contexts = cell_contexts(model, job.tokens);
    const std::size_t lines = rows ? model.row_count() : model.width;
    const std::size_t step = rows ? 1 : model.width;
    std::vector<std::uint32_t> counts(std::size_t{model.contexts()} * model.tokens());
    std::vector<std::uint32_t> seen(counts.size() +
                                    1);  // the place behind the last is written as well
    for (std::size_t line = 0; line < lines; ++line) {
      const std::size_t begin = rows ? line * model.width : line;
      const std::size_t end =
          std::min<std::size_t>(model.cells, rows ? begin + model.width : model.cells);
      std::size_t distinct = 0;
      for (std::size_t i = begin; i < end; i += step) {
        const std::uint32_t event = contexts[i] * model.tokens() + job.tokens[i];
        seen[distinct] = event;
        distinct += counts[event]++ == 0;
      }
      for (std::size_t i = 0; i < distinct; ++i)
        events_.push_back({seen[i], std::exchange(counts[seen[i]], 0)});
      ends_.push_back(events_.size());
    }
  }

  std::size_t lines() const { return ends_.size(); }
  std::span<const Event> of(std::size_t line) const {
    const std::size_t begin = line == 0 ? 0 : ends_[line - 1];
    return std::span(events_).subspan(begin, ends_[line] - begin);
  }

 private:
  std::vector<Event> events_;
  std::vector<std::size_t> ends_;
};

/// Moves lines between classes so that their cells cost least.
template <std::uint32_t classes>
class LineClasses {
 public:
  LineClasses(const LineEvents& events, const Model& model)
      : events_(events),
        tokens_(model.tokens()),
        chosen_(events.lines()),
        before_(chosen_.size(), classes),
        counts_(std::size_t{model.contexts()} * model.tokens() * classes) {}

  std::vector<std::uint32_t> choose(unsigned rounds) {
    start();
    for (unsigned i = 0; i < rounds && chosen_ != before_; ++i) move();
    return std::move(chosen_);
  }

 private:
  using Bits = std::array<float, classes>;

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
    for (std::size_t line = 0; line < chosen_.size(); ++line) {
      if (chosen_[line] == before_[line]) continue;
      for (const auto& event : events_.of(line)) {
        std::uint32_t* const counts = &counts_[std::size_t{event.number} * classes];
        if (before_[line] != classes) counts[before_[line]] -= event.count;
        counts[chosen_[line]] += event.count;
      }
    }
    before_ = chosen_;
  }

  /// What the cells of each line would cost in each class.
  std::vector<Bits> line_bits() const {
    const std::vector<float> costs = costs_of_variants(counts_, tokens_, classes);
    std::vector<Bits> bits(chosen_.size());
    for (std::size_t line = 0; line < chosen_.size(); ++line) {
      Bits of_line{};
      for (const auto& event : events_.of(line)) {
        const float* const cost = &costs[std::size_t{event.number} * classes];
        for (std::uint32_t c = 0; c < classes; ++c)
          of_line[c] += static_cast<float>(event.count) * cost[c];
      }
      bits[line] = of_line;
    }
    return bits;
  }

  const LineEvents& events_;
  std::uint32_t tokens_;
  std::vector<std::uint32_t> chosen_;
  std::vector<std::uint32_t> before_;  ///< when `counts_` were taken; classes where never
  std::vector<std::uint32_t> counts_;  ///< of each event in each class
};

/// Of rows or columns; `model` has no classes of them.
std::vector<std::uint32_t> classes_of(const Job& job, const Model& model, bool rows,
                                      std::uint32_t classes) {
  const unsigned rounds = job.effort >= 7 ? 6 : 3;
  const LineEvents events(job, model, rows);
  switch (classes) {
    case 2:
      return LineClasses<2>(events, model).choose(rounds);
    case 4:
      return LineClasses<4>(events, model).choose(rounds);
    default:
      return LineClasses<8>(events, model).choose(rounds);
  }
}

}  // namespace

void choose_row_classes(const Job& job, Model& model, std::uint32_t classes) {
  model.row_classes = 1;
  for (RowModel& row : model.rows) row.row_class = 0;
  const auto chosen = classes_of(job, model, true, classes);
  model.row_classes = classes;
  for (std::size_t i = 0; i < chosen.size(); ++i) model.rows[i].row_class = chosen[i];
}

void choose_column_classes(const Job& job, Model& model, std::uint32_t classes) {
  model.column_classes = 1;
  for (ColumnModel& column : model.columns) column.column_class = 0;
  const auto chosen = classes_of(job, model, false, classes);
  model.column_classes = classes;
  for (std::size_t j = 0; j < chosen.size(); ++j) model.columns[j].column_class = chosen[j];
}

}  // namespace pondus::context_map
