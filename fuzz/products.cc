// Products against a reference in double precision, within the error that product.h states; and of
// damaged payloads, which multiplying judges as decoding does.
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "codec/base/instruction_set.h"
#include "formats/product.h"
#include "formats/registry.h"
#include "formats/tensor_writer.h"
#include "fuzz/require.h"
#include "fuzz/stats.h"
#include "fuzz/tensors.h"

namespace pondus::fuzz {
namespace {

constexpr std::uint64_t cells_most = 1u << 15;
constexpr std::uint64_t vectors_end = 19;
constexpr unsigned threads = 3;

/// Small cells of few values, or any.
FuzzedTensor fuzzed_weights(Input& in) {
  constexpr Dtype dtypes[] = {Dtype::f32, Dtype::f16, Dtype::bf16};
  FuzzedTensor tensor = fuzzed_tensor(in, cells_most);
  tensor.dtype = dtypes[in.below(std::size(dtypes))];
  const std::uint32_t width = cell_bytes(tensor.dtype);
  tensor.cells.resize(tensor.shape.cells() * width);
  if (in.below(4) == 0) return tensor;
  for (std::size_t i = width - 1; i < tensor.cells.size(); i += width) {
    const std::byte sign_and_exponent = tensor.cells[i];
    if (sign_and_exponent != std::byte{0})
      tensor.cells[i] = (sign_and_exponent & std::byte{0x83}) | std::byte{0x38};
  }
  return tensor;
}

Bytes written(const FuzzedTensor& tensor, Input& in) {
  const auto encodings = all_encodings();
  EncodeOptions options;
  options.encoding = encodings[in.below(encodings.size())];
  options.fallback = true;
  options.layout = static_cast<Layout>(in.below(3));
  MemoryOutput output;
  Writer writer(output);
  TensorInput input;
  input.name = "w";
  input.dtype = tensor.dtype;
  input.shape = tensor.shape;
  input.cells = tensor.cells;
  require_success(TensorWriter(writer, options).write(input), "every tensor can be written");
  require_success(writer.finish(), "a file in memory can be finished");
  return output.take();
}

/// Small numbers, now and then with one of any bits.
std::vector<float> fuzzed_inputs(Input& in, std::size_t count) {
  std::vector<float> x(count);
  const ByteSpan bytes = in.take(1 + in.below(64));
  for (std::size_t i = 0; i < count && !bytes.empty(); ++i)
    x[i] = (static_cast<float>(bytes[i % bytes.size()]) - 128) / 17.0f;
  if (count != 0 && in.below(4) == 0)
    x[in.below(count)] = std::bit_cast<float>(in.word<std::uint32_t>());
  return x;
}

/// By the definition of its type: sign, `exponent` and `mantissa` bits.
double number(std::uint64_t cell, int exponent, int mantissa) {
  const std::uint64_t fraction = cell & ((1ull << mantissa) - 1);
  const auto biased = static_cast<int>(cell >> mantissa & ((1ull << exponent) - 1));
  const double sign = cell >> (exponent + mantissa) != 0 ? -1 : 1;
  const int least = 2 - (1 << (exponent - 1)) - mantissa;
  if (biased == (1 << exponent) - 1) return fraction != 0 ? NAN : sign * INFINITY;
  if (biased == 0) return sign * std::ldexp(static_cast<double>(fraction), least);
  return sign * std::ldexp(static_cast<double>(fraction | 1ull << mantissa), least + biased - 1);
}

std::vector<double> numbers(const FuzzedTensor& tensor) {
  std::vector<double> numbers(tensor.shape.cells());
  const auto cell = [&](auto word, std::size_t i) {
    return std::uint64_t{load<decltype(word)>(&tensor.cells[i * sizeof word])};
  };
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (tensor.dtype == Dtype::f32) numbers[i] = number(cell(std::uint32_t{}, i), 8, 23);
    if (tensor.dtype == Dtype::f16) numbers[i] = number(cell(std::uint16_t{}, i), 5, 10);
    if (tensor.dtype == Dtype::bf16) numbers[i] = number(cell(std::uint16_t{}, i), 8, 7);
  }
  return numbers;
}

/// One number of y in double precision, where products of float32 are exact.
struct Sum {
  double sum = 0;
  double magnitude = 0;  ///< of the finite terms
  double terms = 0;
  double along_references = 0;  ///< the bound's part for what other lines bring

