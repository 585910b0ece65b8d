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
        cells_(block.lines.line_cells()),
        places_(block.lines.line_cells()),
        differences_(block.lines.line_cells()) {
    next_ = fetch();
    place_ = next_.gap == next_.end ? 2 * never : little_endian(*next_.gap);
  }

  /// Calls `visit(line, places, differences)` with the changes of each line. Faults of the reader,
  /// and [delta_map.past-end].
  template <class Visit>
  Result<void> run(Visit&& visit) {
    for (std::size_t i = 0; i < in_.order().size(); ++i) {
      const std::uint32_t line = in_.order()[i];
      leave_all_but(in_.references()[line]);
      const bool keep = i + 1 < in_.order().size() && in_.references()[in_.order()[i + 1]] == line;
      if (keep) path_.push_back({line, undone_});
      const std::size_t count = keep ? walk_line<true>(line) : walk_line<false>(line);
      visit(line, std::span(places_).first(count), std::span(differences_).first(count));
    }
    if (!in_.ok()) return in_.error();
    if (place_ < never) return in_.past_end();
    return {};
  }

 private:
  /// No change lies so far away.
  static constexpr std::uint64_t never = std::uint64_t{1} << 62;
  /// A change of those that were decoded last; at their end where none are left.
  struct Next {
    const std::uint32_t* gap = nullptr;
    const std::uint32_t* end = nullptr;
    const std::uint32_t* value = nullptr;
  };
  struct Step {
    std::uint32_t line;
    std::size_t undone;  ///< when it was entered
  };
  struct Undo {
    std::uint32_t place;
    std::uint32_t cell;
  };

  /// Gives how many changes the line has; `keep`: whether the next line refers to it and needs its
  /// cells.
  template <bool keep>
  std::size_t walk_line(std::uint32_t line) {
    const std::uint64_t line_cells = block_.cells_of(line);
    if (keep && undo_.size() < undone_ + line_cells) undo_.resize(2 * undone_ + line_cells);
    Undo* undo = undo_.data() + undone_;
    std::uint32_t* const cells = cells_.data();
    std::uint32_t* place_to = places_.data();
    double* difference_to = differences_.data();
    std::uint64_t place = place_;
    Next next = next_;
    while (place < line_cells) {
      const std::size_t number = little_endian(*next.value);
      const auto value = load<std::uint32_t>(&entries_[number * sizeof(float)]);
      const std::uint32_t old = cells[place];
      const std::uint32_t cell = changed(old, value, first_);
      if constexpr (keep) {
        *undo++ = {static_cast<std::uint32_t>(place), old};
        cells[place] = cell;
      }
      *place_to++ = static_cast<std::uint32_t>(place);
      *difference_to++ = double{std::bit_cast<float>(cell)} - double{std::bit_cast<float>(old)};
      ++next.gap, ++next.value;
      if (next.gap == next.end) next = fetch();
      place += 1 + (next.gap == next.end ? 2 * never : little_endian(*next.gap));
    }
    next_ = next;
    place_ = place - line_cells;
    const auto count = static_cast<std::size_t>(place_to - places_.data());
    if (keep) undone_ += count;
    return count;
  }

  /// Back from the lines that are entered to `line`, if it is one of them.
  void leave_all_but(std::uint32_t line) {
    while (!path_.empty() && path_.back().line != line) {
      for (; undone_ > path_.back().undone; --undone_)
        cells_[undo_[undone_ - 1].place] = undo_[undone_ - 1].cell;
      path_.pop_back();
    }
  }

  Next fetch() {
    if (!in_.next_changes()) return {};
    return {in_.gaps().data(), in_.gaps().data() + in_.gaps().size(), in_.values().data()};
  }

  BlockReader& in_;
  const BlockLines& block_;
  ByteSpan entries_;  ///< as float32
  std::uint32_t first_;
  std::vector<std::uint32_t> cells_;
  std::vector<Step> path_;  ///< lines whose changes are in the cells
  std::vector<Undo> undo_;
  std::size_t undone_ = 0;  ///< of them in use
  std::vector<std::uint32_t> places_;
  std::vector<double> differences_;
  Next next_;
  std::uint64_t place_ = 0;  ///< of that change, from the first cell of the line on
};

using Places = std::span<const std::uint32_t>;
using Differences = std::span<const double>;

/// The product of differences with one vector.
double multiply_one(Places places, Differences differences, const float* x) {
  double sums[4] = {};
  std::size_t i = 0;
  for (; i + 4 <= places.size(); i += 4) {
    for (std::size_t lane = 0; lane < 4; ++lane)
      sums[lane] += differences[i + lane] * double{x[places[i + lane]]};
  }
  for (; i < places.size(); ++i) sums[0] += differences[i] * double{x[places[i]]};
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/// y[line] += the line times x.
Result<void> multiply_along(BlockReader& in, const BlockLines& block, BlockProduct& product) {
  const std::uint32_t stride = product.inputs().stride;
  std::vector<double> sums(std::size_t{block.count()} * stride);
  const auto visit = [&](std::uint32_t line, Places places, Differences differences) {
    double* const sum = &sums[std::size_t{line} * stride];
    const float* const x = product.x(line);
    std::copy_n(&sums[std::size_t{in.references()[line]} * stride], stride, sum);
    if (stride == 1) {
      *sum += multiply_one(places, differences, x);
      return;
    }
    for (std::size_t i = 0; i < places.size(); ++i) {
      for (std::uint32_t v = 0; v < stride; ++v)
        sum[v] += differences[i] * double{x[std::size_t{places[i]} * stride + v]};
    }
  };
  if (auto walked = Walk(in, block, product).run(visit); !walked) return walked;
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
  const auto visit = [&](std::uint32_t line, Places places, Differences differences) {
    double* const sum = sums_of(line);
    const double* const factor = &factors[std::size_t{line} * stride];
    for (std::size_t i = 0; i < places.size(); ++i) {
      for (std::uint32_t v = 0; v < stride; ++v)
        sum[std::size_t{places[i]} * stride + v] += differences[i] * factor[v];
    }
  };
  auto walked = Walk(in, block, product).run(visit);
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
  if (!product.inputs().moderate) {
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
