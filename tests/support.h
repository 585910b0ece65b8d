// What the tests share: random numbers, cells built byte by byte, tensors, and files in memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "formats/model.h"
#include "formats/tensor_writer.h"

namespace pondus::test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PONDUS_INSTRUMENTED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define PONDUS_INSTRUMENTED 1
#endif
#endif

/// Whether a sanitizer slows the build down, so that sizes are to be small.
#ifdef PONDUS_INSTRUMENTED
inline constexpr bool instrumented = true;
#else
inline constexpr bool instrumented = false;
#endif

/// Splitmix64: the same numbers on any machine.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  /// In [0, end), end > 0.
  std::uint64_t below(std::uint64_t end) { return next() % end; }
  bool chance(double probability) {
    return static_cast<double>(next() >> 11) < probability * 0x1p53;
  }

 private:
  std::uint64_t state_;
};

/// A cell among others, little endian by the definition, byte by byte.
void put_cell(Bytes& cells, std::size_t index, std::uint32_t width, std::uint64_t value);
std::uint64_t get_cell(ByteSpan cells, std::size_t index, std::uint32_t width);

struct Tensor {
  std::string name;
  Dtype dtype = Dtype::u8;
  Shape shape;
  Bytes cells;

  std::uint32_t width() const { return cell_bytes(dtype); }
  std::uint64_t cell(std::size_t index) const { return get_cell(cells, index, width()); }
};

/// Each of `values` with the number of times that it comes.
CellStatistics counted(ByteSpan values, std::uint32_t width);

Shape shape_of(std::initializer_list<std::uint64_t> dims);

/// A tensor whose cells are make(0), make(1), ..., cut to their width.
template <class Make>
Tensor make_tensor(std::string name, Dtype dtype, const Shape& shape, Make&& make) {
  Tensor tensor{std::move(name), dtype, shape, Bytes(shape.cells() * cell_bytes(dtype))};
  for (std::size_t i = 0; i < shape.cells(); ++i)
    put_cell(tensor.cells, i, tensor.width(), make(i));
  return tensor;
}

/// Random nonzero cells at `density`, of at most `distinct` values.
Tensor sparse_tensor(std::string name, Dtype dtype, const Shape& shape, double density,
                     std::uint64_t distinct, std::uint64_t seed);

/// The matrix with rows that copy an earlier one, but for few cells.
Tensor resembling(Tensor matrix, std::uint64_t seed);

/// The lengths of all lines by the definition of the specification.
std::vector<std::uint32_t> line_lengths(std::uint64_t rows, std::uint64_t cols,
                                        Direction direction);
/// The cells of a matrix in line order, one by one.
Bytes line_order(ByteSpan cells, std::uint32_t width, std::uint64_t rows, std::uint64_t cols,
                 Direction direction);

TensorInput input_of(const Tensor& tensor);
/// A file of these tensors, or the first error.
Result<Bytes> write_file(const std::vector<Tensor>& tensors, const EncodeOptions& options);

/// All cells of a tensor of an opened file; none where it cannot be read.
Bytes read_cells(const Model& model, const std::string& name);

/// "ok", or the label of the error.
template <class T>
std::string label(const Result<T>& result) {
  return result ? "ok" : std::string(result.error().fault.id);
}

}  // namespace pondus::test
