// Codebooks of many distinct values: every bit, the bounds of the specification, and the speed.
// large_codebooks DISTINCT CELLS
#include <cmath>
#include <ctime>
#include <iostream>
#include <stdexcept>

#include "formats/registry.h"
#include "formats/tensor_reader.h"
#include "tests/papers.h"
#include "tests/support.h"

namespace pondus::test {
namespace {

constexpr std::uint64_t cols = 4096;

void require(bool condition, const std::string& what) {
  if (!condition) throw std::runtime_error(what);
}

/// Processor time.
double seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

/// Each of `distinct` values once, then values whose frequencies fall geometrically.
Tensor tensor_of(std::uint64_t distinct, std::uint64_t cells) {
  Random random(distinct);
  return make_tensor("t", Dtype::f32, shape_of({cells / cols, cols}), [&](std::size_t i) {
    const double share = static_cast<double>(random.next() >> 11) * 0x1p-53;
    const auto falling =
        static_cast<std::uint64_t>(-std::log(1 - share) * static_cast<double>(distinct) / 12);
    const std::uint64_t number = i < distinct ? i : falling % distinct;
    return (number * 2654435761 % 0xFFFFFFFB) & 0xFFFFFFFF;
  });
}

void check(const Tensor& tensor, std::uint64_t distinct, const std::string& name) {
  EncodeOptions options;
  options.encoding = find_encoding(name);
  options.verify = false;
  const auto cells = static_cast<double>(tensor.shape.cells());
  const double begin = seconds();
  const auto file = write_file({tensor}, options);
  const double encoded = seconds();
  require(file.has_value(), name + " does not apply");
  const Model model = std::move(Model::open(*file).value());
  const Record& record = model.records()[0];
  require(record.distinct == distinct, "another number of distinct values");
  const auto reader = std::move(TensorReader::open(model, record).value());
  Bytes decoded(tensor.cells.size());
  const double opened = seconds();
  reader.read(decoded).value();
  const double end = seconds();
  require(decoded == tensor.cells, "other cells");
  Facts facts;
  facts.major = tensor.shape.dims()[0];
  facts.length = cols;
  facts.distinct = distinct;
  facts.blocks = record.blocks.size();
  const std::uint64_t bound = name == "ham" ? bound_ham(facts) : bound_index_map(facts);
  require(8 * record.stored_bytes() <= bound, "more than the bound");
  std::cout << name << ", " << distinct << " distinct of " << tensor.shape.cells()
            << " cells: " << 8.0 * static_cast<double>(record.stored_bytes()) / cells
            << " bits per cell beside the table, bound " << static_cast<double>(bound) / cells
            << "; encode " << cells / (encoded - begin) / 1e6 << ", decode "
            << cells / (end - opened) / 1e6 << " 10^6/s\n";
}

}  // namespace
}  // namespace pondus::test

int main(int, char** argv) {
  if (pondus::test::instrumented) {
    std::cout << "skipped: too slow with a sanitizer\n";
    return 77;
  }
  try {
    const std::uint64_t distinct = std::stoull(argv[1]);
    const auto tensor = pondus::test::tensor_of(distinct, std::stoull(argv[2]));
    for (const char* const name : {"index_map", "ham"}) pondus::test::check(tensor, distinct, name);
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
  return 0;
}
