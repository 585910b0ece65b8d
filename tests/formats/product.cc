// Products against a reference in double precision: every encoding, type, side, range and number of
// vectors.
#include "formats/product.h"

#include <algorithm>
#include <bit>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "codec/base/instruction_set.h"
#include "formats/registry.h"
#include "tests/support.h"

namespace pondus::test {
namespace {

/// A number by the definition of its type: sign, `exponent` and `mantissa` bits.
double number(std::uint64_t cell, int exponent, int mantissa) {
  const std::uint64_t fraction = cell & ((1ull << mantissa) - 1);
  const auto biased = static_cast<int>(cell >> mantissa & ((1ull << exponent) - 1));
  const double sign = cell >> (exponent + mantissa) != 0 ? -1 : 1;
  const int least = 2 - (1 << (exponent - 1)) - mantissa;
  if (biased == (1 << exponent) - 1) return fraction != 0 ? NAN : sign * INFINITY;
  if (biased == 0) return sign * std::ldexp(static_cast<double>(fraction), least);
  return sign * std::ldexp(static_cast<double>(fraction | 1ull << mantissa), least + biased - 1);
}

double number(const Tensor& tensor, std::size_t index) {
  const std::uint64_t cell = tensor.cell(index);
  if (tensor.dtype == Dtype::f16) return number(cell, 5, 10);
  return tensor.dtype == Dtype::bf16 ? number(cell, 8, 7) : number(cell, 8, 23);
}

/// Cells of small numbers at `density`, of `distinct` values.
Tensor weights(Dtype dtype, const Shape& shape, double density, std::uint64_t distinct,
               std::uint64_t seed) {
  Random random(seed);
  return make_tensor("w", dtype, shape, [&](std::size_t) -> std::uint64_t {
    if (!random.chance(density)) return 0;
    const float value = static_cast<float>(random.below(distinct)) / 8.0f - 3.0625f;
    const auto bits = std::bit_cast<std::uint32_t>(value);
    if (dtype == Dtype::f32) return bits ^ (distinct > 1000 ? random.below(1 << 16) : 0);
    if (dtype == Dtype::bf16) return bits >> 16;
    return (bits >> 16 & 0x8000) | (((bits >> 13) - 0x1C000) & 0x7FFF);
  });
}

struct Expected {
  std::vector<double> sums;
  std::vector<double> magnitudes;
  std::vector<double> counts;
};

Expected expect(const Product& product, const Tensor& tensor, const ProductRequest& request,
                std::span<const float> x) {
  const Lines& lines = product.lines();
  const std::size_t size = product.output_count(request.side) * request.vectors;
  Expected out{std::vector<double>(size), std::vector<double>(size), std::vector<double>(size)};
  const LineRange range = request.lines.value_or(LineRange{0, lines.count()});
  const bool zeros = !find_encoding(product.record().encoding)->implicit_zeros;
  for (std::uint64_t line = range.begin; line < range.end; ++line) {
    for (std::uint64_t i = 0; i < lines.cells_of(line); ++i) {
      const std::uint64_t major = line / lines.segments();
      const std::uint64_t minor = line % lines.segments() * 65536 + i;
      const bool rows = lines.direction() == Direction::rows;
      const std::uint64_t row = rows ? major : minor, col = rows ? minor : major;
      const double weight = number(tensor, row * lines.cols() + col);
      if (tensor.cell(row * lines.cols() + col) == 0 && !zeros) continue;
      const bool right = request.side == Side::right;
      for (std::uint32_t v = 0; v < request.vectors; ++v) {
        const double term = weight * x[(right ? col : row) * request.vectors + v];
        const std::size_t at = (right ? row : col) * request.vectors + v;
        out.sums[at] += term;
        out.magnitudes[at] += std::abs(term);
        out.counts[at] += 1;
      }
    }
  }
  return out;
}

/// The number of sums that are outside the bound that product.h states.
std::size_t wrong(const Expected& expected, std::span<const float> y) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double n = expected.counts[i];
    const double bound =
        n * 0x1p-24 / (1 - n * 0x1p-24) * expected.magnitudes[i] * (1 + 0x1p-40) + n * 0x1p-149;
    const double sum = expected.sums[i];
    const bool same = std::isfinite(sum) ? std::abs(y[i] - sum) <= bound
                      : std::isnan(sum)  ? std::isnan(y[i])
                                         : y[i] == sum;
    count += !same;
  }
  return count;
}

std::vector<float> random_inputs(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> x(count);
  for (float& value : x) value = static_cast<float>(random.below(2001)) / 999.0f - 1.0f;
  return x;
}

