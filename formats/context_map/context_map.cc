#include "formats/context_map/context_map.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <queue>

#include "codec/bits/lookup.h"
#include "formats/context_map/search.h"

namespace pondus::context_map {
namespace {

double half_value(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31;
  const int mantissa = bits & 1023;
  const double size =
      exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
  return bits >> 15 ? -size : size;
}

double brain_value(std::uint16_t bits) {
  return double(std::bit_cast<float>(std::uint32_t{bits} << 16));
}

double likely_value(const std::byte* cell, std::uint32_t cell_bytes) {
  switch (cell_bytes) {
    case 1:
      return static_cast<std::int8_t>(load<std::uint8_t>(cell));
    case 2:
      return half_value(load<std::uint16_t>(cell));
    case 4:
      return double(std::bit_cast<float>(load<std::uint32_t>(cell)));
    default:
      return std::bit_cast<double>(load<std::uint64_t>(cell));
  }
}

/// Weights are rarely near the greatest bfloat16, but any float16 below 2 would be far from 1.
bool seems_brain(const std::vector<double>& values) {
  return std::ranges::all_of(values, [](double v) { return std::abs(v) < 1024; }) &&
         std::ranges::any_of(values, [](double v) { return std::abs(v) >= 1.0 / 64; });
}

/// What the cells of a codebook most likely mean: only how well rows are predicted depends on it.
std::vector<double> likely_values(ByteSpan cells, std::uint32_t cell_bytes) {
  std::vector<double> values(cells.size() / cell_bytes);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = likely_value(&cells[i * cell_bytes], cell_bytes);
  if (cell_bytes == 2) {
    std::vector<double> brain(values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
      brain[i] = brain_value(load<std::uint16_t>(&cells[i * 2]));
    if (seems_brain(brain)) values = brain;
  }
  for (double& value : values)
    if (!std::isfinite(value)) value = 0;
  return values;
}

/// Runs of more entries than tokens may be, the heaviest ones halved until there are as many as
/// tokens may be.
std::vector<std::uint32_t> choose_runs(std::span<const std::uint32_t> indices,
                                       std::uint32_t entries) {
  std::vector<std::uint64_t> before(entries + 1);
  for (const std::uint32_t index : indices) ++before[index + 1];
  for (std::uint32_t i = 0; i < entries; ++i) before[i + 1] += before[i];
  struct Run {
    std::uint64_t weight;
    std::uint32_t first;
    std::uint32_t extra;
    bool operator<(const Run& other) const {
      return weight != other.weight ? weight < other.weight : first > other.first;
    }
  };
  const auto run = [&](std::uint32_t first, std::uint32_t extra) {
    const std::uint32_t end = std::min(entries, first + (1u << extra));
    return Run{extra == 0 ? 0 : before[end] - before[first] + 1, first, extra};
  };
  std::priority_queue<Run> runs;
  runs.push(run(0, static_cast<std::uint32_t>(std::bit_width(entries - 1))));
  while (runs.size() < tokens_most && runs.top().extra != 0) {
    const Run top = runs.top();
    runs.pop();
    const std::uint32_t half = top.first + (1u << (top.extra - 1));
    runs.push(run(top.first, top.extra - 1));
    if (half < entries) runs.push(run(half, top.extra - 1));
  }
  std::vector<Run> sorted;
  for (; !runs.empty(); runs.pop()) sorted.push_back(runs.top());
  std::ranges::sort(sorted, {}, &Run::first);
  std::vector<std::uint32_t> extra_bits;
  extra_bits.reserve(sorted.size());
  for (const Run& r : sorted) extra_bits.push_back(r.extra);
  return extra_bits;
}

/// One value per token, the mean of its entries', scaled to value_most.
std::vector<std::int16_t> token_values(const std::vector<double>& values,
                                       std::span<const std::uint32_t> firsts) {
  std::vector<double> means;
  double most = 0;
  for (std::size_t t = 0; t + 1 < firsts.size(); ++t) {
    const std::size_t end = std::min<std::size_t>(firsts[t + 1], values.size());
    double sum = 0;
    for (std::size_t i = firsts[t]; i < end; ++i) sum += values[i] / double(end - firsts[t]);
    means.push_back(sum);
    most = std::max(most, std::abs(sum));
  }
  std::vector<std::int16_t> scaled(means.size());
  for (std::size_t t = 0; t < means.size() && most > 0; ++t)
    scaled[t] = static_cast<std::int16_t>(std::lround(means[t] / most * value_most));
  return scaled;
}

}  // namespace

std::vector<std::uint32_t> token_firsts(std::span<const std::uint32_t> extra_bits) {
  std::vector<std::uint32_t> firsts{0};
  for (const std::uint32_t extra : extra_bits) firsts.push_back(firsts.back() + (1u << extra));
  return firsts;
}

namespace {

/// The token of each entry.
std::vector<std::uint8_t> tokens_of_entries(std::span<const std::uint32_t> firsts,
                                            std::uint32_t entries) {
  std::vector<std::uint8_t> tokens(entries);
  for (std::size_t t = 0; t + 1 < firsts.size(); ++t)
    for (std::uint32_t i = firsts[t]; i < std::min(firsts[t + 1], entries); ++i)
      tokens[i] = static_cast<std::uint8_t>(t);
  return tokens;
}

/// Cuts few entries into tokens of one each, more into runs, by the block's cells.
void choose_tokens(const CellIndex& index, std::uint32_t entries, const BlockLines& block,
                   ByteSpan cells, ContextMap& map) {
  if (entries <= tokens_most) {
    map.model.extra_bits.assign(entries, 0u);
    map.tokens.resize(map.model.cells);
    constexpr std::size_t window = 4096;  // indices that are together in the cache
    for (std::size_t i = 0; i < map.tokens.size(); i += window) {
      const std::size_t count = std::min(window, map.tokens.size() - i);
      const auto indices = index.words_of(
          cells.subspan(i * block.cell_bytes, count * block.cell_bytes), block.cell_bytes);
      std::ranges::transform(indices, &map.tokens[i],
                             [](auto entry) { return static_cast<std::uint8_t>(entry); });
    }
    return;
  }
  map.extra = index.words_of(cells, block.cell_bytes);
  map.model.extra_bits = choose_runs(map.extra, entries);
  const auto firsts = token_firsts(map.model.extra_bits);
  const auto token_of = tokens_of_entries(firsts, entries);
  map.tokens.resize(map.extra.size());
  for (std::size_t i = 0; i < map.tokens.size(); ++i) {
    map.tokens[i] = token_of[map.extra[i]];
    map.extra[i] -= firsts[map.tokens[i]];
  }
}

}  // namespace

ContextMap from_cells(const Tables& tables, const BlockLines& block, ByteSpan cells,
                      unsigned effort) {
  const std::uint32_t entries = tables.codebook.entries();
  ContextMap map;
  Model& model = map.model;
  model.cells = static_cast<std::uint32_t>(block.cells());
  const std::uint32_t line = block.cells_of(0);
  model.width = (rans_lanes + line - 1) / line * line;
  choose_tokens(*tables.index, entries, block, cells, map);
  const auto values = token_values(likely_values(tables.codebook.cells(), block.cell_bytes),
                                   token_firsts(model.extra_bits));
  choose_model({map.tokens, values, entries, effort}, model);
  return map;
}

void to_cells(const ContextMap& map, const Tables& tables, const BlockLines& block,
              std::span<std::byte> cells) {
  if (map.extra.empty()) return look_up_bytes(tables.codebook.planes(), map.tokens, cells.data());
  const auto firsts = token_firsts(map.model.extra_bits);
  with_cell(block.cell_bytes, [&](auto cell) {
    using Cell = decltype(cell);
    const std::byte* const entries = tables.codebook.cells().data();
    for (std::size_t i = 0; i < map.tokens.size(); ++i) {
      const std::size_t entry = firsts[map.tokens[i]] + map.extra[i];
      store(&cells[i * sizeof(Cell)], load<Cell>(entries + entry * sizeof(Cell)));
    }
  });
}

}  // namespace pondus::context_map
