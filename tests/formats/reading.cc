#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <thread>

#include "codec/container/checksum.h"
#include "formats/registry.h"
#include "formats/tensor_reader.h"
#include "tests/support.h"

namespace pondus::test {
namespace {

std::vector<Tensor> some_tensors() {
  return {sparse_tensor("a", Dtype::f32, shape_of({50, 60}), 0.2, 6, 1),
          sparse_tensor("b", Dtype::u8, shape_of({900}), 0.9, 250, 2),
          sparse_tensor("c", Dtype::f64, shape_of({3, 3, 4, 5}), 0.5, 3, 3),
          sparse_tensor("d", Dtype::u16, shape_of({0}), 0, 1, 4)};
}

/// Tensors of one cell, in a file that takes as many; whether each is there, with its cell.
double tiny_tensors(std::uint32_t count) {
  const auto begin = std::chrono::steady_clock::now();
  MemoryOutput output;
  Writer writer(output);
  TensorWriter tensor_writer(writer, {});
  const auto name = [](std::uint32_t i) {
    return "layer." + std::to_string(i * 2654435761u) + ".weight";
  };
  Tensor tensor{"", Dtype::u8, shape_of({1}), Bytes(1)};
  for (std::uint32_t i = 0; i < count; ++i) {
    tensor.name = name(i);
    put_cell(tensor.cells, 0, 1, i);
    tensor_writer.write(input_of(tensor)).value();
  }
  writer.finish().value();
  const Model model = std::move(Model::open(output.bytes()).value());
  BOOST_TEST(model.records().size() == count);
  BOOST_TEST(label(model.check()) == "ok");
  std::uint32_t wrong = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const Bytes cells = read_cells(model, name(i));
    wrong += cells.size() != 1 || std::to_integer<std::uint32_t>(cells[0]) != (i & 0xFF);
  }
  BOOST_TEST(wrong == 0u);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reading)

BOOST_AUTO_TEST_CASE(buffers_must_fit_exactly) {
  const auto tensors = some_tensors();
  const Bytes file = write_file(tensors, {}).value();
  const Model model = std::move(Model::open(file).value());
  for (const Tensor& tensor : tensors) {
    const TensorReader reader =
        std::move(TensorReader::open(model, *model.find(tensor.name)).value());
    Bytes cells(tensor.cells.size() + 1);
    const std::span<std::byte> all(cells);
    BOOST_TEST(label(reader.read(all)) == "request.buffer-bytes");
    if (!tensor.cells.empty()) {
      BOOST_TEST(label(reader.read(all.first(tensor.cells.size() - 1))) == "request.buffer-bytes");
      BOOST_TEST(label(reader.read({})) == "request.buffer-bytes");
      BOOST_TEST(label(reader.read_lines({0, 1}, {})) == "request.buffer-bytes");
    }
    BOOST_TEST(label(reader.read(all.first(tensor.cells.size()))) == "ok");
    BOOST_TEST(std::ranges::equal(all.first(tensor.cells.size()), tensor.cells));
    BOOST_TEST(label(reader.read_lines({0, 0}, {})) == "ok");
  }
  BOOST_TEST(
      label(TensorReader::open(model, *model.find("d")).value().read(std::span<std::byte>())) ==
      "ok");
}

BOOST_AUTO_TEST_CASE(a_reader_is_as_new_after_an_error) {
  Bytes file = write_file(some_tensors(), {}).value();
  const Model model = std::move(Model::open(file).value());
  const Record& record = *model.find("a");
  const TensorReader reader = std::move(TensorReader::open(model, record).value());
  Bytes cells(record.decoded_bytes());
  std::byte& byte = file[record.blocks[0].offset];
  for (int i = 0; i < 3; ++i) {
    byte ^= std::byte{1};
    const auto failed = reader.read(cells);
    BOOST_TEST(label(failed) == "block.checksum");
    BOOST_TEST(failed.error().offset == record.blocks[0].offset);
    BOOST_TEST(failed.error().tensor == "a");
    BOOST_TEST(label(model.check()) == "block.checksum");
    byte ^= std::byte{1};
    BOOST_TEST(label(reader.read(cells)) == "ok");
    BOOST_TEST((cells == some_tensors()[0].cells));
    BOOST_TEST(label(model.check()) == "ok");
  }
}

BOOST_AUTO_TEST_CASE(a_visitor_can_stop) {
  const Tensor tensor = sparse_tensor("t", Dtype::f32, shape_of({300, 1000}), 0.9, 90, 1);
  EncodeOptions options;
  options.encoding = find_encoding(std::string_view("csc"));
  const Bytes file = write_file({tensor}, options).value();
  const Model model = std::move(Model::open(file).value());
  const TensorReader reader = std::move(TensorReader::open(model, model.records()[0]).value());
  BOOST_REQUIRE(model.records()[0].blocks.size() > 2);
  int calls = 0;
  const auto stopped = reader.for_each_block([&](LineRange, ByteSpan) -> Result<void> {
    if (++calls == 2) return Error{{"request.stop", Kind::request}, 0, {}, {}};
    return {};
  });
  BOOST_TEST(label(stopped) == "request.stop");
  BOOST_TEST(calls == 2);
}

BOOST_AUTO_TEST_CASE(streams_are_judged_at_their_end) {
  for (const Layout layout : {Layout::oihw, Layout::hwio}) {
    const Tensor tensor = sparse_tensor("t", Dtype::f32, shape_of({30, 200}), 0.9, 90, 1);
    for (const std::uint64_t wrong : {0u, 1u}) {
      MemoryOutput output;
      Writer writer(output);
      Record record;
      record.name = "t";
      record.dtype = static_cast<std::uint8_t>(tensor.dtype);
      record.bits = 32;
      record.shape = tensor.shape;
      record.split = static_cast<std::uint8_t>(split_of(tensor.shape, layout));
      record.direction = direction_of(tensor.shape, layout);
      record.encoding = 1;
      const Bytes lines = line_order(tensor.cells, 4, 30, 200, record.direction);
      const auto count = static_cast<std::uint32_t>(record.lines().count());
      writer.begin_tensor(record).value();
      writer.append_block(lines, count).value();
      writer.end_tensor(xxh3(tensor.cells) ^ wrong, 1, 1).value();
      writer.finish().value();
      const Model model = std::move(Model::open(output.bytes()).value());
      const auto reader = TensorReader::open(model, model.records()[0]);
      Bytes seen;
      const auto streamed = reader->stream(1, [&](ByteSpan cells) -> Result<void> {
        seen.insert(seen.end(), cells.begin(), cells.end());
        return {};
      });
      BOOST_TEST(label(streamed) == (wrong ? "tensor.checksum" : "ok"));
      BOOST_TEST((seen == tensor.cells));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_thousand_threads_on_one_model) {
  const auto tensors = some_tensors();
  EncodeOptions options;
  options.encoding = find_encoding(std::string_view("index_map"));
  options.fallback = true;
  const Bytes file = write_file(tensors, options).value();
  const Model model = std::move(Model::open(file).value());
  std::atomic<int> wrong{0};
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < (instrumented ? 100 : 1000); ++i) {
      threads.emplace_back([&, i] {
        const Tensor& tensor = tensors[i % tensors.size()];
        if (read_cells(model, tensor.name) != tensor.cells) ++wrong;
        if (i % 50 == 0 && !model.check(2)) ++wrong;
      });
    }
  }
  BOOST_TEST(wrong == 0);
}

BOOST_AUTO_TEST_CASE(progress_names_each_tensor) {
  const Bytes file = write_file(some_tensors(), {}).value();
  const Model model = std::move(Model::open(file).value());
  std::string names;
  const auto checked = model.check(2, [&](const Record& record, const Result<void>& result) {
    names += record.name;
    BOOST_TEST(result.has_value());
  });
  BOOST_TEST(checked.has_value());
  BOOST_TEST(names == "abcd");
}

BOOST_AUTO_TEST_CASE(many_tiny_tensors) {
  if (instrumented) {
    tiny_tensors(5000);
    return;
  }
  const double half = tiny_tensors(100000);
  const double whole = tiny_tensors(200000);
  BOOST_TEST_MESSAGE("100000 tensors in " << half << " s, twice as many in " << whole / half
                                          << " times that");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pondus::test
