#include "formats/product.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <mutex>

#include "codec/base/parallel.h"
#include "formats/float32.h"
#include "formats/product_groups.h"

namespace pondus {

namespace {

constexpr Fault dtype_fault{"request.dtype", Kind::request};
constexpr Fault vector_size{"request.vector-size", Kind::request};
constexpr Fault line_range{"request.line-range", Kind::request};

/// Vectors side by side as kernels take them.
std::uint32_t stride_of(std::uint32_t vectors) {
  return vectors <= 16 ? std::bit_ceil(vectors) : (vectors + 15) / 16 * 16;
}

/// `count` times `vectors` numbers with gaps, as many as make up a stride.
std::vector<float> spread(std::span<const float> x, std::uint64_t count, std::uint32_t vectors,
                          std::uint32_t stride) {
  std::vector<float> out(count * stride);
  for (std::uint64_t i = 0; i < count; ++i) std::copy_n(&x[i * vectors], vectors, &out[i * stride]);
  return out;
}

void add_sums(const ProductGroup& group, std::uint32_t vectors, std::uint32_t stride,
              std::span<float> y) {
  float* const to = &y[group.y_begin * vectors];
  const float* const from = group.sums.data();
  const std::uint64_t outputs = group.y_end - group.y_begin;
  if (vectors == stride) {
    for (std::uint64_t i = 0; i < outputs * vectors; ++i) to[i] += from[i];
    return;
  }
  for (std::uint64_t i = 0; i < outputs; ++i) {
    for (std::uint32_t v = 0; v < vectors; ++v) to[i * vectors + v] += from[i * stride + v];
  }
}

/// The greatest magnitude, but at least 1; infinite or not a number where one of the numbers is: as
/// integers magnitudes have the same order.
template <class BitsOf>
double greatest_magnitude(std::size_t count, BitsOf&& bits_of) {
  auto greatest = std::bit_cast<std::uint32_t>(1.0f);
  for (std::size_t i = 0; i < count; ++i) greatest = std::max(greatest, bits_of(i) & 0x7FFFFFFF);
  return std::bit_cast<float>(greatest);
}

}  // namespace

/// The tables with float32 cells, and scratch for as many threads as there ever were at once.
struct Product::Prepared {
  Dtype dtype{};
  Bytes cells;
  Tables tables;
  double greatest = 0;  ///< magnitude of a cell
  mutable std::mutex mutex;
  mutable std::vector<std::unique_ptr<ProductScratch>> free;

  Prepared(Dtype dtype_given, const Tables& stored) : dtype(dtype_given) {
    const ByteSpan from = stored.cells();
    cells.resize(from.size() / cell_bytes(dtype) * 4);
    to_float32(dtype, from, cells);
    if (stored.codebook.entries() != 0) tables.codebook = Codebook::trusted(cells, 4);
    if (stored.code.code().entries() != 0) tables.code = stored.code.with_cells(cells, 4);
    greatest = greatest_magnitude(
        cells.size() / 4, [&](std::size_t i) { return load<std::uint32_t>(&cells[4 * i]); });
  }

  std::unique_ptr<ProductScratch> take() const {
    const std::lock_guard lock(mutex);
    if (free.empty()) return std::make_unique<ProductScratch>();
    auto scratch = std::move(free.back());
    free.pop_back();
    return scratch;
  }
  void give_back(std::unique_ptr<ProductScratch> scratch) const {
    const std::lock_guard lock(mutex);
    free.push_back(std::move(scratch));
  }
};

Result<Product> Product::open(const Model& model, const Record& record) {
  auto reader = TensorReader::open(model, record);
  if (!reader) return reader.error();
  const auto dtype = static_cast<Dtype>(reader->record().dtype);
  if (!converts_to_float32(dtype)) {
    return Error{dtype_fault, 0, record.name, "products are of f32, f16 and bf16"};
  }
  auto prepared = std::make_shared<const Prepared>(dtype, reader->tables());
  return Product(std::move(*reader), std::move(prepared));
}

Result<void> Product::check_stored(unsigned threads) const {
  return parallel_for(record().blocks.size(), threads,
                      [&](std::size_t i) { return reader_.file().check_block(record(), i); });
}

Result<void> Product::multiply_group(const ProductInputs& inputs, LineRange wanted,
                                     ProductGroup& group) const {
  group.sums.assign((group.y_end - group.y_begin) * inputs.stride, 0.0f);
  auto scratch = prepared_->take();
  Result<void> done;
  for (std::size_t i = group.begin; i < group.end && done; ++i) {
    const BlockLines block = reader_.block_lines(i);
    const BlockEntry& entry = record().blocks[i];
    const LineRange part{std::max(wanted.begin, block.range.begin) - block.range.begin,
                         std::min(wanted.end, block.range.end) - block.range.begin};
    BlockProduct product(inputs, block, part, group.sums.data(), group.y_begin, *scratch);
    done = multiply_block(reader_.encoding(), reader_.tables(), block, reader_.file().bytes(entry),
                          entry.offset, product);
    if (done) continue;
    done.error().tensor = record().name;
    done.error().detail = "block " + std::to_string(i);
  }
  prepared_->give_back(std::move(scratch));
  return done;
}

Result<void> Product::multiply(const ProductRequest& request, std::span<const float> x,
                               std::span<float> y) const {
  const auto fits = [&](std::size_t size, std::uint64_t count) {
    return request.vectors != 0 && size % request.vectors == 0 && size / request.vectors == count;
  };
  if (!fits(x.size(), input_count(request.side)) || !fits(y.size(), output_count(request.side)))
    return Error{vector_size, 0, record().name, {}};
  const LineRange range = request.lines.value_or(LineRange{0, lines().count()});
  if (range.begin > range.end || range.end > lines().count())
    return Error{line_range, 0, record().name, {}};
  const std::uint32_t stride = stride_of(request.vectors);
  std::vector<float> wide;
  if (stride != request.vectors)
    wide = spread(x, input_count(request.side), request.vectors, stride);
  ProductInputs inputs;
  inputs.kernels = &product_kernels.in_use();
  inputs.tables = &prepared_->tables;
  inputs.dtype = prepared_->dtype;
  inputs.implicit_zeros = reader_.encoding().implicit_zeros;
  inputs.along = (lines().direction() == Direction::rows) == (request.side == Side::right);
  const double greatest = greatest_magnitude(
      x.size(), [&](std::size_t i) { return std::bit_cast<std::uint32_t>(x[i]); });
  inputs.moderate =
      static_cast<double>(input_count(request.side)) * prepared_->greatest * greatest <=
      std::numeric_limits<float>::max();
  inputs.x = wide.empty() ? x.data() : wide.data();
  inputs.stride = stride;

  auto groups = make_groups(record().blocks, lines(), range, inputs.along);
  auto done = parallel_for(groups.size(), request.threads, [&](std::size_t i) -> Result<void> {
    return multiply_group(inputs, range, groups[i]);
  });
  if (!done) return done;
  std::ranges::fill(y, 0.0f);
  for (const ProductGroup& group : groups) add_sums(group, request.vectors, stride, y);
  return {};
}

}  // namespace pondus
