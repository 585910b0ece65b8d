#include "formats/plan.h"

#include <algorithm>

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

/// Prices one encoding in one direction; gives up (none) once it costs more than `budget`.
class Pricer {
 public:
  Pricer(const PlanInput& input, const Encoding& encoding, Direction direction)
      : input_(input), lines_(input.matrix.lines(direction)) {
    plan_.encoding = &encoding;
    plan_.direction = direction;
  }

  std::optional<Plan> price(std::uint64_t budget) {
    const Encoding& encoding = *plan_.encoding;
    const std::uint64_t plain = input_.matrix.cells.size();
    const bool needs_table = encoding.table_use != TableUse::none && plain != 0;
    if (needs_table) plan_.table = input_.values.table(encoding.table_use);
    if (needs_table && plan_.table == nullptr) return std::nullopt;
    std::vector<std::uint32_t> entry_counts;
    if (encoding.symbols == Symbols::entries)
      entry_counts = count_entries(input_.matrix, plan_.direction);
    plan_.blocks = fill_blocks(lines_, encoding, entry_counts);
    const std::uint64_t fixed =
        plan_.blocks.size() * directory_layout::block_entry_bytes + table_price();
    if (encoding.coded_bytes == nullptr) {
      if (!encode_blocks(budget - std::min(budget, fixed))) return std::nullopt;
    } else {
      add_up(entry_counts);
    }
    plan_.price = fixed + plan_.payload_bytes;
    const bool grows = needs_table && plan_.payload_bytes + table_price() > plain;
    if (plan_.price > budget || grows) return std::nullopt;
    return std::move(plan_);
  }

 private:
  std::uint64_t table_price() const {
    if (plan_.table == nullptr || input_.shared) return 0;
    return directory_layout::table_entry_bytes + plan_.table->bytes.size();
  }

  BlockLines block(std::size_t number) const {
    return {lines_, plan_.blocks[number], input_.matrix.cell_bytes};
  }

  void add_up(std::span<const std::uint32_t> entry_counts) {
    BlockStatistics statistics;
    if (plan_.table != nullptr) {
      statistics.table_entries = plan_.table->tables.entries();
      statistics.coded_symbols = plan_.table->coded_symbols;
      statistics.coded_bits = plan_.table->coded_bits;
    }
    for (std::size_t i = 0; i < plan_.blocks.size(); ++i) {
      const BlockLines lines = block(i);
      if (!entry_counts.empty())
        statistics.entry_counts = entry_counts.subspan(lines.range.begin, lines.count());
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
        sizes[i] = encode_one(begin + i);
        return {};
      });
      static_cast<void>(encoded.has_value());  // encoding does not fail
      for (std::size_t i = 0; i < count; ++i) plan_.payload_bytes += sizes[i];
      if (plan_.payload_bytes > budget) return false;
    }
    return true;
  }

  std::uint64_t encode_one(std::size_t number) {
    const BlockLines lines = block(number);
    Bytes scratch;
    const ByteSpan cells = gather(input_.matrix, lines, scratch);
    ByteWriter out;
    plan_.encoding->encode_block(plan_.tables(), lines, cells, input_.effort, out);
    if (out.size() >= cells.size()) return cells.size();
    plan_.coded[number] = out.take();
    plan_.coded[number].shrink_to_fit();
    return plan_.coded[number].size();
  }

  const PlanInput& input_;
  Lines lines_;
  Plan plan_;
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
  for (const Encoding* const encoding : order) {
    for (const Direction direction : directions(input, *encoding)) {
      const std::uint64_t budget = best ? best->price : ~std::uint64_t{0};
      auto plan = Pricer(input, *encoding, direction).price(budget);
      const bool simpler =
          plan && best && plan->price == best->price && encoding->id < best->encoding->id;
      if (plan && (!best || plan->price < best->price || simpler)) best = std::move(plan);
    }
  }
  return best;
}

}  // namespace pondus