  void add(double weight, double input) {
    const double term = weight * input;
    sum += term;
    magnitude += std::isfinite(term) ? std::abs(term) : 0;
    ++terms;
  }
  /// Whether `y` is within the bound. Where sums may overflow anything is.
  bool allows(float y) const {
    if (magnitude > std::numeric_limits<float>::max() / 2) return true;
    if (std::isnan(sum)) return std::isnan(y);
    if (std::isinf(sum)) return double{y} == sum;
    const double u = terms * 0x1p-24;
    return std::abs(y - sum) <=
           u / (1 - u) * magnitude * (1 + 0x1p-40) + terms * 0x1p-149 + along_references;
  }
};

/// The bound's part for references, of each vector; any line may refer to any other.
std::vector<double> along_references(const Product& product, std::span<const double> weights,
                                     const ProductRequest& request, std::span<const float> x) {
  std::vector<double> most(request.vectors);
  if (find_encoding(product.record().encoding)->name != "delta_map") return most;
  double greatest = 0;
  for (const double weight : weights)
    if (std::isfinite(weight)) greatest = std::max(greatest, std::abs(weight));
  const auto lines = static_cast<double>(product.lines().count());
  const double each = 0x1p-51 * lines * lines * (product.lines().line_cells() + 1.0) * greatest;
  for (std::size_t i = 0; i < x.size(); ++i)
    if (std::isfinite(x[i])) most[i % request.vectors] += each * std::abs(double{x[i]});
  return most;
}

std::vector<Sum> expected(const Product& product, std::span<const double> weights,
                          const ProductRequest& request, std::span<const float> x) {
  const Lines& lines = product.lines();
  const bool zeros = !find_encoding(product.record().encoding)->implicit_zeros;
  const bool rows = lines.direction() == Direction::rows;
  std::vector<Sum> y(product.output_count(request.side) * request.vectors);
  const auto more = along_references(product, weights, request, x);
  for (std::size_t i = 0; i < y.size(); ++i) y[i].along_references = more[i % request.vectors];
  for (std::uint64_t line = request.lines->begin; line < request.lines->end; ++line) {
    for (std::uint32_t i = 0; i < lines.cells_of(line); ++i) {
      const std::uint64_t major = line / lines.segments();
      const std::uint64_t minor = line % lines.segments() * line_cells_most + i;
      const std::uint64_t row = rows ? major : minor;
      const std::uint64_t col = rows ? minor : major;
      const double weight = weights[row * lines.cols() + col];
      if (!zeros && weight == 0 && !std::signbit(weight)) continue;
      const bool right = request.side == Side::right;
      for (std::uint32_t v = 0; v < request.vectors; ++v)
        y[(right ? row : col) * request.vectors + v].add(
            weight, double{x[(right ? col : row) * request.vectors + v]});
    }
  }
  return y;
}

ProductRequest fuzzed_request(Input& in, const Product& product) {
  ProductRequest request;
  request.side = in.flag() ? Side::right : Side::left;
  request.vectors = in.flag() ? 1 : 1 + static_cast<std::uint32_t>(in.below(vectors_end));
  const std::uint64_t count = product.lines().count();
  request.lines = LineRange{0, count};
  if (in.flag()) {
    request.lines->begin = in.below(count + 1);
    request.lines->end = request.lines->begin + in.below(count - request.lines->begin + 1);
  }
  return request;
}

void compare(Input& in, const Product& product, std::span<const double> weights) {
  ProductRequest request = fuzzed_request(in, product);
  const auto x = fuzzed_inputs(in, product.input_count(request.side) * request.vectors);
  const auto sums = expected(product, weights, request, x);
  const bool on_threads = in.below(8) == 0;
  for (const InstructionSet set : instruction_sets()) {
    use_instruction_set(set);
    std::vector<float> y(sums.size(), 7.0f);
    require_success(product.multiply(request, x, y), "a sound tensor multiplies");
    for (std::size_t i = 0; i < y.size(); ++i)
      require(sums[i].allows(y[i]), "a product is within the stated error");
    if (!on_threads) continue;
    std::vector<float> again(sums.size());
    request.threads = threads;
    require_success(product.multiply(request, x, again), "a sound tensor multiplies");
    require(std::ranges::equal(std::as_bytes(std::span(y)), std::as_bytes(std::span(again))),
            "products do not depend on threads");
    request.threads = 1;
  }
}

/// What decoding says of the blocks, whatever their checksums.
Result<void> decoded(const TensorReader& reader) {
  for (std::size_t i = 0; i < reader.record().blocks.size(); ++i) {
    const BlockLines block = reader.block_lines(i);
    const BlockEntry& entry = reader.record().blocks[i];
    Bytes cells(block.plain_bytes());
    auto done = decode_block(reader.encoding(), reader.tables(), block, reader.file().bytes(entry),
                             entry.offset, cells);
    if (!done) return done;
  }
  return {};
}

/// Changes bytes of the blocks, which `product` views.
void damage(Input& in, const Record& record, Bytes& file) {
  if (record.blocks.empty()) return;
  for (std::uint64_t left = 1 + in.below(3); left > 0; --left) {
    const BlockEntry& block = record.blocks[in.below(record.blocks.size())];
    const std::uint64_t reach = in.flag() ? std::min(block.stored_bytes, 64u) : block.stored_bytes;
    file[block.offset + in.below(reach)] ^= std::byte{in.word<std::uint8_t>()};
  }
}

void judge_damaged(Input& in, const TensorReader& reader, const Product& product) {
  const auto verdict = decoded(reader);
  const ProductRequest request = fuzzed_request(in, product);
  const std::vector<float> x(product.input_count(request.side) * request.vectors, 1.0f);
  std::vector<float> y(product.output_count(request.side) * request.vectors);
  const bool whole = request.lines == LineRange{0, product.lines().count()};
  for (const InstructionSet set : instruction_sets()) {
    use_instruction_set(set);
    const auto done = product.multiply(request, x, y);
    if (done) {
      require(verdict || !whole, "multiplying judges as decoding does");
      continue;
    }
    require(!verdict, "multiplying refuses nothing that decodes");
    if (!whole) continue;
    require(done.error().fault.id == verdict.error().fault.id &&
                done.error().offset == verdict.error().offset,
            "multiplying finds the fault that decoding finds");
  }
}

void multiply(Input& in) {
  const bool damaged = in.below(3) == 0;
  const FuzzedTensor tensor = fuzzed_weights(in);
  Bytes file = written(tensor, in);
  const auto model = Model::open(file);
  require_success(model, "what is written opens");
  const auto product = Product::open(*model, model->records()[0]);
  require_success(product, "its tensor multiplies");
  const auto reader = TensorReader::open(*model, model->records()[0]);
  require_success(reader, "its tensor opens");
  ++stats.reached;
  if (damaged) {
    damage(in, reader->record(), file);
    return judge_damaged(in, *reader, *product);
  }
  const std::vector<double> weights = numbers(tensor);
  for (std::uint64_t left = 1 + in.below(3); left > 0; --left) compare(in, *product, weights);
  ++stats.decoded;
}

}  // namespace
}  // namespace pondus::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ++pondus::fuzz::stats.executions;
  pondus::fuzz::Input in(data, size);
  pondus::fuzz::multiply(in);
  return 0;
}
