#include <algorithm>
#include <cstring>

#include "bench/stored.h"
#include "bench/tasks.h"
#include "codec/base/parallel.h"

namespace pondus::bench {
namespace {

constexpr std::size_t piece_bytes = std::size_t{1} << 18;
constexpr std::string_view names[] = {"index_map", "ham", "sham", "csc"};

std::string named(std::string_view what, unsigned threads) {
  return std::string(what) + ", " + std::to_string(threads) +
         (threads == 1 ? " thread" : " threads");
}

/// What memory takes: `work` on pieces of the matrix.
template <class Work, class Verify>
Subject memory_subject(std::string_view name, const Sample& sample, std::shared_ptr<Bytes> matrix,
                       unsigned threads, Work work, Verify verify) {
  const std::size_t pieces = (matrix->size() + piece_bytes - 1) / piece_bytes;
  return {named(name, threads), 0,
          [=, &sample] {
            const auto piece = [&](std::size_t i) -> Result<void> {
              const std::size_t at = i * piece_bytes;
              work(matrix->data() + at, sample.cells.data() + at,
                   std::min(piece_bytes, matrix->size() - at));
              return {};
            };
            return parallel_for(pieces, threads, piece).has_value();
          },
          [=, &sample] { return verify(*matrix, sample.cells); }};
}

/// Decodes block after block into a window of each thread, without checksums, and calls
/// `check(lines, cells)`; whether all went well.
template <class Check>
bool decode_blocks(const Stored& stored, unsigned threads, Check&& check) {
  const auto& blocks = stored.reader.record().blocks;
  const auto decode = [&](std::size_t i) -> Result<void> {
    thread_local Bytes window;
    const BlockLines lines = stored.lines(blocks[i]);
    window.resize(std::max<std::size_t>(window.size(), lines.plain_bytes()));
    const auto cells = std::span(window).first(lines.plain_bytes());
    const auto bytes = ByteSpan(stored.bytes).subspan(blocks[i].offset, blocks[i].stored_bytes);
    auto decoded = decode_block(stored.reader.encoding(), stored.reader.tables(), lines, bytes,
                                blocks[i].offset, cells);
    if (decoded && !check(lines, cells)) return Error{};
    return decoded;
  };
  return parallel_for(blocks.size(), threads, decode).has_value();
}

Subject window_subject(std::shared_ptr<const Stored> stored, const Sample& sample,
                       unsigned threads) {
  const Matrix matrix{sample.cells, *Shape::make({sample.rows, sample.cols}),
                      stored->reader.record().split, 4};
  const auto same = [matrix](const BlockLines& lines, ByteSpan cells) {
    Bytes scratch;
    return std::ranges::equal(gather(matrix, lines, scratch), cells);
  };
  const auto any = [](const BlockLines&, ByteSpan) { return true; };
  return {named(std::string(stored->reader.encoding().name) + ", decode, windows", threads), 0,
          [=] { return decode_blocks(*stored, threads, any); },
          [=] { return decode_blocks(*stored, threads, same); }};
}

/// The whole matrix, all checksums judged.
Subject matrix_subject(std::shared_ptr<const Stored> stored, const Sample& sample,
                       std::shared_ptr<Bytes> matrix, unsigned threads) {
  return {named(std::string(stored->reader.encoding().name) + ", decode, whole matrix", threads), 0,
          [=] { return stored->reader.read(*matrix, threads).has_value(); },
          [=, &sample] { return *matrix == sample.cells; }};
}

/// y = W x; the same bits for any number of threads, which the one thread's are held against.
Subject product_subject(std::shared_ptr<const Stored> stored, const Sample& sample,
                        unsigned threads) {
  struct State {
    Product product;
    std::vector<float> x, y, expected;
  };
  auto state = std::make_shared<State>(
      State{Product::open(stored->model, stored->reader.record()).value(),
            std::vector<float>(sample.cols), std::vector<float>(sample.rows),
            std::vector<float>(sample.rows)});
  for (std::size_t i = 0; i < sample.cols; ++i) state->x[i] = static_cast<float>(i % 29) - 14;
  const auto multiply = [state](std::vector<float>& y, unsigned count) {
    return state->product.multiply({.side = Side::right, .threads = count}, state->x, y)
        .has_value();
  };
  multiply(state->expected, 1);
  return {named(std::string(stored->reader.encoding().name) + ", y = W x", threads), 0,
          [=, keep = stored] { return multiply(state->y, threads); },
          [=] { return state->y == state->expected; }};
}

}  // namespace

Task threading_task(const Sample& sample) {
  Task task{"threads, wall clock", {}, Clock::wall};
  const auto matrix = std::make_shared<Bytes>(sample.cells.size());
  std::vector<std::shared_ptr<const Stored>> stored;
  for (const std::string_view name : names) {
    if (auto one = Stored::make(sample, *find_encoding(name))) stored.push_back(std::move(one));
  }
  const auto both = [&](auto&& make) {
    for (const unsigned threads : {1u, 2u}) task.subjects.push_back(make(threads));
  };
  both([&](unsigned threads) {
    return memory_subject(
        "memcpy", sample, matrix, threads,
        [](std::byte* to, const std::byte* from, std::size_t bytes) {
          std::memcpy(to, from, bytes);
        },
        std::ranges::equal_to());
  });
  both([&](unsigned threads) {
    return memory_subject(
        "stores", sample, matrix, threads,
        [](std::byte* to, const std::byte*, std::size_t bytes) { std::memset(to, 1, bytes); },
        [](const Bytes& cells, const Bytes&) {
          return std::ranges::count(cells, std::byte{1}) == std::ssize(cells);
        });
  });
  for (const auto& each : stored) {
    both([&](unsigned threads) { return window_subject(each, sample, threads); });
    both([&](unsigned threads) { return matrix_subject(each, sample, matrix, threads); });
    both([&](unsigned threads) { return product_subject(each, sample, threads); });
  }
  return task;
}

}  // namespace pondus::bench
