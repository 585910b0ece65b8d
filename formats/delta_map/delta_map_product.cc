// Products with a block's changes alone: those of a line are those of the line it refers to, and of
// its changes. Sums are of float64, so that what cancels along references does not count.
#include <algorithm>
#include <bit>

#include "formats/block_product.h"
#include "formats/delta_map/delta_map_wire.h"

namespace pondus::delta_map {
namespace {

/// What values make of cells: a row for zero and one for each entry, with a step for each value.
/// Rows are named by the number of their first step.
class Steps {
 public:
  struct Step {
    double difference;  ///< by which the cell grows
    std::uint16_t row;  ///< of the new cell
  };

  /// Whether there are few enough steps to pay for a block of so many cells.
  static bool pay(std::uint32_t entries, std::uint64_t cells) {
    const std::uint64_t steps = std::uint64_t{entries} * (entries + 1);
    return steps <= std::min<std::uint64_t>(cells / 4, 1u << 16);
  }

  /// Of entries, float32.
  explicit Steps(ByteSpan entries) {
    std::vector<std::uint32_t> numbers{0};  // bit patterns: of zero, and of entry i at i + 1
    for (std::size_t at = 0; at < entries.size(); at += 4)
      numbers.push_back(load<std::uint32_t>(&entries[at]));
    const std::size_t values = numbers.size() - 1;
    for (const std::uint32_t old : numbers) {
      for (std::size_t value = 1; value <= values; ++value) {
        const std::uint32_t now = changed(old, numbers[value], numbers[1]);
        const std::size_t number = now == numbers[value] ? value : now == 0 ? 0 : 1;
        steps_.push_back({double{std::bit_cast<float>(now)} - double{std::bit_cast<float>(old)},
                          static_cast<std::uint16_t>(number * values)});
      }
    }
  }

  const Step* data() const { return steps_.data(); }

 private:
  std::vector<Step> steps_;
};

/// The cells of one line at a time, as rows of the steps.
class Path {
 public:
  Path(const BlockReader& in, const BlockLines& block, const Tables& tables)
      : in_(in), steps_(tables.code.cells()), rows_(block.lines.line_cells()) {}

  /// Goes from the line before to the next in visiting order, and calls `add(place, difference,
  /// turn)` for its changes.
  template <class Changes, class Add>
  void enter(std::uint32_t line, Changes&& for_each_change, Add&& add) {
    const std::uint32_t reference = in_.references()[line];
    while (!entered_.empty() && entered_.back().line != reference) leave();
    ++visited_;
    const bool keep =
        visited_ < in_.order().size() && in_.references()[in_.order()[visited_]] == line;
    if (keep) {
      entered_.push_back({line, undone_});
      if (undo_.size() < undone_ + rows_.size()) undo_.resize(2 * undone_ + rows_.size());
      change<true>(for_each_change, add);
    } else {
      change<false>(for_each_change, add);
    }
  }

 private:
  struct Entered {
    std::uint32_t line;
    std::size_t undone;  ///< when it was entered
  };
  struct Undo {
    std::uint16_t place;
    std::uint16_t row;
  };

  /// `keep`: whether the next line refers to this one and needs its cells.
  template <bool keep, class Changes, class Add>
  void change(Changes&& for_each_change, Add&& add) {
    std::uint16_t* const rows = rows_.data();
    const Steps::Step* const steps = steps_.data();
    Undo* undo = undo_.data() + undone_;
    for_each_change([&](std::uint32_t place, std::uint32_t value, unsigned turn) {
      const std::uint16_t row = rows[place];
      const Steps::Step& step = steps[row + value];
      if constexpr (keep) {
        *undo++ = {static_cast<std::uint16_t>(place), row};
        rows[place] = step.row;
      }
      add(place, step.difference, turn);
    });
    undone_ = static_cast<std::size_t>(undo - undo_.data());
  }

  void leave() {
    std::uint16_t* const rows = rows_.data();
    const Undo* const begin = undo_.data() + entered_.back().undone;
    for (const Undo* undo = undo_.data() + undone_; undo != begin; --undo)
      rows[undo[-1].place] = undo[-1].row;
    undone_ = entered_.back().undone;
    entered_.pop_back();
  }