bool same_bits(std::span<const float> a, std::span<const float> b) {
  return std::ranges::equal(std::as_bytes(a), std::as_bytes(b));
}

/// Multiplies by the request, with each instruction set and with threads; the number of wrong sums.
std::size_t wrong(const Product& product, const Tensor& tensor, ProductRequest request,
                  std::span<const float> x) {
  const Expected expected = expect(product, tensor, request, x);
  std::size_t count = 0;
  for (const InstructionSet set : instruction_sets()) {
    use_instruction_set(set);
    std::vector<float> y(product.output_count(request.side) * request.vectors, 7.0f);
    std::vector<float> threaded = y;
    request.threads = 1;
    product.multiply(request, x, y).value();
    request.threads = 3;
    product.multiply(request, x, threaded).value();
    count += wrong(expected, y) + !same_bits(y, threaded);
  }
  return count;
}

/// Ranges of lines: all, none, the first, the last, some that begin and end inside blocks.
std::vector<LineRange> ranges(std::uint64_t lines) {
  std::vector<LineRange> out{{0, lines}, {lines, lines}};
  if (lines == 0) return out;
  for (const LineRange range :
       {LineRange{0, 1}, LineRange{lines - 1, lines}, LineRange{lines / 3, lines - lines / 4}})
    out.push_back(range);
  return out;
}

EncodeOptions stored_as(const Encoding* encoding, Layout layout) {
  EncodeOptions options;
  options.encoding = encoding;
  options.fallback = true;
  options.layout = layout;
  return options;
}

void check(const Tensor& tensor, const EncodeOptions& options,
           std::span<const std::uint32_t> vectors, float special = 0) {
  const Bytes file = write_file({tensor}, options).value();
  const Model model = std::move(Model::open(file).value());
  const Product product = std::move(Product::open(model, model.records()[0]).value());
  BOOST_TEST(label(product.check_stored(2)) == "ok");
  for (const Side side : {Side::right, Side::left}) {
    for (const std::uint32_t count : vectors) {
      auto x = random_inputs(product.input_count(side) * count, count);
      if (special != 0 && !x.empty()) x[x.size() / 2] = special;
      for (const LineRange lines : ranges(product.lines().count())) {
        BOOST_TEST(wrong(product, tensor, {side, count, lines, 1}, x) == 0u,
                   options.encoding->name << " " << tensor.name << " side "
                                          << static_cast<int>(side) << " vectors " << count
                                          << " lines " << lines.begin << " to " << lines.end);
      }
    }
  }
}

constexpr std::uint32_t few[] = {1, 2, 3, 4, 16};
constexpr std::uint32_t many[] = {1, 5, 8, 33};
constexpr Dtype dtypes[] = {Dtype::f32, Dtype::f16, Dtype::bf16};

}  // namespace

BOOST_AUTO_TEST_SUITE(products)

