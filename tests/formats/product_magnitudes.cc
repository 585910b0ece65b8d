// Products of numbers so great that sums which are not asked for would overflow: those of x alone,
// and those of lines that others refer to.
#include <algorithm>
#include <bit>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "formats/product.h"
#include "tests/sound_file.h"

namespace pondus::test {
namespace {

constexpr std::size_t rows = 60;
constexpr std::size_t cols = 200;

/// Whole numbers, so that every sum is exact in whatever order.
float whole(std::size_t i) { return static_cast<float>(i * i % 7); }

struct Case {
  float first;        ///< the first cell
  int cells, inputs;  ///< powers of two that all others and x are multiplied by
};

/// Rows that are the first one, but for its first cell, and some cells more: they refer to it.
float cell(const Case& given, std::size_t row, std::size_t col) {
  if (row == 0 && col == 0) return given.first;
  if (col < rows) return std::ldexp(whole(col), given.cells);
  return row != 0 && col % rows == row ? std::ldexp(5.0f, given.cells) : 0;
}

/// The sums whose terms do not overflow.
std::size_t wrong(const Case& given, Side side, std::span<const float> x,
                  std::span<const float> y) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < x.size(); ++j)
      sum += double{x[j]} * (side == Side::right ? cell(given, i, j) : cell(given, j, i));
    if (sum <= double{std::numeric_limits<float>::max()}) count += y[i] != sum;
  }
  return count;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(product_magnitudes)

BOOST_AUTO_TEST_CASE(sums_that_are_not_asked_for) {
  for (const Case given : {Case{0x1p127f, 0, 0}, Case{0x1p-100f, -100, 124}}) {
    const Tensor tensor = make_tensor("w", Dtype::f32, shape_of({rows, cols}), [&](std::size_t i) {
      return std::bit_cast<std::uint32_t>(cell(given, i / cols, i % cols));
    });
    for (const Encoding* const encoding : all_encodings()) {
      MemoryOutput output;
      Writer writer(output);
      write_in_blocks(writer, *encoding, tensor, rows);
      writer.finish().value();
      const Bytes file = output.take();
      const Model model = std::move(Model::open(file).value());
      const Product product = std::move(Product::open(model, model.records()[0]).value());
      for (const Side side : {Side::right, Side::left}) {
        std::vector<float> x(product.input_count(side));
        for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::ldexp(2 + whole(i), given.inputs);
        std::vector<float> y(product.output_count(side));
        product.multiply({side, 1, std::nullopt, 1}, x, y).value();
        BOOST_TEST(wrong(given, side, x, y) == 0, encoding->name << " " << given.first);
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pondus::test
