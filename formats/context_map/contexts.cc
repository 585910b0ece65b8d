#include <algorithm>
#include <limits>

#include "codec/base/instruction_set.h"
#include "formats/context_map/context_map.h"
#include "formats/context_map/context_map_kernels.h"

namespace pondus::context_map {
namespace {

/// The bin of each prediction from -prediction_most on: the number of thresholds not above it.
std::vector<std::uint8_t> bins_of(const Model& model) {
  if (model.thresholds.empty()) return {};
  std::vector<std::uint8_t> bins(2 * prediction_most + 1);
  for (std::int32_t p = -prediction_most, bin = 0; p <= prediction_most; ++p) {
    while (bin < std::ssize(model.thresholds) && model.thresholds[std::size_t(bin)] <= p) ++bin;
    bins[static_cast<std::uint32_t>(p + prediction_most)] = static_cast<std::uint8_t>(bin);
  }
  return bins;
}

}  // namespace

RowSources::RowSources(const Model& model, std::span<const std::int16_t> values,
                       std::uint32_t row) {
  const RowModel& of_row = model.rows[row];
  for (std::uint32_t r = 0; r < references_most; ++r) {
    const bool there = r < of_row.reference_count;
    from[r] = values.data() + (there ? std::size_t{of_row.references[r].row} * model.width : 0);
    coefficients[r] = static_cast<std::int16_t>(there ? of_row.references[r].coefficient : 0);
  }
}

namespace {

void find_bins_portable(const BinJob& job) {
  for (std::size_t j = 0; j < job.count; ++j) {
    std::int32_t sum = 32;
    for (std::size_t r = 0; r < references_most; ++r) sum += job.coefficients[r] * job.from[r][j];
    job.bins[j] = job.bin[(sum >> 6) + prediction_most];
  }
}

constexpr Kernels<FindBins> find_bins{.portable = find_bins_portable,
                                      .avx512 = PONDUS_X86(find_bins_avx512)};

}  // namespace

RowBins::RowBins(const Model& model, std::span<const std::int16_t> values)
    : model_(model),
      values_(values),
      thresholds_(model.thresholds.begin(), model.thresholds.end()),
      bin_(bins_of(model)),
      bins_(bin_.empty() ? 0 : model.width) {
  thresholds_.resize(thresholds_most, std::numeric_limits<std::int16_t>::max());
}

std::span<const std::uint8_t> RowBins::of_row(std::uint32_t row) {
  if (bin_.empty()) return {};
  const RowSources sources(model_, values_, row);
  const std::size_t count = std::min(model_.width, model_.cells - row * model_.width);
  find_bins.in_use()(
      {sources.from, sources.coefficients, count, thresholds_.data(), bin_.data(), bins_.data()});
  return std::span(bins_).first(count);
}

RowContexts::RowContexts(const Model& model)
    : model_(model), column_part_(model.width), contexts_(model.width + rans_lanes) {
  const std::uint32_t step = model.bins() * model.symbol_classes;
  for (std::uint32_t j = 0; j < model.width; ++j)
    column_part_[j] = static_cast<std::uint16_t>(model.columns[j].column_class * step);
}

std::span<const std::uint16_t> RowContexts::of_row(std::uint32_t row,
                                                   std::span<const std::uint8_t> bins) {
  const std::uint32_t count = std::min(model_.width, model_.cells - row * model_.width);
  const std::uint32_t classes = model_.symbol_classes;
  const std::uint32_t row_part =
      model_.rows[row].row_class * model_.column_classes * model_.bins() * classes;
  for (std::uint32_t j = 0; j < count; ++j)
    contexts_[j] = static_cast<std::uint16_t>(column_part_[j] + row_part);
  for (std::size_t j = 0; j < bins.size(); ++j)
    contexts_[j] = static_cast<std::uint16_t>(contexts_[j] + bins[j] * classes);
  return {contexts_.data(), count};
}

namespace {

/// The bin of each cell; none without thresholds.
std::vector<std::uint8_t> cell_bins(const Model& model, std::span<const std::uint8_t> tokens) {
  if (model.thresholds.empty()) return {};
  std::vector<std::int16_t> values(model.cells);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = model.values[tokens[i]];
  RowBins of(model, values);
  std::vector<std::uint8_t> bins(model.cells);
  for (std::uint32_t row = 0; row < model.row_count(); ++row)
    std::ranges::copy(of.of_row(row), &bins[std::size_t{row} * model.width]);
  return bins;
}

}  // namespace

std::vector<std::uint16_t> cell_contexts(const Model& model, std::span<const std::uint8_t> tokens) {
  const std::vector<std::uint8_t> bins = cell_bins(model, tokens);
  std::vector<std::uint16_t> chosen(model.cells);
  RowContexts contexts(model);
  for (std::uint32_t row = 0; row < model.row_count(); ++row) {
    const std::size_t begin = std::size_t{row} * model.width;
    const std::size_t end = std::min<std::size_t>(begin + model.width, model.cells);
    const auto of_row = contexts.of_row(
        row, bins.empty() ? std::span(bins) : std::span(bins).subspan(begin, end - begin));
    std::ranges::copy(of_row, &chosen[begin]);
    for (std::size_t j = 0; model.symbol_classes > 1 && j < of_row.size(); ++j) {
      const std::uint32_t reference = model.columns[j].reference;
      const std::uint32_t symbol_class =
          reference == 0 ? 0 : model.symbol_class[tokens[begin + reference - 1]];
      chosen[begin + j] = static_cast<std::uint16_t>(of_row[j] + symbol_class);
    }
  }
  return chosen;
}

namespace {

void decode_row_portable(RowJob& job) {
  for (std::size_t j = 0; j < job.count; ++j) {
    std::uint32_t& state = job.states[j % rans_lanes];
    std::uint32_t context = job.contexts[j];
    if (job.references != nullptr) context += job.classes[job.references[j]];
    const RansSlot slot = job.slots[job.map[context] * rans_slots + state % rans_slots];
    state = advance(state, slot);
    if (state < rans_state_least)
      state = state << 16 | job.words[std::min(job.position++, job.word_count)];
    const std::uint32_t token = slot_symbol(slot);
    job.tokens[j] = static_cast<std::uint8_t>(token);
    job.classes[j + 1] = job.symbol_class[token];
  }
}

constexpr Kernels<DecodeRow> decode_row{.portable = decode_row_portable,
                                        .avx512 = PONDUS_X86(decode_row_avx512)};

std::vector<RansSlot> slots_of(const std::vector<Frequencies>& tables) {
  std::vector<RansSlot> slots(tables.size() * rans_slots);
  for (std::size_t t = 0; t < tables.size(); ++t)
    fill_slots(tables[t], std::span(slots).subspan(t * rans_slots, rans_slots));
  return slots;
}

}  // namespace

void decode_tokens(ContextMap& map, RansStates& states, RansWords& words) {
  const Model& model = map.model;
  const std::vector<RansSlot> slots = slots_of(model.tables);
  std::vector<std::uint32_t> references(model.width + rans_lanes);
  for (std::uint32_t j = 0; j < model.width; ++j) references[j] = model.columns[j].reference;
  std::vector<std::uint8_t> symbol_class(tokens_most);
  std::ranges::copy(model.symbol_class, symbol_class.begin());
  std::vector<std::uint8_t> table_map = model.map;
  table_map.resize(table_map.size() + 3);
  std::vector<std::uint8_t> classes(model.width + 1 + rans_lanes + 3);
  map.tokens.resize(std::size_t{model.cells} + rans_lanes);
  std::vector<std::int16_t> values(model.values.empty() ? 0 : model.cells);
  RowBins bins(model, values);
  RowContexts contexts(model);
  RowJob job{nullptr,
             0,
             model.symbol_classes > 1 ? references.data() : nullptr,
             classes.data(),
             table_map.data(),
             slots.data(),
             symbol_class.data(),
             map.tokens.data(),
             states.data(),
             words.words(),
             words.count(),
             0};
  for (std::uint32_t row = 0; row < model.row_count(); ++row) {
    const auto of_row = contexts.of_row(row, bins.of_row(row));
    job.contexts = of_row.data();
    job.count = of_row.size();
    decode_row.in_use()(job);
    if (!values.empty()) {
      std::int16_t* const to = values.data() + (job.tokens - map.tokens.data());
      for (std::size_t j = 0; j < job.count; ++j) to[j] = model.values[job.tokens[j]];
    }
    job.tokens += job.count;
  }
  words.read(job.position);
  map.tokens.resize(model.cells);
}

}  // namespace pondus::context_map
