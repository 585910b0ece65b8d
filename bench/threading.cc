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

bool all_right() { return true; }

/// What memory takes: `work` on pieces of the matrix.
template <class Work>
Subject memory_subject(std::string_view name, const Sample& sample, std::shared_ptr<Bytes> matrix,
                       unsigned threads, Work work) {
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
          all_right};
}

/// Block after block into a window of each thread, without checksums.
Subject window_subject(std::shared_ptr<const Stored> stored, unsigned threads) {
  const Encoding& encoding = stored->reader.encoding();
  const auto& blocks = stored->reader.record().blocks;
  return {named(std::string(encoding.name) + ", decode, windows", threads), 0,
          [=, &encoding, &blocks] {
            const auto decode = [&](std::size_t i) {
              thread_local Bytes window;
              const BlockLines lines = stored->lines(blocks[i]);
              window.resize(std::max<std::size_t>(window.size(), lines.plain_bytes()));
              const auto bytes =
                  ByteSpan(stored->bytes).subspan(blocks[i].offset, blocks[i].stored_bytes);
              return decode_block(encoding, stored->reader.tables(), lines, bytes, blocks[i].offset,
                                  std::span(window).first(lines.plain_bytes()));
            };
            return parallel_for(blocks.size(), threads, decode).has_value();
          },
          all_right};
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
    return memory_subject("memcpy", sample, matrix, threads,
                          [](std::byte* to, const std::byte* from, std::size_t bytes) {
                            std::memcpy(to, from, bytes);
                          });
  });
  both([&](unsigned threads) {
    return memory_subject(
        "stores", sample, matrix, threads,
        [](std::byte* to, const std::byte*, std::size_t bytes) { std::memset(to, 1, bytes); });
  });
  for (const auto& each : stored) {
    both([&](unsigned threads) { return window_subject(each, threads); });
    both([&](unsigned threads) { return matrix_subject(each, sample, matrix, threads); });
    both([&](unsigned threads) { return product_subject(each, sample, threads); });
  }
  return task;
}

}  // namespace pondus::bench
