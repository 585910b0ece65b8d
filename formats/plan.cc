#include "formats/plan.h"

#include <algorithm>
#include <array>

#include "codec/base/parallel.h"
#include "codec/container/directory_layout.h"

namespace pondus {
namespace {

constexpr std::uint64_t kernel_side_most = 11;
/// Column lines are not priced beyond this many: their counts would take more memory than they can
/// save.
constexpr std::uint64_t priced_lines_most = std::uint64_t{1} << 26;

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

/// From this effort on every trial is made in full; below, up to so many cells are worth it, and
/// larger tensors give a sample: some blocks evenly spread, an eighth of the cells and no more than
/// the last number.
constexpr unsigned whole_trials_effort = 7;
constexpr std::uint64_t unsampled_cells_most = std::uint64_t{1} << 17;
constexpr std::size_t sample_blocks_most = 8;
constexpr std::uint64_t sample_cells_most = std::uint64_t{1} << 18;

/// The entries of each line, counted when first asked for.
class EntryCounts {
 public:
  explicit EntryCounts(const Matrix& matrix) : matrix_(matrix) {}
  std::span<const std::uint32_t> of(Direction direction) {
    auto& counts = counts_[direction == Direction::rows];
    if (!counts) counts = count_entries(matrix_, direction);
    return *counts;
  }

 private:
  const Matrix& matrix_;
  std::array<std::optional<std::vector<std::uint32_t>>, 2> counts_;
};

/// Prices one encoding in one direction.
class Pricer {
 public:
  Pricer(const PlanInput& input, EntryCounts& counts, const Encoding& encoding, Direction direction)
      : input_(input), lines_(input.matrix.lines(direction)) {
    plan_.encoding = &encoding;
    plan_.direction = direction;
    const bool needs_table = encoding.table_use != TableUse::none && plain_bytes() != 0;
    if (needs_table) plan_.table = input_.values.table(encoding.table_use);
    applies_ = !needs_table || plan_.table != nullptr;
    if (!applies_) return;
    if (encoding.symbols == Symbols::entries) entry_counts_ = counts.of(direction);
    plan_.blocks = fill_blocks(lines_, encoding, entry_counts_);
  }

  bool applies() const { return applies_; }

  /// What the whole takes if it is like the sample.
  std::uint64_t foretell() const {
    const std::size_t picks = std::min(sample_blocks_most, plan_.blocks.size());
    const std::uint64_t most = std::min(sample_cells_most, lines_.cells() / 8) / picks;
    std::uint64_t cells = 0;
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < picks; ++i) {
      LineRange range = plan_.blocks[(2 * i + 1) * plan_.blocks.size() / (2 * picks)];
      while (range.end - range.begin > 1 && block(range).cells() > most)
        range.end = range.begin + (range.end - range.begin) / 2;
      cells += block(range).cells();
      bytes += encode(block(range)).bytes;
    }
    const double scale = static_cast<double>(lines_.cells()) / static_cast<double>(cells);
    return fixed_price() + static_cast<std::uint64_t>(static_cast<double>(bytes) * scale);
  }

  /// None once it costs more than `budget`, or where it does not apply.
  std::optional<Plan> price(std::uint64_t budget) {
    if (!applies_) return std::nullopt;
    const std::uint64_t fixed = fixed_price();
    if (plan_.encoding->coded_bytes == nullptr) {
      if (!encode_blocks(budget - std::min(budget, fixed))) return std::nullopt;
    } else {
      add_up();
    }
    plan_.price = fixed + plan_.payload_bytes;
    const bool grows =
        plan_.table != nullptr && plan_.payload_bytes + table_price() > plain_bytes();
    if (plan_.price > budget || grows) return std::nullopt;
    return std::move(plan_);
  }

 private:
  /// A block's size, and its coded form unless it is plain.
  struct Encoded {
    std::uint64_t bytes = 0;
    Bytes coded;
  };

  std::uint64_t plain_bytes() const { return input_.matrix.cells.size(); }

  std::uint64_t table_price() const {
    if (plan_.table == nullptr || input_.shared) return 0;
    return directory_layout::table_entry_bytes + plan_.table->bytes.size();
  }

  std::uint64_t fixed_price() const {
    return plan_.blocks.size() * directory_layout::block_entry_bytes + table_price();
  }

  BlockLines block(LineRange range) const { return {lines_, range, input_.matrix.cell_bytes}; }

