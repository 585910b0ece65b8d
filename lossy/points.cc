#include "lossy/points.h"

#include <algorithm>
#include <array>

#include "lossy/floats.h"

namespace pondus::lossy {
namespace {

/// The bits of a number, so changed that they ascend with it; and back.
std::uint64_t key_of(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  return bits >> 63 != 0 ? ~bits : bits | std::uint64_t{1} << 63;
}
double value_of(std::uint64_t key) {
  return std::bit_cast<double>(key >> 63 != 0 ? key & ~(std::uint64_t{1} << 63) : ~key);
}

std::vector<std::uint64_t> nonzero_keys(std::span<const Weights> tensors) {
  std::vector<std::uint64_t> keys;
  std::uint64_t count = 0;
  for (const Weights& tensor : tensors) count += tensor.count();
  keys.reserve(count);
  for (const Weights& tensor : tensors) {
    with_float(tensor.dtype(), [&](auto cell) {
      using Cell = decltype(cell);
      for (std::size_t i = 0; i < tensor.cells().size(); i += Cell::bytes) {
        const double weight = Cell::load(&tensor.cells()[i]);
        if (weight != 0) keys.push_back(key_of(weight));
      }
    });
  }
  return keys;
}

/// Radix sort; passes over digits that all keys share are skipped.
void sort_keys(std::vector<std::uint64_t>& keys) {
  constexpr int digit_bits = 11;
  constexpr std::size_t digits = std::size_t{1} << digit_bits;
  std::vector<std::uint64_t> other(keys.size());
  for (int shift = 0; shift < 64; shift += digit_bits) {
    std::array<std::size_t, digits> places{};
    for (const std::uint64_t key : keys) ++places[key >> shift & (digits - 1)];
    if (std::ranges::find(places, keys.size()) != places.end()) continue;
    std::size_t begin = 0;
    for (std::size_t& place : places) begin += std::exchange(place, begin);
    for (const std::uint64_t key : keys) other[places[key >> shift & (digits - 1)]++] = key;
    keys.swap(other);
  }
}

std::size_t count_groups(std::span<const std::uint64_t> sorted, int dropped_bits) {
  std::size_t groups = sorted.empty() ? 0 : 1;
  for (std::size_t i = 1; i < sorted.size(); ++i)
    groups += (sorted[i] ^ sorted[i - 1]) >> dropped_bits != 0;
  return groups;
}

/// The fewest bits that must be dropped for at most `points_most` groups.
int bits_to_drop(std::span<const std::uint64_t> sorted) {
  int low = 0;
  int high = 63;
  while (low < high) {
    const int middle = (low + high) / 2;
    if (count_groups(sorted, middle) <= points_most) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

}  // namespace

Points::Points(std::vector<double> values, std::vector<std::uint64_t> counts)
    : values_(std::move(values)),
      counts_(values_.size() + 1),
      sums_(counts_.size()),
      squares_(counts_.size()) {
  for (std::size_t i = 0; i < values_.size(); ++i) counts_[i + 1] = counts_[i] + counts[i];
  if (values_.empty()) return;
  const auto median = std::ranges::lower_bound(counts_, weights() / 2);
  const auto middle = static_cast<std::size_t>(median - counts_.begin());
  origin_ = values_[std::min(middle, values_.size() - 1)];
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const double distance = values_[i] - origin_;
    const auto times = static_cast<double>(counts[i]);
    sums_[i + 1] = sums_[i] + times * distance;
    squares_[i + 1] = squares_[i] + times * (distance * distance);
  }
}

Points Points::of_nonzeros(std::span<const Weights> tensors) {
  std::vector<std::uint64_t> keys = nonzero_keys(tensors);
  sort_keys(keys);
  const int dropped = bits_to_drop(keys);
  std::vector<double> values;
  std::vector<std::uint64_t> counts;
  for (std::size_t begin = 0, end = 0; begin < keys.size(); begin = end) {
    const double first = value_of(keys[begin]);
    double beyond = 0;  // of what the group's weights have over the first
    for (end = begin; end < keys.size() && (keys[end] ^ keys[begin]) >> dropped == 0; ++end)
      beyond += value_of(keys[end]) - first;
    values.push_back(first + beyond / static_cast<double>(end - begin));
    counts.push_back(end - begin);
  }
  return {std::move(values), std::move(counts)};
}

double Points::mean(std::size_t begin, std::size_t end) const {
  const double offset = (sums_[end] - sums_[begin]) / static_cast<double>(weights(begin, end));
  return std::clamp(origin_ + offset, values_[begin], values_[end - 1]);
}

double Points::error(std::size_t begin, std::size_t end, double centre) const {
  const auto count = static_cast<double>(weights(begin, end));
  if (end - begin == 1) {  // exactly 0 where the centre is the value
    const double distance = values_[begin] - centre;
    return count * (distance * distance);
  }
  const double offset = centre - origin_;
  const double sum = squares_[end] - squares_[begin] - 2 * offset * (sums_[end] - sums_[begin]) +
                     count * (offset * offset);
  return std::max(sum, 0.0);
}

double Points::spread(std::size_t begin, std::size_t end) const {
  if (end - begin <= 1) return 0;
  const double sum = sums_[end] - sums_[begin];
  const double mean_square = sum * sum / static_cast<double>(weights(begin, end));
  return std::max(squares_[end] - squares_[begin] - mean_square, 0.0);
}

std::size_t Points::first_above(double threshold) const {
  return static_cast<std::size_t>(std::ranges::upper_bound(values_, threshold) - values_.begin());
}

}  // namespace pondus::lossy
