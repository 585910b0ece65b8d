// A tensor written to memory: whole reads, line ranges and blocks agree, on one thread and on
// three.
#include <algorithm>

#include "formats/registry.h"
#include "formats/tensor_reader.h"
#include "formats/tensor_writer.h"
#include "fuzz/require.h"
#include "fuzz/stats.h"
#include "fuzz/tensors.h"

namespace pondus::fuzz {
namespace {

constexpr std::uint64_t cells_most = 1u << 17;
constexpr unsigned threads = 3;

EncodeOptions fuzzed_options(Input& in) {
  const auto encodings = all_encodings();
  const std::uint64_t number = in.below(encodings.size() + 1);
  EncodeOptions options;
  options.encoding = number < encodings.size() ? encodings[number] : nullptr;
  options.fallback = true;
  options.layout = static_cast<Layout>(in.below(3));
  return options;
}

Bytes written(const FuzzedTensor& tensor, const EncodeOptions& options) {
  MemoryOutput output;
  Writer writer(output);
  TensorWriter tensors(writer, options);
  TensorInput input;
  input.name = "w";
  input.dtype = tensor.dtype;
  input.shape = tensor.shape;
  input.cells = tensor.cells;
  require_success(tensors.write(input), "with a fallback every tensor can be written");
  require_success(writer.finish(), "a file in memory can be finished");
  return output.take();
}

/// The cells of some lines, taken from all cells.
Bytes expected_lines(const TensorReader& reader, ByteSpan cells, LineRange range) {
  const Record& record = reader.record();
  const Matrix matrix{cells, record.shape, record.split, reader.cell_bytes()};
  Bytes scratch;
  const ByteSpan lines = gather(matrix, {reader.lines(), range, reader.cell_bytes()}, scratch);
  return {lines.begin(), lines.end()};
}

void compare_range(const TensorReader& reader, ByteSpan cells, LineRange range) {
  const Bytes expected = expected_lines(reader, cells, range);
  Bytes lines(expected.size());
  require(reader.read_lines(range, lines, 1).has_value() && lines == expected,
          "a range has the cells of its lines");
  std::ranges::fill(lines, std::byte{0xA5});
  require(reader.read_lines(range, lines, threads).has_value() && lines == expected,
          "ranges do not depend on threads");
}

void compare_blocks(const TensorReader& reader, ByteSpan cells) {
  std::uint64_t next_line = 0;
  const auto visited = reader.for_each_block([&](LineRange range, ByteSpan block) -> Result<void> {
    require(range.begin == next_line && range.end > range.begin, "blocks come in order");
    require(std::ranges::equal(block, expected_lines(reader, cells, range)),
            "a block has the cells of its lines");
    next_line = range.end;
    return {};
  });
  require(visited.has_value() && next_line == reader.lines().count(),
          "the blocks are all there is");
}

void compare(Input& in) {
  const EncodeOptions options = fuzzed_options(in);
  const FuzzedTensor tensor = fuzzed_tensor(in, cells_most);
  EncodeOptions on_threads = options;
  on_threads.threads = threads;
  const Bytes file = written(tensor, options);
  require(file == written(tensor, on_threads), "a file does not depend on threads");
  const auto model = Model::open(file);
  require_success(model, "what is written opens");
  require_success(model->check(), "what is written is sound");
  const auto reader = TensorReader::open(*model, model->records()[0]);
  require_success(reader, "its tensor opens");
  ++stats.reached;
  Bytes cells(tensor.cells.size());
  require(reader->read(cells, 1).has_value() && cells == tensor.cells, "a tensor round-trips");
  std::ranges::fill(cells, std::byte{0xA5});
  require(reader->read(cells, threads).has_value() && cells == tensor.cells,
          "whole reads do not depend on threads");
  compare_blocks(*reader, cells);
  const std::uint64_t count = reader->lines().count();
  for (std::uint64_t left = 1 + in.below(4); left > 0; --left) {
    const std::uint64_t begin = in.below(count + 1);
    compare_range(*reader, cells, {begin, begin + in.below(count - begin + 1)});
  }
  require(!reader->read_lines({0, count + 1}, cells), "lines past the end are refused");
  ++stats.decoded;
}

}  // namespace
}  // namespace pondus::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ++pondus::fuzz::stats.executions;
  pondus::fuzz::Input in(data, size);
  pondus::fuzz::compare(in);
  return 0;
}