BOOST_AUTO_TEST_CASE(every_encoding_type_side_and_range) {
  for (const Encoding* const encoding : all_encodings()) {
    for (const Dtype dtype : dtypes) {
      for (const Layout layout : {Layout::oihw, Layout::hwio}) {
        const EncodeOptions options = stored_as(encoding, layout);
        for (const double density : {0.03, 0.3, 1.0}) {
          for (const std::uint64_t distinct : {1u, 14u, 40u, 200u, 5000u})
            check(weights(dtype, shape_of({37, 75}), density, distinct, distinct), options, few);
          check(weights(dtype, shape_of({5, 4, 3, 3}), density, 20, 1), options, many);
        }
        for (const auto& shape :
             {shape_of({}), shape_of({0}), shape_of({0, 5}), shape_of({5, 0}), shape_of({1}),
              shape_of({70}), shape_of({1, 70}), shape_of({70, 1})})
          check(weights(dtype, shape, 0.5, 4, 3), options, few);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(many_blocks_and_long_lines) {
  constexpr std::uint32_t one[] = {1, 2};
  for (const Encoding* const encoding : all_encodings()) {
    for (const Layout layout : {Layout::oihw, Layout::hwio}) {
      const EncodeOptions options = stored_as(encoding, layout);
      check(weights(Dtype::f32, shape_of({500, 700}), 0.4, 30, 5), options, one);
      check(weights(Dtype::bf16, shape_of({3, 70000}), 0.1, 200, 6), options, one);
      check(weights(Dtype::f32, shape_of({140000, 2}), 0.9, 9, 7), options, one);
      check(resembling(weights(Dtype::f32, shape_of({90, 200}), 0.3, 9, 8), 8), options, one);
    }
  }
}

BOOST_AUTO_TEST_CASE(infinities_and_nans) {
  for (const char* const name : {"csc", "sham", "gap_map", "cser"})
    BOOST_TEST(find_encoding(name)->implicit_zeros);
  constexpr std::uint32_t one[] = {1, 3};
  for (const Encoding* const encoding : all_encodings()) {
    for (const double density : {0.1, 0.9}) {
      const Tensor tensor = weights(Dtype::f32, shape_of({60, 90}), density, 12, 8);
      check(tensor, stored_as(encoding, Layout::oihw), one, INFINITY);
      check(tensor, stored_as(encoding, Layout::hwio), one, NAN);
    }
  }
}

/// What decoding says of a tensor's blocks, whatever their checksums.
std::string decoding_label(const TensorReader& reader) {
  for (std::size_t i = 0; i < reader.record().blocks.size(); ++i) {
    const BlockLines block = reader.block_lines(i);
    const BlockEntry& entry = reader.record().blocks[i];
    Bytes cells(block.plain_bytes());
    const auto decoded = decode_block(reader.encoding(), reader.tables(), block,
                                      reader.file().bytes(entry), entry.offset, cells);
    if (!decoded) return label(decoded) + " " + std::to_string(decoded.error().offset);
  }
  return "ok";
}

std::string product_label(const Product& product, const ProductRequest& request) {
  const std::vector<float> x(product.input_count(request.side) * request.vectors, 1.0f);
  std::vector<float> y(product.output_count(request.side) * request.vectors);
  const auto done = product.multiply(request, x, y);
  return done ? "ok" : label(done) + " " + std::to_string(done.error().offset);
}

BOOST_AUTO_TEST_CASE(damaged_blocks_give_the_faults_of_decoding) {
  Random random(9);
  for (const Encoding* const encoding : all_encodings()) {
    // Positions of two bytes in lines of both directions.
    const Tensor tensor = weights(Dtype::f32, shape_of({258, 300}), 0.08, 20, 4);
    const Bytes sound = write_file({tensor}, stored_as(encoding, Layout::oihw)).value();
    std::size_t faults = 0;
    for (int round = 0; round < (instrumented ? 300 : 1000); ++round) {
      Bytes file = sound;
      const Model model = std::move(Model::open(file).value());
      const BlockEntry& block = model.records()[0].blocks[0];
      const std::uint64_t reach = round % 2 == 0 ? block.stored_bytes : 64;
      for (std::uint64_t i = 0; i <= random.below(3); ++i)
        file[block.offset + random.below(reach)] = static_cast<std::byte>(random.next());
      const TensorReader reader = std::move(TensorReader::open(model, model.records()[0]).value());
      const Product product = std::move(Product::open(model, model.records()[0]).value());
      const std::string expected = decoding_label(reader);
      faults += expected != "ok";
      const Side side = round % 4 < 2 ? Side::right : Side::left;
      for (const InstructionSet set : instruction_sets()) {
        use_instruction_set(set);
        BOOST_TEST(product_label(product, {.side = side}) == expected);
        BOOST_TEST(product_label(product, {.side = side, .lines = LineRange{7, 9}}) == expected);
      }
    }
    BOOST_TEST(faults > 20u, encoding->name << " " << faults);
  }
}

BOOST_AUTO_TEST_CASE(requests_must_fit) {
  const Bytes file = write_file({weights(Dtype::f32, shape_of({4, 6}), 1, 3, 1),
                                 sparse_tensor("z", Dtype::u8, shape_of({3}), 1, 3, 1)},
                                {})
                         .value();
  const Model model = std::move(Model::open(file).value());
  BOOST_TEST(label(Product::open(model, *model.find("z"))) == "request.dtype");
  const Product product = std::move(Product::open(model, *model.find("w")).value());
  std::vector<float> x(12), y(12);
  const auto labelled = [&](const ProductRequest& request, std::size_t inputs,
                            std::size_t outputs) {
    return label(
        product.multiply(request, std::span(x).first(inputs), std::span(y).first(outputs)));
  };
  BOOST_TEST(labelled({}, 6, 4) == "ok");
  BOOST_TEST(labelled({.side = Side::left}, 4, 6) == "ok");
  BOOST_TEST(labelled({.side = Side::left}, 6, 4) == "request.vector-size");
  BOOST_TEST(labelled({.vectors = 0}, 0, 0) == "request.vector-size");
  BOOST_TEST(labelled({.vectors = 2}, 12, 8) == "ok");
  BOOST_TEST(labelled({.vectors = 2}, 12, 7) == "request.vector-size");
  BOOST_TEST(labelled({.lines = LineRange{3, 2}}, 6, 4) == "request.line-range");
  BOOST_TEST(labelled({.lines = LineRange{0, 7}}, 6, 4) == "request.line-range");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pondus::test
