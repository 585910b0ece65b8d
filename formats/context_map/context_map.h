// context_map: each cell coded by static models that a context of earlier cells chooses (spec:
// encodings/context_map).
#pragma once

#include <vector>

#include "codec/entropy/rans.h"
#include "formats/encoding.h"

namespace pondus::context_map {

inline constexpr std::uint32_t block_cells_most = 1u << 23;
inline constexpr std::uint32_t coded_cells_least = 1024;
inline constexpr std::uint32_t tokens_most = 256;
inline constexpr std::uint32_t extra_most = 23;
inline constexpr std::uint32_t classes_most = 16;
inline constexpr std::uint32_t thresholds_most = 63;
inline constexpr std::uint32_t references_most = 4;
inline constexpr std::uint32_t contexts_most = 1u << 14;
inline constexpr std::uint32_t tables_most = 128;
inline constexpr std::int32_t value_most = 2047;
/// Contexts of a block: the work beside its cells stays linear in them.
constexpr std::uint32_t contexts_allowed(std::uint32_t cells) {
  return cells / 16 < contexts_most ? cells / 16 : contexts_most;
}
/// Of a prediction: references_most * 128 * value_most / 64 and rounding.
inline constexpr std::int32_t prediction_most = 1 << 14;

/// A multiple of an earlier row: coefficient / 64 of it.
struct Reference {
  std::uint32_t row = 0;
  std::int32_t coefficient = 0;  ///< -128 to 127
  bool operator==(const Reference&) const = default;
};

struct RowModel {
  std::uint32_t row_class = 0;
  std::uint32_t reference_count = 0;
  Reference references[references_most];
  bool operator==(const RowModel&) const = default;
};

struct ColumnModel {
  std::uint32_t column_class = 0;
  std::uint32_t reference = 0;  ///< 0: none, else 1 + an earlier column of an earlier group
  bool operator==(const ColumnModel&) const = default;
};

/// The choices of a block. Cells are cut into rows of `width`; the last may be shorter.
struct Model {
  std::uint32_t cells = 0;
  std::uint32_t width = 0;
  std::uint32_t row_classes = 1;
  std::uint32_t column_classes = 1;
  std::uint32_t symbol_classes = 1;
  std::vector<std::uint32_t> extra_bits;   ///< of each token
  std::vector<std::int32_t> thresholds;    ///< ascending; without any there is no prediction
  std::vector<std::int16_t> values;        ///< of each token, where there is a prediction
  std::vector<std::uint8_t> symbol_class;  ///< of each token
  std::vector<RowModel> rows;
  std::vector<ColumnModel> columns;
  std::vector<std::uint8_t> map;  ///< from context to table
  std::vector<Frequencies> tables;
  bool operator==(const Model&) const = default;

  std::uint32_t tokens() const { return static_cast<std::uint32_t>(extra_bits.size()); }
  std::uint32_t bins() const { return static_cast<std::uint32_t>(thresholds.size()) + 1; }
  std::uint32_t row_count() const { return (cells + width - 1) / width; }
  std::uint32_t contexts() const { return row_classes * column_classes * bins() * symbol_classes; }
};

/// A coded block: its choices, a token per cell, and the bits below each token's first entry.
struct ContextMap {
  Model model;
  std::vector<std::uint8_t> tokens;
  std::vector<std::uint32_t> extra;  ///< of each cell; none where no token has any
};

/// Chooses, the better the more effort.
ContextMap from_cells(const Tables& tables, const BlockLines& block, ByteSpan cells,
                      unsigned effort);
void to_cells(const ContextMap& map, const Tables& tables, const BlockLines& block,
              std::span<std::byte> cells);

/// The first entry of each token, and the end.
std::vector<std::uint32_t> token_firsts(std::span<const std::uint32_t> extra_bits);

/// What a row refers to, for all of its cells: rows of values, and coefficients of 0 beyond.
struct RowSources {
  const std::int16_t* from[references_most]{};
  std::int16_t coefficients[references_most]{};

  RowSources(const Model& model, std::span<const std::int16_t> values, std::uint32_t row);
  /// From -prediction_most to prediction_most.
  std::int32_t predict(std::size_t j) const {
    std::int32_t sum = 32;
    for (std::size_t r = 0; r < references_most; ++r) sum += coefficients[r] * from[r][j];
    return sum >> 6;
  }
};

/// The bins of a row's predictions; without thresholds there are none.
class RowBins {
 public:
  /// `values` of all cells before a row that is asked for.
  RowBins(const Model& model, std::span<const std::int16_t> values);
  std::span<const std::uint8_t> of_row(std::uint32_t row);

 private:
  const Model& model_;
  std::span<const std::int16_t> values_;
  std::vector<std::int16_t> thresholds_;
  std::vector<std::uint8_t> bin_;  ///< of each prediction
  std::vector<std::uint8_t> bins_;
};

/// The contexts of a row's cells before the columns that they refer to are looked at.
class RowContexts {
 public:
  explicit RowContexts(const Model& model);
  /// One for each cell, a multiple of symbol_classes; `bins` of the row.
  std::span<const std::uint16_t> of_row(std::uint32_t row, std::span<const std::uint8_t> bins);

 private:
  const Model& model_;
  std::vector<std::uint16_t> column_part_;
  std::vector<std::uint16_t> contexts_;
};

/// The context of each cell.
std::vector<std::uint16_t> cell_contexts(const Model& model, std::span<const std::uint8_t> tokens);

/// Decodes all tokens of a block whose model is judged, as far as the words go: total.
void decode_tokens(ContextMap& map, RansStates& states, RansWords& words);

/// The coded form of a block over a codebook of `entries`, of at least coded_cells_least cells.
void write_coded(const ContextMap& map, std::uint32_t entries, ByteWriter& out);
/// Judges it; total.
Result<ContextMap> read_coded(std::uint64_t cells, std::uint32_t entries, ByteSpan stored,
                              std::uint64_t offset);

extern const Encoding encoding;

}  // namespace pondus::context_map
