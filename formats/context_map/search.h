// How the encoder chooses a model, step by step; each step sees what the steps before it chose.
#pragma once

#include "formats/context_map/context_map.h"

namespace pondus::context_map {

/// What is to be coded.
struct Job {
  std::span<const std::uint8_t> tokens;
  std::span<const std::int16_t> values;  ///< of each token
  std::uint32_t entries;
  unsigned effort;
};

/// Counts of the symbols of some contexts: `tokens` of each.
struct Histograms {
  std::uint32_t tokens = 0;
  std::vector<std::uint32_t> counts;
  std::span<std::uint32_t> of(std::size_t i) {
    return std::span(counts).subspan(i * tokens, tokens);
  }
  std::span<const std::uint32_t> of(std::size_t i) const {
    return std::span(counts).subspan(i * tokens, tokens);
  }
  std::size_t size() const { return counts.size() / tokens; }
};

/// n * log2(n).
double n_log_n(std::uint64_t n);
/// Bits of a histogram's symbols under their own frequencies.
double entropy_bits(std::span<const std::uint32_t> counts);
/// Bits of each token where `counts` were seen, none much above 12.
void costs_of(std::span<const std::uint32_t> counts, std::span<float> costs);

/// The same for variants of contexts: `counts` of each context, token and variant, costs likewise.
std::vector<float> costs_of_variants(std::span<const std::uint32_t> counts, std::uint32_t tokens,
                                     std::uint32_t variants);
/// The value of each cell's token.
std::vector<std::int16_t> cell_values(const Job& job);

/// Completes a model that has cells, width and tokens.
void choose_model(const Job& job, Model& model);

/// References of rows; false if no row gains by any.
bool choose_row_references(const Job& job, Model& model);
/// Thresholds for the predictions of the rows.
void choose_thresholds(const Job& job, Model& model);
/// Classes of symbols, and references of columns.
void choose_column_references(const Job& job, Model& model);
/// Classes of rows, and of columns, in place of those that there are: 2, 4 or 8.
void choose_row_classes(const Job& job, Model& model, std::uint32_t classes);
void choose_column_classes(const Job& job, Model& model, std::uint32_t classes);
/// Tables and the map; gives the estimated bits of the cells.
double choose_tables(const Job& job, Model& model);

}  // namespace pondus::context_map
