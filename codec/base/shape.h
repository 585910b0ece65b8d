// A tensor's dimensions, and the lines that its matrix is made of (spec: container, "Matrices and
// lines").
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>

#include "codec/base/limits.h"

namespace pondus {

/// Rank 0 to 8, dimensions and element count below 2^48. Only `make` builds one from numbers, so
/// products of its dimensions never wrap, not even where a dimension is 0.
class Shape {
 public:
  Shape() = default;
  /// None where a rule of [record.shape] or the rank is broken.
  static std::optional<Shape> make(std::span<const std::uint64_t> dims);
  static std::optional<Shape> make(std::initializer_list<std::uint64_t> dims) {
    return make(std::span(dims.begin(), dims.size()));
  }

  std::uint32_t rank() const { return rank_; }
  std::span<const std::uint64_t> dims() const { return {dims_.data(), rank_}; }
  std::uint64_t cells() const { return product(0, rank_); }
  std::uint64_t product(std::uint32_t begin, std::uint32_t end) const;
  bool operator==(const Shape&) const = default;

 private:
  std::array<std::uint64_t, rank_most> dims_{};
  std::uint32_t rank_ = 0;
};

enum class Direction : std::uint8_t { rows = 0, columns = 1 };

/// The lines of an n x m matrix in one direction; rows or columns of more than 2^16 cells are cut
/// into segments, each a line.
class Lines {
 public:
  Lines() = default;
  Lines(const Shape& shape, std::uint32_t split, Direction direction);

  Direction direction() const { return direction_; }
  std::uint64_t rows() const { return rows_; }
  std::uint64_t cols() const { return cols_; }
  std::uint64_t cells() const { return rows_ * cols_; }
  std::uint64_t count() const { return cells() == 0 ? 0 : major() * segments_; }
  /// Rows or columns, and the cells of each.
  std::uint64_t major() const { return direction_ == Direction::rows ? rows_ : cols_; }
  std::uint64_t length() const { return direction_ == Direction::rows ? cols_ : rows_; }
  std::uint64_t segments() const { return segments_; }
  /// `line_cells`: cells of the longest line.
  std::uint32_t line_cells() const {
    return static_cast<std::uint32_t>(length() < line_cells_most ? length() : line_cells_most);
  }
  /// Cells of line `line` < count().
  std::uint32_t cells_of(std::uint64_t line) const {
    return line % segments_ + 1 == segments_ ? last_cells_ : line_cells_most;
  }
  /// Cells of all lines before `line` <= count().
  std::uint64_t cells_before(std::uint64_t line) const {
    return line / segments_ * length() + line % segments_ * line_cells_most;
  }

 private:
  std::uint64_t rows_ = 0;
  std::uint64_t cols_ = 0;
  std::uint64_t segments_ = 1;
  std::uint32_t last_cells_ = 0;
  Direction direction_ = Direction::rows;
};

/// Consecutive lines that are stored as one block.
struct LineRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  bool operator==(const LineRange&) const = default;
};

}  // namespace pondus