  const BlockReader& in_;
  Steps steps_;
  std::vector<std::uint16_t> rows_;
  std::vector<Entered> entered_;  ///< lines whose changes are in the rows
  std::vector<Undo> undo_;
  std::size_t undone_ = 0;  ///< of them in use
  std::size_t visited_ = 0;
};

/// y[line] += the line times x.
Result<void> multiply_along(BlockReader& in, const BlockLines& block, BlockProduct& product) {
  const std::uint32_t stride = product.inputs().stride;
  Path path(in, block, *product.inputs().tables);
  std::vector<double> sums(std::size_t{block.count()} * stride);
  const auto visit = [&](std::uint32_t line, auto&& for_each_change) {
    double* const sum = &sums[std::size_t{line} * stride];
    const float* const x = product.x(line);
    std::copy_n(&sums[std::size_t{in.references()[line]} * stride], stride, sum);
    if (stride != 1) {
      path.enter(line, for_each_change, [&](std::uint32_t place, double difference, unsigned) {
        for (std::uint32_t v = 0; v < stride; ++v)
          sum[v] += difference * double{x[std::size_t{place} * stride + v]};
      });
      return;
    }
    double turns[4] = {*sum};
    path.enter(line, for_each_change, [&](std::uint32_t place, double difference, unsigned turn) {
      turns[turn] += difference * double{x[place]};
    });
    *sum = (turns[0] + turns[1]) + (turns[2] + turns[3]);
  };
  if (!Walk(in, block).run(visit)) return in.error();
  for (auto line = static_cast<std::uint32_t>(product.wanted().begin); line < product.wanted().end;
       ++line) {
    for (std::uint32_t v = 0; v < stride; ++v)
      product.y(line)[v] += static_cast<float>(sums[std::size_t{line} * stride + v]);
  }
  return {};
}

/// What each line is multiplied by, and what the lines are that refer to it, one after another.
std::vector<double> gather_factors(const BlockReader& in, const BlockProduct& product) {
  const std::uint32_t stride = product.inputs().stride;
  std::vector<double> factors(in.references().size() * stride);
  for (auto line = static_cast<std::uint32_t>(product.wanted().begin); line < product.wanted().end;
       ++line)
    std::copy_n(product.x(line), stride, &factors[std::size_t{line} * stride]);
  for (auto at = in.order().rbegin(); at != in.order().rend(); ++at) {
    const std::uint32_t reference = in.references()[*at];
    if (reference == *at) continue;
    for (std::uint32_t v = 0; v < stride; ++v)
      factors[std::size_t{reference} * stride + v] += factors[std::size_t{*at} * stride + v];
  }
  return factors;
}

/// y += multiples of the lines.
Result<void> multiply_across(BlockReader& in, const BlockLines& block, BlockProduct& product) {
  const std::uint32_t stride = product.inputs().stride;
  const std::uint64_t segments = block.lines.segments();
  const std::vector<double> factors = gather_factors(in, product);
  std::vector<double> sums(block.lines.length() * stride);
  const auto sums_of = [&](std::uint32_t line) {
    return &sums[(block.range.begin + line) % segments * line_cells_most * stride];
  };
  Path path(in, block, *product.inputs().tables);
  const auto visit = [&](std::uint32_t line, auto&& for_each_change) {
    double* const sum = sums_of(line);
    const double* const factor = &factors[std::size_t{line} * stride];
    if (stride == 1) {
      path.enter(line, for_each_change,
                 [sum, by = *factor](std::uint32_t place, double difference, unsigned) {
                   sum[place] += difference * by;
                 });
      return;
    }
    path.enter(line, for_each_change, [&](std::uint32_t place, double difference, unsigned) {
      for (std::uint32_t v = 0; v < stride; ++v)
        sum[std::size_t{place} * stride + v] += difference * factor[v];
    });
  };
  if (!Walk(in, block).run(visit)) return in.error();
  for (std::uint32_t line = 0; line < std::min<std::uint64_t>(segments, block.count()); ++line) {
    const std::size_t count = std::size_t{block.cells_of(line)} * stride;
    const double* const from = sums_of(line);
    float* const y = product.y(line);
    for (std::size_t i = 0; i < count; ++i) y[i] += static_cast<float>(from[i]);
  }
  return {};
}

/// Line by line, each right after it is made.
Result<void> multiply_lines(BlockReader& in, const BlockLines& block, BlockProduct& product) {
  Bytes& cells = product.scratch().cells;
  cells.resize(block.cells() * sizeof(float));
  MaskedLines lines(in, block, product.inputs().tables->code.cells(), sizeof(float), cells);
  while (lines.next())
    product.add_cells(
        lines.first_cell(),
        ByteSpan(cells).subspan(lines.first_cell() * sizeof(float), lines.cells() * sizeof(float)));
  if (!in.ok()) return in.error();
  return {};
}

}  // namespace

Result<void> multiply_block(const Tables& tables, const BlockLines& block, ByteSpan stored,
                            std::uint64_t offset, BlockProduct& product) {
  const bool steps = Steps::pay(tables.entries(), block.cells());
  BlockReader in(tables, block, stored, offset);
  if (!in.ok()) return in.error();
  if (product.inputs().moderate && in.has_mask()) return multiply_lines(in, block, product);
  if (product.inputs().moderate && steps)
    return product.inputs().along ? multiply_along(in, block, product)
                                  : multiply_across(in, block, product);
  Bytes& cells = product.scratch().cells;
  cells.resize(block.plain_bytes());
  auto decoded = encoding.decode_block(tables, block, stored, offset, cells);
  if (decoded) product.add_stored_cells(cells);
  return decoded;
}

}  // namespace pondus::delta_map
