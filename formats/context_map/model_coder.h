// The choices of a block as numbers of a binary coder, the same steps for writing and reading.
#pragma once

#include <optional>

#include "codec/entropy/binary_coder.h"
#include "formats/context_map/context_map.h"

namespace pondus::context_map {

inline constexpr Fault width_fault{"context_map.width", Kind::malformed};
inline constexpr Fault tokens_fault{"context_map.tokens", Kind::malformed};
inline constexpr Fault contexts_fault{"context_map.contexts", Kind::malformed};
inline constexpr Fault value_fault{"context_map.value", Kind::malformed};
inline constexpr Fault class_fault{"context_map.class", Kind::malformed};
inline constexpr Fault reference_fault{"context_map.reference", Kind::malformed};
inline constexpr Fault table_fault{"context_map.table", Kind::malformed};
inline constexpr Fault frequencies_fault{"context_map.frequencies", Kind::malformed};

/// Codes a model's fields in order. While reading, `fault` is the first rule that is broken, and
/// nothing is read after it.
template <class Coder>
class ModelCoder {
 public:
  /// `entries` of the codebook; a model to read has `cells` set and nothing else.
  ModelCoder(Coder& coder, Model& model, std::uint32_t entries)
      : coder_(coder), model_(model), entries_(entries) {}

  bool code() {
    return code_width() && code_tokens() && code_counts() && code_values() && code_rows() &&
           code_columns() && code_map() && code_tables();
  }
  const Fault& fault() const { return *fault_; }

 private:
  bool require(bool condition, const Fault& fault) {
    if (!condition) fault_ = fault;
    return condition;
  }

  std::uint32_t small(unsigned bits, std::uint32_t number) {
    TreeModel fresh(bits);
    return coder_.tree(fresh, number);
  }

  bool code_width() {
    model_.width = small(16, model_.width - 1) + 1;
    return require(model_.width >= rans_lanes && model_.width <= model_.cells, width_fault);
  }

  bool code_tokens() {
    if (entries_ <= tokens_most) {
      model_.extra_bits.assign(entries_, 0);
      return true;
    }
    model_.extra_bits.resize(small(8, model_.tokens() - 1) + 1);
    NumberModel numbers;
    std::uint64_t first = 0;
    std::uint64_t end = 0;
    for (std::uint32_t& extra : model_.extra_bits) {
      extra = coder_.number(numbers, extra);
      if (!require(extra <= extra_most, tokens_fault)) return false;
      first = end;
      end += std::uint64_t{1} << extra;
    }
    return require(first < entries_ && end >= entries_, tokens_fault);
  }

  bool code_counts() {
    model_.row_classes = small(4, model_.row_classes - 1) + 1;
    model_.column_classes = small(4, model_.column_classes - 1) + 1;
    model_.symbol_classes = small(4, model_.symbol_classes - 1) + 1;
    model_.thresholds.resize(small(6, model_.bins() - 1));
    model_.tables.resize(small(7, static_cast<std::uint32_t>(model_.tables.size()) - 1) + 1);
    return require(model_.contexts() <= contexts_allowed(model_.cells) &&
                       model_.tables.size() <= 1 + model_.cells / 1024,
                   contexts_fault);
  }

  std::int32_t difference(NumberModel& numbers, std::int32_t number, std::int32_t before) {
    const std::int32_t d = number - before;
    const auto folded = static_cast<std::uint32_t>(d < 0 ? -2 * d - 1 : 2 * d);
    const std::uint32_t coded = coder_.number(numbers, folded);
    const auto half = static_cast<std::int32_t>(coded / 2);
    return before + (coded % 2 != 0 ? -half - 1 : half);
  }

  bool code_values() {
    if (!model_.thresholds.empty() && !(code_token_values() && code_thresholds())) return false;
    model_.symbol_class.resize(model_.tokens());
    TreeModel classes(4);
    for (std::uint8_t& symbol_class : model_.symbol_class) {
      if (model_.symbol_classes > 1)
        symbol_class = static_cast<std::uint8_t>(coder_.tree(classes, symbol_class));
      if (!require(symbol_class < model_.symbol_classes, class_fault)) return false;
    }
    return true;
  }

  bool code_token_values() {
    NumberModel numbers;
    model_.values.resize(model_.tokens());
    std::int32_t before = 0;
    for (std::int16_t& value : model_.values) {
      before = difference(numbers, value, before);
      if (!require(before >= -value_most && before <= value_most, value_fault)) return false;
      value = static_cast<std::int16_t>(before);
    }
    return true;
  }

