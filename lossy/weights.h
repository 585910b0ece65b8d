// The weights that the lossy steps work on: views of tensors' cells, judged once.
#pragma once

#include <span>
#include <string>

#include "codec/base/dtype.h"
#include "codec/base/result.h"
#include "codec/bits/byte_writer.h"

namespace pondus::lossy {

/// The cells of one tensor, little endian. Made by `make` alone: the dtype is one of f64, f32, f16
/// and bf16, and every weight is finite.
class Weights {
 public:
  /// Errors request.weights-dtype and request.not-finite, with the tensor's name.
  static Result<Weights> make(const std::string& name, Dtype dtype, ByteSpan cells,
                              unsigned threads);

  Dtype dtype() const { return dtype_; }
  ByteSpan cells() const { return cells_; }
  std::uint64_t count() const { return cells_.size() / cell_bytes(dtype_); }

 private:
  Weights(Dtype dtype, ByteSpan cells) : dtype_(dtype), cells_(cells) {}
  Dtype dtype_;
  ByteSpan cells_;
};

/// Weights are worked on in pieces of so many, each by one thread.
inline constexpr std::size_t piece_weights = std::size_t{1} << 18;

/// The begin and the end of piece `number` of `count` weights.
struct Piece {
  std::size_t begin;
  std::size_t end;
  Piece(std::size_t number, std::size_t count)
      : begin(number * piece_weights), end(std::min(count, begin + piece_weights)) {}
};
inline std::size_t pieces(std::size_t count) { return (count + piece_weights - 1) / piece_weights; }

}  // namespace pondus::lossy
