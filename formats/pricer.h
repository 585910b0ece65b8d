// What one encoding in one direction takes of the file, and a first look at that.
#pragma once

#include <vector>

#include "formats/plan.h"

namespace pondus {

/// Larger tensors get a first look at a sample, and from this effort on another at the whole; both
/// with less than this effort.
inline constexpr unsigned whole_looks_effort = 7;

/// Lines of a direction other than the preferred one are not priced beyond this many: their counts
/// would take more memory than they can save.
inline constexpr std::uint64_t priced_lines_most = std::uint64_t{1} << 26;

/// The entries of each line, counted when first asked for; in one pass for both directions, unless
/// only one is priced. Of `full` matrices all cells are entries.
class EntryCounts {
 public:
  EntryCounts(const Matrix& matrix, bool full) : matrix_(matrix), full_(full) {}

  std::span<const std::uint32_t> of(Direction direction) {
    std::vector<std::uint32_t>& counts = direction == Direction::rows ? of_rows_ : of_columns_;
    if (counts.empty()) {
      const bool rows = prepare(Direction::rows, of_rows_, direction);
      const bool columns = prepare(Direction::columns, of_columns_, direction);
      if (!full_)
        count_entries(matrix_, rows ? std::span(of_rows_) : none,
                      columns ? std::span(of_columns_) : none);
    }
    return counts;
  }

 private:
  static constexpr std::span<std::uint32_t> none{};

  /// Whether the counts of `direction` are wanted with those of `asked`, and makes place for them.
  bool prepare(Direction direction, std::vector<std::uint32_t>& counts, Direction asked) const {
    const std::uint64_t lines = matrix_.lines(direction).count();
    if (!counts.empty() || (direction != asked && lines > priced_lines_most)) return false;
    counts.resize(lines);
    if (full_) {
      for (std::uint64_t line = 0; line < lines; ++line)
        counts[line] = matrix_.lines(direction).cells_of(line);
    }
    return true;
  }

  const Matrix& matrix_;
  bool full_;
  std::vector<std::uint32_t> of_rows_;
  std::vector<std::uint32_t> of_columns_;
};

/// Prices one encoding in one direction.
class Pricer {
 public:
  Pricer(const PlanInput& input, EntryCounts& counts, const Encoding& encoding,
         Direction direction);

  bool applies() const { return applies_; }
  /// What the whole will take, at a look at a sample, and at the whole, with little effort.
  std::uint64_t foretell_by_sample() const;
  std::uint64_t foretell_by_less_effort() const;
  /// None once it costs more than `budget`, or where it does not apply.
  std::optional<Plan> price(std::uint64_t budget);

 private:
  /// A block's size, and its coded form unless it is plain.
  struct Encoded {
    std::uint64_t bytes = 0;
    Bytes coded;
  };

  std::uint64_t plain_bytes() const { return input_.matrix.cells.size(); }
  std::uint64_t table_price() const;
  std::uint64_t fixed_price() const;
  BlockLines block(LineRange range) const { return {lines_, range, input_.matrix.cell_bytes}; }
  void add_up();
  bool encode_blocks(std::uint64_t budget);
  Encoded encode(const BlockLines& lines, unsigned effort) const;

  const PlanInput& input_;
  Lines lines_;
  Plan plan_;
  bool applies_ = false;
  std::span<const std::uint32_t> entry_counts_;  ///< of each line, where blocks are filled by them
};

}  // namespace pondus