  bool code_thresholds() {
    NumberModel numbers;
    std::int32_t before = -prediction_most;
    for (std::int32_t& threshold : model_.thresholds) {
      const std::uint32_t step =
          coder_.number(numbers, static_cast<std::uint32_t>(threshold - before - 1));
      if (!require(step < static_cast<std::uint32_t>(prediction_most - before), value_fault))
        return false;
      threshold = before + 1 + static_cast<std::int32_t>(step);
      before = threshold;
    }
    return true;
  }

  bool code_rows() {
    model_.rows.resize(model_.row_count());
    std::vector<TreeModel> classes(classes_most, TreeModel(4));
    std::vector<TreeModel> counts(references_most + 1, TreeModel(3));
    TreeModel references(static_cast<unsigned>(std::bit_width(model_.row_count() - 1)));
    std::vector<TreeModel> coefficients(references_most, TreeModel(8));
    RowModel before;
    for (std::uint32_t i = 0; i < model_.row_count(); ++i) {
      RowModel& row = model_.rows[i];
      if (model_.row_classes > 1)
        row.row_class = coder_.tree(classes[before.row_class], row.row_class);
      if (!require(row.row_class < model_.row_classes, class_fault)) return false;
      if (!model_.thresholds.empty())
        row.reference_count = coder_.tree(counts[before.reference_count], row.reference_count);
      if (!require(row.reference_count <= references_most, reference_fault)) return false;
      for (std::uint32_t r = 0; r < row.reference_count; ++r) {
        Reference& reference = row.references[r];
        reference.row = coder_.tree(references, reference.row);
        if (!require(reference.row < i, reference_fault)) return false;
        const auto shifted = static_cast<std::uint32_t>(reference.coefficient + 128);
        reference.coefficient =
            static_cast<std::int32_t>(coder_.tree(coefficients[r], shifted)) - 128;
      }
      before = row;
    }
    return true;
  }

  bool code_columns() {
    model_.columns.resize(model_.width);
    std::vector<TreeModel> classes(classes_most, TreeModel(4));
    TreeModel references(static_cast<unsigned>(std::bit_width(model_.width)));
    std::uint32_t before = 0;
    for (std::uint32_t j = 0; j < model_.width; ++j) {
      ColumnModel& column = model_.columns[j];
      if (model_.column_classes > 1)
        column.column_class = coder_.tree(classes[before], column.column_class);
      if (!require(column.column_class < model_.column_classes, class_fault)) return false;
      before = column.column_class;
      if (model_.symbol_classes > 1) column.reference = coder_.tree(references, column.reference);
      if (!require(column.reference <= j / rans_lanes * rans_lanes, reference_fault)) return false;
    }
    return true;
  }

  bool code_map() {
    model_.map.resize(model_.contexts());
    TreeModel same(1);
    TreeModel numbers(static_cast<unsigned>(std::bit_width(model_.tables.size() - 1)));
    std::uint8_t before = 0;
    for (std::size_t i = 0; i < model_.map.size() && model_.tables.size() > 1; ++i) {
      std::uint8_t& table = model_.map[i];
      const std::uint8_t above =
          i < model_.symbol_classes ? before : model_.map[i - model_.symbol_classes];
      if (coder_.tree(same, table != above) == 0) {
        table = above;
      } else {
        table = static_cast<std::uint8_t>(coder_.tree(numbers, table));
        if (!require(table != above, table_fault)) return false;
      }
      before = table;
      if (!require(table < model_.tables.size(), table_fault)) return false;
    }
    return true;
  }

  bool code_tables() {
    std::vector<NumberModel> numbers(64);
    const Frequencies none(model_.tokens());
    for (std::size_t t = 0; t < model_.tables.size(); ++t) {
      model_.tables[t].resize(model_.tokens());
      if (!code_table(numbers, t == 0 ? none : model_.tables[t - 1], model_.tables[t]))
        return false;
    }
    return true;
  }

  bool code_table(std::vector<NumberModel>& numbers, const Frequencies& above, Frequencies& table) {
    std::uint32_t left = rans_slots;
    std::uint32_t before = 0;
    for (std::size_t s = 0; s < table.size(); ++s) {
      const auto size = [](std::uint32_t f) { return (std::bit_width(f) + 1) / 2; };
      NumberModel& model = numbers[static_cast<std::size_t>(size(before) * 8 + size(above[s]))];
      before = left == 0 ? 0 : coder_.number(model, table[s]);
      if (!require(before <= left, frequencies_fault)) return false;
      table[s] = static_cast<std::uint16_t>(before);
      left -= before;
    }
    return require(left == 0, frequencies_fault);
  }

  Coder& coder_;
  Model& model_;
  std::uint32_t entries_;
  std::optional<Fault> fault_;
};

}  // namespace pondus::context_map
