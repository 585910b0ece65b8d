#include "lossy/prune.h"

#include <mutex>
#include <vector>

#include "codec/base/parallel.h"
#include "lossy/floats.h"

namespace pondus::lossy {
namespace {

/// Calls visit(state, key) for the magnitude of every weight of a piece.
template <class Cell, class State, class Visit>
void visit_piece(const Piece& piece, ByteSpan cells, State& state, Visit& visit) {
  for (std::size_t i = piece.begin; i < piece.end; ++i) {
    const double weight = Cell::load(&cells[i * Cell::bytes]);
    visit(state, std::bit_cast<std::uint64_t>(std::fabs(weight)));
  }
}

/// Calls visit(piece, key) for the magnitude of every weight, as bits that ascend with it; pieces
/// run at the same time.
template <class Start, class Visit, class Finish>
void each_piece(std::span<const Weights> tensors, unsigned threads, Start start, Visit visit,
                Finish finish) {
  std::mutex mutex;
  for (const Weights& tensor : tensors) {
    with_float(tensor.dtype(), [&](auto cell) {
      const auto done =
          parallel_for(pieces(tensor.count()), threads, [&](std::size_t number) -> Result<void> {
            auto state = start();
            visit_piece<decltype(cell)>(Piece(number, tensor.count()), tensor.cells(), state,
                                        visit);
            const std::scoped_lock lock(mutex);
            finish(state);
            return {};
          });
      static_cast<void>(done.has_value());  // the work does not fail
    });
  }
}

constexpr int digit_bits = 16;
constexpr std::size_t digits = std::size_t{1} << digit_bits;

/// How many weights have each value of the digit at `shift`, among those that agree with `prefix`
/// above it.
std::vector<std::uint64_t> count_digits(std::span<const Weights> tensors, unsigned threads,
                                        std::uint64_t prefix, int shift) {
  std::vector<std::uint64_t> counts(digits);
  const int above = shift + digit_bits;
  each_piece(
      tensors, threads, [] { return std::vector<std::uint32_t>(digits); },
      [&](std::vector<std::uint32_t>& own, std::uint64_t key) {
        if (above < 64 && (key ^ prefix) >> above != 0) return;
        ++own[key >> shift & (digits - 1)];
      },
      [&](const std::vector<std::uint32_t>& own) {
        for (std::size_t i = 0; i < digits; ++i) counts[i] += own[i];
      });
  return counts;
}

/// The key of rank `rank`, counted from 0, and how many keys are at most it.
struct Ranked {
  std::uint64_t key = 0;
  std::uint64_t at_most = 0;
};

Ranked find_rank(std::span<const Weights> tensors, unsigned threads, std::uint64_t rank) {
  Ranked found;
  std::uint64_t below = 0;
  for (int shift = 64 - digit_bits; shift >= 0; shift -= digit_bits) {
    const auto counts = count_digits(tensors, threads, found.key, shift);
    std::uint64_t digit = 0;
    while (below + counts[digit] <= rank) below += counts[digit++];
    found.key |= digit << shift;
    found.at_most = below + counts[digit];
  }
  return found;
}

/// The least key above `key`.
std::uint64_t find_next(std::span<const Weights> tensors, unsigned threads, std::uint64_t key) {
  std::uint64_t next = ~std::uint64_t{0};
  each_piece(
      tensors, threads, [] { return ~std::uint64_t{0}; },
      [&](std::uint64_t& least, std::uint64_t other) {
        if (other > key) least = std::min(least, other);
      },
      [&](std::uint64_t least) { next = std::min(next, least); });
  return next;
}

}  // namespace

double magnitude_percentile(std::span<const Weights> tensors, double percent, unsigned threads) {
  std::uint64_t count = 0;
  for (const Weights& tensor : tensors) count += tensor.count();
  if (count == 0) return 0;
  const double place = static_cast<double>(count - 1) * (percent / 100);
  const auto rank = std::min(static_cast<std::uint64_t>(place), count - 1);
  const double fraction = place - static_cast<double>(rank);
  const Ranked low = find_rank(tensors, threads, rank);
  const double value = std::bit_cast<double>(low.key);
  if (fraction == 0 || rank + 1 < low.at_most) return value;
  const double above = std::bit_cast<double>(find_next(tensors, threads, low.key));
  return fraction < 0.5 ? value + (above - value) * fraction
                        : above - (above - value) * (1 - fraction);
}

void prune(Dtype dtype, std::span<std::byte> cells, double threshold, unsigned threads) {
  with_float(dtype, [&](auto cell) {
    using Cell = decltype(cell);
    const std::size_t count = cells.size() / Cell::bytes;
    const auto done = parallel_for(pieces(count), threads, [&](std::size_t number) -> Result<void> {
      const Piece piece(number, count);
      for (std::size_t i = piece.begin; i < piece.end; ++i) {
        std::byte* const at = &cells[i * Cell::bytes];
        if (std::fabs(Cell::load(at)) <= threshold) Cell::store(at, 0.0);
      }
      return {};
    });
    static_cast<void>(done.has_value());  // the work does not fail
  });
}

}  // namespace pondus::lossy
