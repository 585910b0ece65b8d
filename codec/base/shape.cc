#include "codec/base/shape.h"

#include "codec/base/checked.h"

namespace pondus {

std::optional<Shape> Shape::make(std::span<const std::uint64_t> dims) {
  if (dims.size() > rank_most) return std::nullopt;
  Shape shape;
  std::uint64_t elements = 1;  // every 0 taken as 1; no less than any dimension
  for (const std::uint64_t dim : dims) {
    const auto product = checked_multiply(elements, dim == 0 ? 1 : dim);
    if (!product || *product >= dimension_end) return std::nullopt;
    elements = *product;
    shape.dims_[shape.rank_++] = dim;
  }
  return shape;
}

std::uint64_t Shape::product(std::uint32_t begin, std::uint32_t end) const {
  std::uint64_t product = 1;
  for (std::uint32_t i = begin; i < end; ++i) product *= dims_[i];
  return product;
}

Lines::Lines(const Shape& shape, std::uint32_t split, Direction direction)
    : rows_(shape.product(0, split)),
      cols_(shape.product(split, shape.rank())),
      direction_(direction) {
  if (length() > line_cells_most) segments_ = ceil_div(length(), line_cells_most);
  last_cells_ = static_cast<std::uint32_t>(length() - (segments_ - 1) * line_cells_most);
}

}  // namespace pondus
