// Whatever one encoding stores comes back bit for bit, in every way of reading, from bytes that do
// not depend on threads. The encoding is named after "--"; "auto" stands for the choice of the
// smallest.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <set>

#include "codec/container/checksum.h"
#include "formats/registry.h"
#include "formats/statistics.h"
#include "formats/tensor_reader.h"
#include "tests/awkward.h"

namespace pondus::test {
namespace {

constexpr unsigned effort = instrumented ? 1 : effort_default;

using boost::unit_test::framework::master_test_suite;

std::string asked_name() {
  const auto& suite = master_test_suite();
  return suite.argc > 1 ? suite.argv[suite.argc - 1] : "auto";
}

EncodeOptions options_for(const Awkward& given, unsigned threads) {
  EncodeOptions options;
  options.encoding = find_encoding(asked_name());
  options.effort = effort;
  options.layout = given.layout;
  options.threads = threads;
  return options;
}

/// What is known of a tensor without the library.
struct Known {
  std::uint64_t nonzero = 0;
  std::uint64_t distinct = 0;

  explicit Known(const Tensor& tensor) {
    std::vector<std::uint64_t> cells(tensor.shape.cells());
    for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = tensor.cell(i);
    nonzero = cells.size() - static_cast<std::uint64_t>(std::ranges::count(cells, 0u));
    std::ranges::sort(cells);
    distinct = static_cast<std::uint64_t>(std::unique(cells.begin(), cells.end()) - cells.begin());
  }
};

void check_record(const Model& model, const Awkward& given) {
  const Tensor& tensor = given.tensor;
  BOOST_REQUIRE_EQUAL(model.records().size(), 1);
  const Record& record = model.records()[0];
  const Known known(tensor);
  BOOST_REQUIRE_EQUAL(record.name, tensor.name);
  BOOST_REQUIRE(record.dtype == static_cast<std::uint8_t>(tensor.dtype));
  BOOST_REQUIRE(record.shape == tensor.shape);
  BOOST_REQUIRE_EQUAL(record.nonzero, known.nonzero);
  BOOST_REQUIRE_EQUAL(record.distinct, known.distinct);
  BOOST_REQUIRE_EQUAL(record.decoded_checksum, xxh3(tensor.cells));
  BOOST_REQUIRE_EQUAL(record.blocks.empty(), tensor.cells.empty());
}

/// Every way of reading against the cells and against their line order.
void check_reading(const Model& model, const Awkward& given, const Bytes& ordered) {
  const auto reader = TensorReader::open(model, model.records()[0]);
  BOOST_REQUIRE(reader.has_value());
  for (const unsigned threads : {1u, 3u}) {
    Bytes cells(given.tensor.cells.size(), std::byte{0x5A});
    BOOST_REQUIRE_EQUAL(label(reader->read(cells, threads)), "ok");
    BOOST_REQUIRE(cells == given.tensor.cells);
  }
  Bytes visited;
  std::uint64_t line = 0;
  const auto done = reader->for_each_block([&](LineRange lines, ByteSpan cells) -> Result<void> {
    BOOST_REQUIRE_EQUAL(lines.begin, line);
    line = lines.end;
    visited.insert(visited.end(), cells.begin(), cells.end());
    return {};
  });
  BOOST_REQUIRE(done.has_value());
  BOOST_REQUIRE_EQUAL(line, reader->lines().count());
  BOOST_REQUIRE(visited == ordered);
}

void check_lines(const Model& model, const Awkward& given, const Bytes& ordered, Random& random) {
  const auto reader = TensorReader::open(model, model.records()[0]);
  const Lines& lines = reader->lines();
  const auto lengths = line_lengths(lines.rows(), lines.cols(), lines.direction());
  const std::uint32_t width = given.tensor.width();
  for (unsigned round = 0; round < (given.large ? 3 : 8); ++round) {
    const std::uint64_t begin = random.below(lengths.size() + 1);
    const std::uint64_t end = begin + random.below(lengths.size() - begin + 1);
    std::size_t from = 0, to = 0;
    for (std::size_t i = 0; i < end; ++i)
      (i < begin ? from : to) += std::size_t{lengths[i]} * width;
    Bytes cells(to, std::byte{0x5A});
    BOOST_REQUIRE_EQUAL(label(reader->read_lines({begin, end}, cells, 1 + round % 3)), "ok");
    BOOST_REQUIRE(std::ranges::equal(cells, ByteSpan(ordered).subspan(from, to)));
  }
  Bytes none;
  BOOST_TEST(label(reader->read_lines({0, lengths.size() + 1}, none)) == "request.line-range");
  BOOST_TEST(label(reader->read_lines({1, 0}, none)) == "request.line-range");
}

/// The stored blocks follow from their cells and from the choices that the file shows.
void check_canonical(const Model& model, const Bytes& ordered) {
  const Record& record = model.records()[0];
  const Encoding* const encoding = find_encoding(record.encoding);
  const std::uint32_t width = record.bits / 8u;
  const auto reader = TensorReader::open(model, record);
  Tables tables = reader->tables();
  const CellIndex index(tables.cells(), width);
  tables.index = &index;
  std::uint64_t place = 0;
  for (const BlockEntry& entry : record.blocks) {
    const BlockLines block{
        record.lines(), {entry.first_line, entry.first_line + entry.lines}, width};
    const auto cells = ByteSpan(ordered).subspan(place, block.plain_bytes());
    const Bytes again = encode_block(*encoding, tables, block, cells, effort);
    BOOST_REQUIRE(std::ranges::equal(again, model.file().bytes(entry)));
    BOOST_REQUIRE(block.cells() <= encoding->block_cells_most);
    place += block.plain_bytes();
  }
  BOOST_REQUIRE_EQUAL(place, ordered.size());
}

void check_growth(const Bytes& file, const Model& model, const Tensor& tensor) {
  const std::size_t blocks = model.records()[0].blocks.size();
  BOOST_REQUIRE_LE(file.size(), tensor.cells.size() + tensor.name.size() + 192 + 16 * blocks + 168);
}

/// The file with the encoding asked for, or, where that cannot apply, with another.
Bytes encoded(const Awkward& given, unsigned& refused) {
  EncodeOptions options = options_for(given, 1);
  auto file = write_file({given.tensor}, options);
  if (file) return file.value();
  BOOST_REQUIRE_EQUAL(label(file), "request.encoding");
  BOOST_REQUIRE_EQUAL(file.error().tensor, given.tensor.name);
  BOOST_REQUIRE(options.encoding != nullptr && options.encoding->table_use != TableUse::none);
  ++refused;
  options.fallback = true;
  return write_file({given.tensor}, options).value();
}

void check_threads(const Awkward& given, const Bytes& file) {
  for (const unsigned threads : {2u, 5u}) {
    EncodeOptions options = options_for(given, threads);
    options.fallback = true;
    options.verify = !given.large;
    BOOST_REQUIRE(write_file({given.tensor}, options).value() == file);
    if (given.large) return;
  }
}

struct Counts {
  unsigned tensors = 0;
  unsigned refused = 0;
};

void check(const Awkward& given, Counts& counts, Random& random) {
  const Tensor& tensor = given.tensor;
  BOOST_TEST_CONTEXT(tensor.name << ", dtype " << int(tensor.dtype) << ", " << tensor.shape.cells()
                                 << " cells") {
    const Bytes file = encoded(given, counts.refused);
    ++counts.tensors;
    const auto model = Model::open(file);
    BOOST_REQUIRE_EQUAL(label(model), "ok");
    BOOST_REQUIRE_EQUAL(label(model->check(1 + counts.tensors % 3)), "ok");
    check_record(*model, given);
    const Lines lines = model->records()[0].lines();
    const Bytes ordered =
        line_order(tensor.cells, tensor.width(), lines.rows(), lines.cols(), lines.direction());
    check_reading(*model, given, ordered);
    check_lines(*model, given, ordered, random);
    check_canonical(*model, ordered);
    check_growth(file, *model, tensor);
    check_threads(given, file);
  }
}

void run(void (*tensors)(Dtype, const Take&), std::initializer_list<Dtype> dtypes) {
  BOOST_REQUIRE(asked_name() == "auto" || find_encoding(asked_name()) != nullptr);
  Counts counts;
  Random random(9);
  for (const Dtype dtype : dtypes)
    tensors(dtype, [&](const Awkward& given) { check(given, counts, random); });
  BOOST_TEST_MESSAGE(asked_name() << ": " << counts.tensors << " tensors, to " << counts.refused
                                  << " it cannot apply");
  BOOST_TEST(counts.tensors > counts.refused);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(round_trip)

BOOST_AUTO_TEST_CASE(small) {
  using enum Dtype;
  if (instrumented) return run(small_tensors, {f64, f32, bf16, boolean});  // each width
  run(small_tensors,
      {f64, f32, f16, bf16, f8_e4m3, f8_e5m2, i64, i32, i16, i8, u64, u32, u16, u8, boolean});
  BOOST_TEST(all_dtypes().size() == 15u);
}

BOOST_AUTO_TEST_CASE(distinct) {
  run(distinct_counts, {Dtype::f64, Dtype::f32, Dtype::bf16, Dtype::u8});
}

BOOST_AUTO_TEST_CASE(lines) { run(long_lines, {Dtype::f64, Dtype::f32, Dtype::bf16, Dtype::u8}); }

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pondus::test
