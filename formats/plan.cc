#include "formats/plan.h"

#include <algorithm>
#include <tuple>

#include "formats/pricer.h"

namespace pondus {
namespace {

constexpr std::uint64_t kernel_side_most = 11;

bool is_keras_kernel(const Shape& shape) {
  if (shape.rank() != 4) return false;
  const auto dims = shape.dims();
  const std::uint64_t trailing = std::min(dims[2], dims[3]);
  const std::uint64_t leading = std::max(dims[0], dims[1]);
  return leading <= kernel_side_most && leading < trailing;
}

bool hwio(const Shape& shape, Layout layout) {
  return layout == Layout::hwio || (layout == Layout::automatic && is_keras_kernel(shape));
}

/// Smaller tensors get no first look.
constexpr std::uint64_t small_cells_most = std::uint64_t{1} << 17;

/// How far a look may be wrong, as the least share of what it foretells: comparing two directions
/// of one encoding, and two encodings. Zstandard takes up to 1.9 x what it takes at effort 9.
struct Trust {
  double direction;
  double encoding;
};

/// What a direction other than the preferred one must save for each byte, as its lines are slower
/// to gather and to spread; with much effort nothing.
double least_saving(const PlanInput& input) {
  return input.effort < whole_looks_effort ? 1.0 / 1024 : 0;
}

/// In a look that foretells so many bytes. Where it saves more than the frequencies of single cells
/// do, more effort may save much more. With the least effort the look decides.
using TrustIn = Trust(const PlanInput& input, std::uint64_t bytes);

/// Codes and the like weigh more in a sample than in the whole, and most in few bytes.
Trust trust_in_sample(const PlanInput& input, std::uint64_t bytes) {
  constexpr std::uint64_t many_bytes = std::uint64_t{1} << 17;
  if (input.effort == 1) return {1, 1};
  if (input.effort < whole_looks_effort) return {0.75, 0.89};
  if (bytes < input.order_0_bytes) return {0.75, 0.45};
  return {0.75, bytes < many_bytes ? 0.89 : 0.96};
}

Trust trust_in_whole(const PlanInput& input, std::uint64_t bytes) {
  if (bytes < input.order_0_bytes) return {0.96, 0.5};
  return {0.96, 0.96};
}

/// The directions worth a price, the preferred one first. With the least effort no second one that
/// only encoding prices, but of encodings that are then only asked for by name.
std::vector<Direction> directions(const PlanInput& input, const Encoding& encoding) {
  const Direction preferred =
      encoding.follows_layout ? direction_of(input.matrix.shape, input.layout) : Direction::rows;
  const Direction other = preferred == Direction::rows ? Direction::columns : Direction::rows;
  const Lines lines = input.matrix.lines(other);
  const bool affordable =
      input.effort > 1 || encoding.effort_least > 1 || encoding.coded_bytes != nullptr;
  const bool both = affordable && encoding.both_directions && lines.rows() > 1 &&
                    lines.cols() > 1 && lines.count() <= priced_lines_most;
  if (both) return {preferred, other};
  return {preferred};
}

/// Replaces `best` by a plan that is smaller, or as small and of a smaller id.
void keep_better(std::optional<Plan>& best, std::optional<Plan> plan) {
  if (!plan) return;
  const bool simpler =
      best && plan->price == best->price && plan->encoding->id < best->encoding->id;
  if (!best || plan->price < best->price || simpler) best = std::move(plan);
}

/// Tries one encoding in the directions worth it, keeps the plan where it is the best so far, and
/// says what became of it.
class Trial {
 public:
  Trial(const PlanInput& input, EntryCounts& counts, const Encoding& encoding)
      : input_(input), counts_(counts), directions_(directions(input, encoding)) {
    candidate_.encoding = &encoding;
    candidate_.direction = directions_.front();
  }

  Candidate run(std::optional<Plan>& best) {
    if (best && hopeless(*best)) {
      candidate_.outcome = Candidate::Outcome::given_up;
      candidate_.bytes = input_.order_0_bytes;
      return candidate_;
    }
    const bool looked = wants_look(best);
    if (looked && !promises(best)) return candidate_;
    std::optional<Plan> own;
    for (const Direction direction : directions_) {
      const std::uint64_t budget = looked && best ? best->price : ~std::uint64_t{0};
      auto plan = Pricer(input_, counts_, *candidate_.encoding, direction).price(budget);
      if (own && plan && !pays(own->price, plan->price)) continue;
      keep_better(own, std::move(plan));
    }
    if (!own && looked) candidate_.outcome = Candidate::Outcome::given_up;
    if (!own) return candidate_;
    candidate_ = {own->encoding, own->direction, Candidate::Outcome::priced, own->price};
    keep_better(best, std::move(own));
    return candidate_;
  }