  void add_up() {
    BlockStatistics statistics;
    if (plan_.table != nullptr) {
      statistics.table_entries = plan_.table->tables.entries();
      statistics.coded_symbols = plan_.table->coded_symbols;
      statistics.coded_bits = plan_.table->coded_bits;
    }
    for (const LineRange range : plan_.blocks) {
      const BlockLines lines = block(range);
      if (!entry_counts_.empty())
        statistics.entry_counts = std::span(entry_counts_).subspan(range.begin, lines.count());
      plan_.payload_bytes +=
          std::min(plan_.encoding->coded_bytes(lines, statistics), lines.plain_bytes());
    }
  }

  /// Encodes wave by wave, so that a hopeless trial ends early.
  bool encode_blocks(std::uint64_t budget) {
    constexpr std::size_t wave = 64;
    plan_.coded.resize(plan_.blocks.size());
    std::vector<std::uint64_t> sizes(wave);
    for (std::size_t begin = 0; begin < plan_.blocks.size(); begin += wave) {
      const std::size_t count = std::min(wave, plan_.blocks.size() - begin);
      const auto encoded = parallel_for(count, input_.threads, [&](std::size_t i) -> Result<void> {
        Encoded made = encode(block(plan_.blocks[begin + i]));
        sizes[i] = made.bytes;
        plan_.coded[begin + i] = std::move(made.coded);
        return {};
      });
      static_cast<void>(encoded.has_value());  // encoding does not fail
      for (std::size_t i = 0; i < count; ++i) plan_.payload_bytes += sizes[i];
      if (plan_.payload_bytes > budget) return false;
    }
    return true;
  }

  Encoded encode(const BlockLines& lines) const {
    Bytes scratch;
    const ByteSpan cells = gather(input_.matrix, lines, scratch);
    ByteWriter out;
    plan_.encoding->encode_block(plan_.tables(), lines, cells, input_.effort, out);
    if (out.size() >= cells.size()) return {cells.size(), {}};
    Encoded made{out.size(), out.take()};
    made.coded.shrink_to_fit();
    return made;
  }

  const PlanInput& input_;
  Lines lines_;
  Plan plan_;
  bool applies_ = false;
  std::span<const std::uint32_t> entry_counts_;  ///< of each line, where blocks are filled by them
};

/// The directions worth a price, the preferred one first.
std::vector<Direction> directions(const PlanInput& input, const Encoding& encoding) {
  const Direction preferred =
      encoding.follows_layout ? direction_of(input.matrix.shape, input.layout) : Direction::rows;
  const Direction other = preferred == Direction::rows ? Direction::columns : Direction::rows;
  const Lines lines = input.matrix.lines(other);
  const bool both = encoding.both_directions && lines.rows() > 1 && lines.cols() > 1 &&
                    lines.count() <= priced_lines_most;
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
    const bool sampled = candidate_.encoding->coded_bytes == nullptr &&
                         input_.effort < whole_trials_effort &&
                         input_.matrix.shape.cells() > unsampled_cells_most;
    if (sampled && !promises(best)) return candidate_;
    std::optional<Plan> own;
    for (const Direction direction : directions_) {
      const std::uint64_t budget = sampled && best ? best->price : ~std::uint64_t{0};
      keep_better(own, Pricer(input_, counts_, *candidate_.encoding, direction).price(budget));
    }
    if (!own && sampled) candidate_.outcome = Candidate::Outcome::given_up;
    if (!own) return candidate_;
    candidate_ = {own->encoding, own->direction, Candidate::Outcome::priced, own->price};
    keep_better(best, std::move(own));
    return candidate_;
  }

 private:
  /// Whether the better direction, the only one left, is worth a price.
  bool promises(const std::optional<Plan>& best) {
    Direction chosen = directions_.front();
    for (const Direction direction : directions_) {
      const Pricer pricer(input_, counts_, *candidate_.encoding, direction);
      if (!pricer.applies()) return false;
      const std::uint64_t bytes = pricer.foretell();
      if (direction != chosen && bytes >= candidate_.bytes) continue;
      chosen = direction;
      candidate_.bytes = bytes;
    }
    directions_ = {chosen};
    candidate_.direction = chosen;
    if (!best || candidate_.bytes - candidate_.bytes / 9 <= best->price) return true;
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
                      cells + line_cells <= encoding.block_cells_most;
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
  // Those whose price is a sum first: they bound the trials of the others.
  std::vector<const Encoding*> order(encodings.begin(), encodings.end());
  std::stable_partition(order.begin(), order.end(),
                        [](const Encoding* e) { return e->coded_bytes != nullptr; });
  std::optional<Plan> best;
  std::vector<Candidate> candidates;
  EntryCounts counts(input.matrix);
  for (const Encoding* const encoding : order)
    candidates.push_back(Trial(input, counts, *encoding).run(best));
  if (best) best->candidates = std::move(candidates);
  return best;
}

}  // namespace pondus
