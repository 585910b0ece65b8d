// Products of a tensor's matrix and a few vectors, straight from its stored form.
#pragma once

#include <memory>
#include <optional>

#include "formats/block_product.h"
#include "formats/tensor_reader.h"

namespace pondus {

struct ProductGroup;

/// Where the vectors stand: right of the matrix, y = W x, or left of it, y = x W.
enum class Side { right, left };

/// What is multiplied. The matrix W, rows x cols, is the tensor seen through its split
/// (Record::split): PyTorch's layers have one output per row, Keras' one per column. A kernel of
/// out x in x height x width is a matrix of out x (in * height * width); times the matrix of the
/// surroundings of all positions, (in * height * width) x positions, it is the convolution
/// (examples/digits/network.h).
struct ProductRequest {
  Side side = Side::right;
  /// How many vectors: x has `vectors` numbers for each column of W (right) or row (left), y for
  /// each row or column, side by side: x and y are matrices in C order, Y = W X or Y =
  /// transposed(W) X.
  std::uint32_t vectors = 1;
  /// Only these of the tensor's lines: all others count as if they had no entries.
  std::optional<LineRange> lines = std::nullopt;
  unsigned threads = 1;  ///< 0: as many as the machine has
};

/// One tensor of f32, f16 or bf16, prepared for products. Views a Model that outlives it;
/// immutable, so threads may share one. Keeps the tables' cells as float32 and some scratch per
/// thread, nothing of the cells.
///
/// Arithmetic is float32: weights are widened, sums are of float32. Cells follow IEEE 754, zeros
/// too, so that NaNs and infinities of x reach y; but in encodings with implicit zeros, as `csc`
/// and `sham`, zeros contribute nothing. With u = 2^-24, n the numbers that a sum has, and where
/// nothing overflows, each y is within n u / (1 - n u) * sum |w| |x| + n * 2^-149 of the exact sum
/// (Higham, Accuracy and Stability of Numerical Algorithms, 3.1). `delta_map` goes from line to
/// line in float64 where no sum can overflow: with a block's L lines of l cells, where up to D
/// lines refer one to the next, it may be 2^-51 D (D l + L) max |w| sum |x| further off, the
/// greatest weight being that of all lines and the sum that of a vector. For one file, request and
/// set of instructions y has the same bits for every number of threads.
class Product {
 public:
  /// Judges the tensor's tables, as TensorReader does; the error request.dtype for other types.
  static Result<Product> open(const Model& model, const Record& record);

  /// Judges the stored checksums of all blocks, which multiplying does not.
  Result<void> check_stored(unsigned threads = 1) const;

  /// Overwrites y. Judges the rules of the blocks' coding as decoding does, with the same errors;
  /// then y is unspecified. request.vector-size where x or y is not of exactly its size,
  /// request.line-range where `lines` is not within lines().count().
  Result<void> multiply(const ProductRequest& request, std::span<const float> x,
                        std::span<float> y) const;

  const Record& record() const { return reader_.record(); }
  const Lines& lines() const { return reader_.lines(); }
  std::uint64_t input_count(Side side) const {
    return side == Side::right ? lines().cols() : lines().rows();
  }
  std::uint64_t output_count(Side side) const {
    return side == Side::right ? lines().rows() : lines().cols();
  }

 private:
  struct Prepared;
  Result<void> multiply_group(const ProductInputs& inputs, LineRange wanted,
                              ProductGroup& group) const;
  Product(TensorReader reader, std::shared_ptr<const Prepared> prepared)
      : reader_(std::move(reader)), prepared_(std::move(prepared)) {}

  TensorReader reader_;
  std::shared_ptr<const Prepared> prepared_;
};

}  // namespace pondus