 private:
  /// With the least effort: whether coding entry by entry can save at most 1 % of the best.
  bool hopeless(const Plan& best) const {
    if (input_.effort > 1 || candidate_.encoding->coded_bytes != nullptr) return false;
    return candidate_.encoding->symbols == Symbols::entries &&
           best.price - best.price / 100 <= input_.order_0_bytes;
  }

  /// Whether another direction than the preferred one is small enough.
  bool pays(std::uint64_t preferred, std::uint64_t other) const {
    const double saved = static_cast<double>(preferred) - static_cast<double>(other);
    return saved > least_saving(input_) * static_cast<double>(preferred);
  }

  /// With much effort only where others that only encoding prices were before.
  bool wants_look(const std::optional<Plan>& best) const {
    if (candidate_.encoding->coded_bytes != nullptr) return false;
    if (input_.matrix.shape.cells() <= small_cells_most) return false;
    return input_.effort < whole_looks_effort || (best && best->encoding->coded_bytes == nullptr);
  }

  /// Whether looks leave hope, in the directions that they leave.
  bool promises(const std::optional<Plan>& best) {
    const bool sample = look(&Pricer::foretell_by_sample, trust_in_sample, best);
    if (!sample || input_.effort < whole_looks_effort) return sample;
    return look(&Pricer::foretell_by_less_effort, trust_in_whole, best);
  }

  using Look = std::uint64_t (Pricer::*)() const;
  bool look(Look foretell, TrustIn* trust_in, const std::optional<Plan>& best) {
    std::vector<double> bytes;
    for (const Direction direction : directions_) {
      const Pricer pricer(input_, counts_, *candidate_.encoding, direction);
      if (!pricer.applies()) return false;
      const double more = bytes.empty() ? 0 : least_saving(input_);
      bytes.push_back(static_cast<double>((pricer.*foretell)()) * (1 + more));
    }
    const auto least = std::ranges::min_element(bytes);
    candidate_.direction = directions_[static_cast<std::size_t>(least - bytes.begin())];
    candidate_.bytes = static_cast<std::uint64_t>(*least);
    const Trust trust = trust_in(input_, candidate_.bytes);
    for (std::size_t i = bytes.size(); i-- > 0;)
      if (bytes[i] * trust.direction > *least)
        directions_.erase(directions_.begin() + static_cast<std::ptrdiff_t>(i));
    if (!best || *least * trust.encoding <= static_cast<double>(best->price)) return true;
    candidate_.outcome = Candidate::Outcome::given_up;
    return false;
  }

  const PlanInput& input_;
  EntryCounts& counts_;
  std::vector<Direction> directions_;
  Candidate candidate_;
};

}  // namespace

std::uint32_t split_of(const Shape& shape, Layout layout) {
  if (shape.rank() <= 1) return 0;
  return hwio(shape, layout) ? shape.rank() - 1 : 1;
}

Direction direction_of(const Shape& shape, Layout layout) {
  return shape.rank() > 1 && hwio(shape, layout) ? Direction::columns : Direction::rows;
}

std::vector<LineRange> fill_blocks(const Lines& lines, const Encoding& encoding,
                                   std::span<const std::uint32_t> entry_counts) {
  const auto line_symbols_of = [&](std::uint64_t line, std::uint64_t line_cells) {
    if (encoding.symbols == Symbols::entries) return std::uint64_t{entry_counts[line]};
    return encoding.symbols == Symbols::cells ? line_cells : std::uint64_t{0};
  };
  std::vector<LineRange> blocks;
  std::uint64_t symbols = 0;
  std::uint64_t cells = 0;
  for (std::uint64_t line = 0; line < lines.count(); ++line) {
    const std::uint64_t line_cells = lines.cells_of(line);
    const std::uint64_t line_symbols = line_symbols_of(line, line_cells);
    const bool fits = symbols + line_symbols <= coded_symbols_most &&
                      cells + line_cells <= encoding.filled_cells_most;
    if (blocks.empty() || !fits) {
      blocks.push_back({line, line});
      symbols = cells = 0;
    }
    blocks.back().end = line + 1;
    symbols += line_symbols;
    cells += line_cells;
  }
  return blocks;
}

std::optional<Plan> choose_plan(const PlanInput& input,
                                std::span<const Encoding* const> encodings) {
  // Those whose price is a sum first, then those that find more than single cells, the one of most
  // effort first: they bound the others.
  std::vector<const Encoding*> order(encodings.begin(), encodings.end());
  std::ranges::stable_sort(order, {}, [](const Encoding* encoding) {
    return std::tuple(encoding->coded_bytes == nullptr, encoding->symbols != Symbols::none,
                      effort_most - encoding->effort_least);
  });
  std::optional<Plan> best;
  std::vector<Candidate> candidates;
  candidates.reserve(order.size());
  const bool full = !input.values.empty() && !input.values.holds_zero();
  EntryCounts counts(input.matrix, full);
  for (const Encoding* const encoding : order)
    candidates.push_back(Trial(input, counts, *encoding).run(best));
  if (best) best->candidates = std::move(candidates);
  return best;
}

}  // namespace pondus
