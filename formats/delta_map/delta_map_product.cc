// Products with a block's changes alone: those of a line are those of the line it refers to, and of
// its changes. Sums are of float64, so that what cancels along references does not count.
#include <algorithm>
#include <bit>

#include "formats/block_product.h"
#include "formats/delta_map/delta_map_wire.h"

namespace pondus::delta_map {
namespace {

/// Goes from change to change through all lines in visiting order, with the cells, as float32, of
/// the line it is in and of no other.
class Walk {
 public:
  Walk(BlockReader& in, const BlockLines& block, const BlockProduct& product)
      : in_(in),
        block_(block),
        entries_(product.inputs().tables->code.cells()),
        first_(load<std::uint32_t>(entries_.data())),
        cells_(block.lines.line_cells()) {
    fetch();
    place_ = gap();
  }

  /// Calls `begin(line)`, `change(place, difference)` for its changes and `end(line)` for each
  /// line. Faults of the reader, and [delta_map.past-end].
  template <class Begin, class Change, class End>
  Result<void> run(Begin&& begin, Change&& change, End&& end) {
    for (std::size_t i = 0; i < in_.order().size(); ++i) {
      const std::uint32_t line = in_.order()[i];
      leave_all_but(in_.references()[line]);
      begin(line);
      if (i + 1 < in_.order().size() && in_.references()[in_.order()[i + 1]] == line) {
        path_.push_back({line, undone_.size()});
        walk_line<true>(line, change);
      } else {
        walk_line<false>(line, change);
      }
      end(line);
    }
    if (!in_.ok()) return in_.error();
    if (place_ < never) return in_.past_end();
    return {};
  }

 private:
  /// No change lies so far away.
  static constexpr std::uint64_t never = std::uint64_t{1} << 62;
  struct Step {
    std::uint32_t line;
    std::size_t undone;  ///< when it was entered
  };
  struct Undo {
    std::uint32_t place;
    std::uint32_t cell;
  };

  /// `keep`: whether the next line refers to this one and needs its cells.
  template <bool keep, class Change>
  void walk_line(std::uint32_t line, Change& change) {
    const std::uint64_t line_cells = block_.cells_of(line);
    std::uint64_t place = place_;
    while (place < line_cells) {
      const std::size_t number = little_endian(in_.values()[next_]);
      const auto value = load<std::uint32_t>(&entries_[number * sizeof(float)]);
      const std::uint32_t old = cells_[place];
      const std::uint32_t cell = changed(old, value, first_);
      if constexpr (keep) {
        undone_.push_back({static_cast<std::uint32_t>(place), old});
        cells_[place] = cell;
      }
      change(place, double{std::bit_cast<float>(cell)} - double{std::bit_cast<float>(old)});
      if (++next_ == in_.gaps().size()) fetch();
      place += 1 + gap();
    }
    place_ = place - line_cells;
  }

  /// Back from the lines that are entered to `line`, if it is one of them.
  void leave_all_but(std::uint32_t line) {
    while (!path_.empty() && path_.back().line != line) {
      while (undone_.size() > path_.back().undone) {
        cells_[undone_.back().place] = undone_.back().cell;
        undone_.pop_back();
      }
      path_.pop_back();
    }
  }

  void fetch() { next_ = in_.next_changes() ? 0 : in_.gaps().size(); }

  /// Cells between the last change and the next.
  std::uint64_t gap() const {
    return next_ < in_.gaps().size() ? little_endian(in_.gaps()[next_]) : 2 * never;
  }

  BlockReader& in_;
  const BlockLines& block_;
  ByteSpan entries_;  ///< as float32
  std::uint32_t first_;
  std::vector<std::uint32_t> cells_;
  std::vector<Step> path_;  ///< lines whose changes are in the cells
  std::vector<Undo> undone_;
  std::size_t next_ = 0;     ///< of the changes that were decoded last
  std::uint64_t place_ = 0;  ///< of that change, from the first cell of the line on
};

/// y[line] += the line times x.
Result<void> multiply_along(BlockReader& in, const BlockLines& block, BlockProduct& product) {
  const std::uint32_t stride = product.inputs().stride;
  std::vector<double> sums(std::size_t{block.count()} * stride);
  double* sum = nullptr;
  const float* x = nullptr;
  const auto begin = [&](std::uint32_t line) {
    sum = &sums[std::size_t{line} * stride];
    x = product.x(line);
    const std::uint32_t reference = in.references()[line];
    if (reference != line) std::copy_n(&sums[std::size_t{reference} * stride], stride, sum);
  };
  const auto none = [](std::uint32_t) {};
  Walk walk(in, block, product);
  Result<void> walked;
  if (stride == 1) {
    double one = 0;
    walked = walk.run([&](std::uint32_t line) { begin(line), one = *sum; },
                      [&](std::uint64_t place, double by) { one += by * double{x[place]}; },
                      [&](std::uint32_t) { *sum = one; });
  } else {
    const auto change = [&](std::uint64_t place, double by) {
      for (std::uint32_t v = 0; v < stride; ++v) sum[v] += by * double{x[place * stride + v]};
    };
    walked = walk.run(begin, change, none);
  }
  if (!walked) return walked;
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
  double* sum = nullptr;
  const double* factor = nullptr;
  const auto begin = [&](std::uint32_t line) {
    sum = sums_of(line);
    factor = &factors[std::size_t{line} * stride];
  };
  const auto change = [&](std::uint64_t place, double by) {
    for (std::uint32_t v = 0; v < stride; ++v) sum[place * stride + v] += by * factor[v];
  };
  auto walked = Walk(in, block, product).run(begin, change, [](std::uint32_t) {});
  if (!walked) return walked;
  for (std::uint32_t line = 0; line < std::min<std::uint64_t>(segments, block.count()); ++line) {
    const std::size_t count = std::size_t{block.cells_of(line)} * stride;
    const double* const from = sums_of(line);
    float* const y = product.y(line);
    for (std::size_t i = 0; i < count; ++i) y[i] += static_cast<float>(from[i]);
  }
  return {};
}

}  // namespace

Result<void> multiply_block(const Tables& tables, const BlockLines& block, ByteSpan stored,
                            std::uint64_t offset, BlockProduct& product) {
  if (!product.inputs().finite) {
    Bytes& cells = product.scratch().cells;
    cells.resize(block.plain_bytes());
    auto decoded = encoding.decode_block(tables, block, stored, offset, cells);
    if (decoded) product.add_stored_cells(cells);
    return decoded;
  }
  BlockReader in(tables, block, stored, offset);
  if (!in.ok()) return in.error();
  return product.inputs().along ? multiply_along(in, block, product)
                                : multiply_across(in, block, product);
}

}  // namespace pondus::delta_map
