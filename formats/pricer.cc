#include "formats/pricer.h"

#include <algorithm>
#include <numeric>

#include "codec/base/parallel.h"
#include "codec/container/directory_layout.h"

namespace pondus {
namespace {

/// A sample is some blocks evenly spread, an eighth of the cells and no more than the last number.
constexpr std::size_t sample_blocks_most = 8;
constexpr std::uint64_t sample_cells_most = std::uint64_t{1} << 18;

}  // namespace

Pricer::Pricer(const PlanInput& input, EntryCounts& counts, const Encoding& encoding,
               Direction direction)
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

std::optional<Plan> Pricer::price(std::uint64_t budget) {
  if (!applies_) return std::nullopt;
  const std::uint64_t fixed = fixed_price();
  if (plan_.encoding->coded_bytes == nullptr) {
    if (!encode_blocks(budget - std::min(budget, fixed))) return std::nullopt;
  } else {
    add_up();
  }
  plan_.price = fixed + plan_.payload_bytes;
  const bool grows = plan_.table != nullptr && plan_.payload_bytes + table_price() > plain_bytes();
  if (plan_.price > budget || grows) return std::nullopt;
  return std::move(plan_);
}

std::uint64_t Pricer::table_price() const {
  if (plan_.table == nullptr || input_.shared) return 0;
  return directory_layout::table_entry_bytes + plan_.table->bytes.size();
}

std::uint64_t Pricer::fixed_price() const {
  return plan_.blocks.size() * directory_layout::block_entry_bytes + table_price();
}

std::uint64_t Pricer::foretell_by_less_effort() const {
  std::vector<std::uint64_t> sizes(plan_.blocks.size());
  const auto encoded =
      parallel_for(sizes.size(), input_.threads, [&](std::size_t i) -> Result<void> {
        sizes[i] = encode(block(plan_.blocks[i]), whole_looks_effort - 1).bytes;
        return {};
      });
  static_cast<void>(encoded.has_value());  // encoding does not fail
  return std::accumulate(sizes.begin(), sizes.end(), fixed_price());
}

std::uint64_t Pricer::foretell_by_sample() const {
  const std::size_t picks = std::min(sample_blocks_most, plan_.blocks.size());
  const std::uint64_t most = std::min(sample_cells_most, lines_.cells() / 8) / picks;
  std::uint64_t cells = 0;
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < picks; ++i) {
    LineRange range = plan_.blocks[(2 * i + 1) * plan_.blocks.size() / (2 * picks)];
    while (range.end - range.begin > 1 && block(range).cells() > most)
      range.end = range.begin + (range.end - range.begin) / 2;
    cells += block(range).cells();
    bytes += encode(block(range), std::min(input_.effort, whole_looks_effort - 1)).bytes;
  }
  const double scale = static_cast<double>(lines_.cells()) / static_cast<double>(cells);
  return fixed_price() + static_cast<std::uint64_t>(static_cast<double>(bytes) * scale);
}

void Pricer::add_up() {
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
bool Pricer::encode_blocks(std::uint64_t budget) {
  constexpr std::size_t wave = 64;
  plan_.coded.resize(plan_.blocks.size());
  std::vector<std::uint64_t> sizes(wave);
  for (std::size_t begin = 0; begin < plan_.blocks.size(); begin += wave) {
    const std::size_t count = std::min(wave, plan_.blocks.size() - begin);
    const auto encoded = parallel_for(count, input_.threads, [&](std::size_t i) -> Result<void> {
      Encoded made = encode(block(plan_.blocks[begin + i]), input_.effort);
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

Pricer::Encoded Pricer::encode(const BlockLines& lines, unsigned effort) const {
  Bytes scratch;
  const ByteSpan cells = gather(input_.matrix, lines, scratch);
  ByteWriter out;
  plan_.encoding->encode_block(plan_.tables(), lines, cells, effort, out);
  if (out.size() >= cells.size()) return {cells.size(), {}};
  Encoded made{out.size(), out.take()};
  made.coded.shrink_to_fit();
  return made;
}

}  // namespace pondus
