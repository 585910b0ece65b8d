#include "tests/support.h"

#include <map>

#include <algorithm>

#include "formats/tensor_reader.h"

namespace pondus::test {

std::uint64_t Random::next() {
  state_ += 0x9E3779B97F4A7C15;
  std::uint64_t x = state_;
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
  x = (x ^ x >> 27) * 0x94D049BB133111EB;
  return x ^ x >> 31;
}

void put_cell(Bytes& cells, std::size_t index, std::uint32_t width, std::uint64_t value) {
  for (std::uint32_t i = 0; i < width; ++i)
    cells[index * width + i] = static_cast<std::byte>(value >> 8 * i & 0xFF);
}

std::uint64_t get_cell(ByteSpan cells, std::size_t index, std::uint32_t width) {
  std::uint64_t value = 0;
  for (std::uint32_t i = 0; i < width; ++i)
    value |= std::to_integer<std::uint64_t>(cells[index * width + i]) << 8 * i;
  return value;
}

CellStatistics counted(ByteSpan values, std::uint32_t width) {
  std::map<std::uint64_t, std::uint64_t> counts;
  for (std::size_t i = 0; i < values.size() / width; ++i) ++counts[get_cell(values, i, width)];
  CellStatistics statistics;
  statistics.cells = values.size() / width;
  statistics.distinct = counts.size();
  for (const auto& [value, count] : counts) {
    statistics.values.resize(statistics.values.size() + width);
    put_cell(statistics.values, statistics.frequencies.size(), width, value);
    statistics.frequencies.push_back(count);
  }
  return statistics;
}

Shape shape_of(std::initializer_list<std::uint64_t> dims) { return Shape::make(dims).value(); }

Tensor sparse_tensor(std::string name, Dtype dtype, const Shape& shape, double density,
                     std::uint64_t distinct, std::uint64_t seed) {
  Random random(seed);
  const std::uint64_t most = (std::uint64_t{1} << std::min(8 * cell_bytes(dtype), 60u)) - 1;
  const std::uint64_t step = most / std::min(most, distinct);
  return make_tensor(std::move(name), dtype, shape, [&](std::size_t) {
    return random.chance(density) ? step * (1 + random.below(std::min(most, distinct))) : 0;
  });
}

Tensor resembling(Tensor matrix, std::uint64_t seed) {
  Random random(seed);
  const std::size_t cols = matrix.shape.cells() / matrix.shape.dims()[0];
  for (std::size_t row = 1; row < matrix.shape.dims()[0]; ++row) {
    const std::size_t from = random.below(row);
    for (std::size_t i = 0; i < cols; ++i) {
      if (random.chance(0.03)) continue;
      put_cell(matrix.cells, row * cols + i, matrix.width(), matrix.cell(from * cols + i));
    }
  }
  return matrix;
}

std::vector<std::uint32_t> line_lengths(std::uint64_t rows, std::uint64_t cols,
                                        Direction direction) {
  const std::uint64_t major = direction == Direction::rows ? rows : cols;
  const std::uint64_t length = direction == Direction::rows ? cols : rows;
  std::vector<std::uint32_t> lengths;
  if (length == 0) return lengths;
  for (std::uint64_t i = 0; i < major; ++i) {
    for (std::uint64_t left = length; left > 0; left -= lengths.back()) {
      lengths.push_back(static_cast<std::uint32_t>(std::min<std::uint64_t>(left, 65536)));
    }
  }
  return lengths;
}

Bytes line_order(ByteSpan cells, std::uint32_t width, std::uint64_t rows, std::uint64_t cols,
                 Direction direction) {
  if (direction == Direction::rows) return {cells.begin(), cells.end()};
  Bytes ordered;
  ordered.reserve(cells.size());
  for (std::uint64_t col = 0; col < cols; ++col) {
    for (std::uint64_t row = 0; row < rows; ++row) {
      const auto cell = cells.subspan((row * cols + col) * width, width);
      ordered.insert(ordered.end(), cell.begin(), cell.end());
    }
  }
  return ordered;
}

TensorInput input_of(const Tensor& tensor) {
  TensorInput input;
  input.name = tensor.name;
  input.dtype = tensor.dtype;
  input.shape = tensor.shape;
  input.cells = tensor.cells;
  return input;
}

Result<Bytes> write_file(const std::vector<Tensor>& tensors, const EncodeOptions& options) {
  MemoryOutput output;
  Writer writer(output);
  TensorWriter tensor_writer(writer, options);
  for (const Tensor& tensor : tensors) {
    if (const auto report = tensor_writer.write(input_of(tensor)); !report) return report.error();
  }
  if (const auto finished = writer.finish(); !finished) return finished.error();
  return output.take();
}

Bytes read_cells(const Model& model, const std::string& name) {
  const Record* const record = model.find(name);
  if (record == nullptr) return {};
  const auto reader = TensorReader::open(model, *record);
  Bytes cells(record->decoded_bytes());
  if (!reader || !reader->read(cells)) return {};
  return cells;
}

}  // namespace pondus::test
