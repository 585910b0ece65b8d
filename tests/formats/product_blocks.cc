// Products of blocks that begin inside a row: every encoding whose blocks may hold several
// segments.
#include <algorithm>
#include <bit>
#include <boost/test/unit_test.hpp>

#include "formats/product.h"
#include "tests/sound_file.h"

namespace pondus::test {
namespace {

constexpr std::uint64_t rows = 3;
constexpr std::uint64_t cols = 150000;  // three segments
/// The second block begins with the second segment of the second row and goes on to the third.
constexpr std::uint64_t lines_most = 4;
constexpr std::uint64_t segment_cells = 1u << 16;

/// Whole numbers, so that every sum is exact in whatever order.
float input(std::size_t i) { return static_cast<float>(i % 5) + 1; }

Tensor whole_numbers() {
  Random random(1);
  return make_tensor("w", Dtype::f32, shape_of({rows, cols}), [&](std::size_t) -> std::uint64_t {
    if (!random.chance(0.1)) return 0;
    return std::bit_cast<std::uint32_t>(static_cast<float>(1 + random.below(3)));
  });
}

Bytes file_of(const Encoding& encoding, const Tensor& tensor, std::uint64_t block_lines) {
  MemoryOutput output;
  Writer writer(output);
  write_in_blocks(writer, encoding, tensor, block_lines);
  writer.finish().value();
  return output.take();
}

std::vector<float> expect(const Tensor& tensor, Side side) {
  const auto dims = tensor.shape.dims();
  std::vector<float> y(dims[side == Side::right ? 0 : 1]);
  for (std::size_t i = 0; i < dims[0] * dims[1]; ++i) {
    const std::size_t row = i / dims[1], col = i % dims[1];
    const auto cell = std::bit_cast<float>(static_cast<std::uint32_t>(tensor.cell(i)));
    side == Side::right ? y[row] += cell * input(col) : y[col] += cell * input(row);
  }
  return y;
}

/// Rows of whole numbers up to `values`, a tenth of them or all, each much like the one before it.
Tensor alike(std::uint32_t values, bool full) {
  constexpr std::uint64_t length = 4200, count = 96;
  Random random(values);
  const auto cell = [&]() -> std::uint64_t {
    if (!full && !random.chance(0.1)) return 0;
    return std::bit_cast<std::uint32_t>(static_cast<float>(1 + random.below(values)));
  };
  std::vector<std::uint64_t> cells;
  for (std::uint64_t i = 0; i < count * length; ++i) {
    const bool fresh = i < length || random.chance(full ? 0.5 : 0.05);
    cells.push_back(fresh ? cell() : cells[i - length]);
  }
  return make_tensor("w", Dtype::f32, shape_of({count, length}),
                     [&](std::size_t i) { return cells[i]; });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(product_blocks)

/// By few values, as many as steps are made for, and more; with gaps and with masks.
BOOST_AUTO_TEST_CASE(lines_that_refer_to_others) {
  const Encoding& encoding = *find_encoding("delta_map");
  for (const bool full : {false, true}) {
    for (const std::uint32_t values : {2u, 255u, 300u}) {
      const Tensor tensor = alike(values, full);
      const Bytes file = file_of(encoding, tensor, 96);
      const Model model = std::move(Model::open(file).value());
      const Product product = std::move(Product::open(model, model.records()[0]).value());
      for (const Side side : {Side::right, Side::left}) {
        std::vector<float> x(product.input_count(side));
        for (std::size_t i = 0; i < x.size(); ++i) x[i] = input(i);
        std::vector<float> y(product.output_count(side));
        product.multiply({side, 1, std::nullopt, 1}, x, y).value();
        BOOST_TEST((y == expect(tensor, side)), values << " values, full: " << full);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(blocks_that_begin_inside_a_row) {
  const Tensor tensor = whole_numbers();
  for (const Encoding* const encoding : all_encodings()) {
    if (encoding->block_cells_most < lines_most * segment_cells) continue;
    const Bytes file = file_of(*encoding, tensor, lines_most);
    const Model model = std::move(Model::open(file).value());
    const Product product = std::move(Product::open(model, model.records()[0]).value());
    for (const Side side : {Side::right, Side::left}) {
      std::vector<float> x(product.input_count(side));
      for (std::size_t i = 0; i < x.size(); ++i) x[i] = input(i);
      std::vector<float> y(product.output_count(side));
      product.multiply({side, 1, std::nullopt, 1}, x, y).value();
      BOOST_TEST((y == expect(tensor, side)), encoding->name << " side " << static_cast<int>(side));
    }
  }
}

/// Whose block has entries before them.
BOOST_AUTO_TEST_CASE(lines_without_entries_at_the_end) {
  Random random(2);
  const Tensor tensor =
      make_tensor("w", Dtype::f32, shape_of({200, 300}), [&](std::size_t i) -> std::uint64_t {
        const bool empty = i / 300 >= 190 || !random.chance(0.1);
        return empty ? 0 : std::bit_cast<std::uint32_t>(input(random.below(9)));
      });
  for (const Encoding* const encoding : all_encodings()) {
    const Bytes file = file_of(*encoding, tensor, 200);
    const Model model = std::move(Model::open(file).value());
    const Product product = std::move(Product::open(model, model.records()[0]).value());
    const std::uint64_t lines = product.lines().count();
    for (const Side side : {Side::right, Side::left}) {
      const std::vector<float> x(product.input_count(side), 1.0f);
      std::vector<float> y(product.output_count(side), 1.0f);
      product.multiply({side, 1, LineRange{lines - 5, lines}, 1}, x, y).value();
      BOOST_TEST(std::ranges::count(y, 0.0f) == std::ssize(y), encoding->name);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pondus::test
