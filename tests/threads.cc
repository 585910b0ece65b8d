// A thousand threads read one opened file, whose tables are judged by whoever comes first. Built
// with -fsanitize=thread this shows that they do not race.
#include <atomic>
#include <cstdio>
#include <thread>

#include "formats/tensor_reader.h"
#include "tests/sound_file.h"

namespace pondus::test {
namespace {

constexpr std::size_t threads_count = 1000;

/// Threads of which some read one tensor, some check all, some read lines; gives how many failed.
int run(const Model& model, const Cells& expected) {
  std::atomic<int> failed{0};
  const auto work = [&](std::size_t i) {
    const std::size_t number = i % model.records().size();
    const auto reader = TensorReader::open(model, model.records()[number]);
    Bytes cells(expected[number].size());
    const bool read = reader && reader->read(cells, 1 + static_cast<unsigned>(i % 3)) &&
                      cells == expected[number];
    const bool checked = i % 16 != 0 || model.check(1 + static_cast<unsigned>(i % 3));
    failed += !read || !checked;
  };
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < threads_count; ++i) threads.emplace_back(work, i);
  threads.clear();
  return failed;
}

/// Files whose tables are large enough to be kept once they are judged.
int run_with_large_tables(const Encoding& encoding) {
  EncodeOptions options;
  options.encoding = &encoding;
  const Tensor tensor = sparse_tensor("t", Dtype::f32, shape_of({64, 64}), 1, 1100, 1);
  const Bytes file = write_file({tensor}, options).value();
  const Model model = std::move(Model::open(file).value());
  return run(model, {tensor.cells});
}

}  // namespace
}  // namespace pondus::test

int main() {
  using namespace pondus;
  int failed = 0;
  for (const Encoding* const encoding : all_encodings()) {
    const Bytes file = test::sound_file(*encoding);
    const auto expected = test::read_all(file);
    const auto model = Model::open(file);
    if (!expected || !model) return 1;
    failed += test::run(*model, *expected);
    if (encoding->table_use != TableUse::none) failed += test::run_with_large_tables(*encoding);
  }
  std::printf("%zu threads for each encoding, %d failed\n", test::threads_count, failed);
  return failed != 0;
}
