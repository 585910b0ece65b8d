#include "formats/statistics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "codec/base/limits.h"
#include "codec/container/checksum.h"
#include "formats/hash.h"
#include "formats/matrix.h"
#include "formats/small_index.h"

namespace pondus {
namespace {

/// Cells and how often each came, in an open table that grows up to a limit.
template <class Cell>
class CountTable {
 public:
  explicit CountTable(std::uint64_t seed) : seed_(seed), slots_(first_slots) {}

  void add(Cell cell) {
    Slot* slot = &slots_[find(cell)];
    if (slot->count == 0) {
      if (++size_ * 2 > slots_.size()) {
        grow();
        slot = &slots_[find(cell)];
      }
      slot->cell = cell;
    }
    ++slot->count;
  }

  std::size_t size() const { return size_; }

  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const Slot& slot : slots_) {
      if (slot.count != 0) visit(slot.cell, slot.count);
    }
  }

 private:
  struct Slot {
    std::uint64_t count = 0;
    Cell cell = 0;
  };
  static constexpr std::size_t first_slots = 64;

  std::size_t find(Cell cell) const {
    std::size_t at = cell_hash(cell, seed_) & (slots_.size() - 1);
    while (slots_[at].count != 0 && slots_[at].cell != cell) at = (at + 1) & (slots_.size() - 1);
    return at;
  }

  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.count != 0) slots_[find(slot.cell)] = slot;
    }
  }

  std::uint64_t seed_;
  std::vector<Slot> slots_;
  std::size_t size_ = 0;
};

/// The most distinct values whose codebook and fixed-width indices take no more than the cells do:
/// k b + n ceil(log2 k) <= n b.
std::uint64_t useful_values(std::uint64_t cells, std::uint64_t cell_bytes) {
  std::uint64_t most = 1;
  for (std::uint64_t bits = 1; bits < 8 * cell_bytes; ++bits) {
    const std::uint64_t affordable = cells * (8 * cell_bytes - bits) / (8 * cell_bytes);
    if (affordable >> (bits - 1) > 0)
      most = std::max(most, std::min(affordable, std::uint64_t{1} << bits));
  }
  return std::min<std::uint64_t>(most, distinct_most);
}

/// Gathers what CellStatistics holds from (cell, count) pairs in any order.
template <class Cell>
class Summary {
 public:
  explicit Summary(std::uint64_t cells) : values_most_(useful_values(cells, sizeof(Cell))) {
    result_.cells = cells;
  }

  void add(Cell cell, std::uint64_t count) {
    ++result_.distinct;
    if (cell != 0) result_.nonzero += count;
    const double share = static_cast<double>(count) / static_cast<double>(result_.cells);
    result_.entropy_bits -= share * std::log2(share);
    if (result_.distinct <= values_most_) pairs_.push_back({cell, count});
  }

  CellStatistics take() {
    if (result_.distinct > values_most_) return std::move(result_);
    std::sort(pairs_.begin(), pairs_.end());
    result_.values.resize(pairs_.size() * sizeof(Cell));
    result_.frequencies.reserve(pairs_.size());
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      store(&result_.values[i * sizeof(Cell)], pairs_[i].first);
      result_.frequencies.push_back(pairs_[i].second);
    }
    return std::move(result_);
  }

 private:
  std::uint64_t values_most_;
  CellStatistics result_;
  std::vector<std::pair<Cell, std::uint64_t>> pairs_;
};

/// Cells and how often each came, while there are few distinct ones.
template <class Cell>
class SmallCounter {
 public:
  /// Whether there are few.
  bool add(ByteSpan cells) {
    while (!count(cells)) {
      if (!learn(cells)) return false;
    }
    return true;
  }

  /// Of all cells added, which are so many.
  CellStatistics take(std::uint64_t cells) const {
    Summary<Cell> summary(cells);
    for (std::size_t i = 0; i < known_.size(); ++i) {
      std::uint64_t count = 0;
      for (const auto& lane : counts_) count += lane[i];
      summary.add(values_[i], count);
    }
    return summary.take();
  }

 private:
  static constexpr std::size_t lanes = 4;  ///< so that equal neighbours do not wait for each other

  /// Counts cells if all are known.
  bool count(ByteSpan cells) {
    if (known_.empty()) return false;
    if (add_to_counts(cells, 1)) return true;
    add_to_counts(cells, -1);
    return false;
  }

  /// Adds to the count of each cell, or to that of another where it is not known; whether all are.
  /// Hot: without checks of each access.
  bool add_to_counts(ByteSpan cells, std::int64_t difference) {
    const auto number_of = index_->finder();
    const Cell* const values = values_.data();
    Cell unknown = 0;
    const auto add = [&](std::size_t lane, const std::byte* at) {
      const auto cell = load<Cell>(at);
      const std::uint8_t number = number_of(cell);
      unknown |= static_cast<Cell>(values[number] ^ cell);
      counts_[lane][number] += static_cast<std::uint64_t>(difference);
    };
    const std::byte* at = cells.data();
    const std::byte* const end = at + cells.size();
    constexpr std::size_t step = lanes * sizeof(Cell);
    for (; static_cast<std::size_t>(end - at) >= step; at += step) {
      add(0, at);
      add(1, at + sizeof(Cell));
      add(2, at + 2 * sizeof(Cell));
      add(3, at + 3 * sizeof(Cell));
    }
    for (; at != end; at += sizeof(Cell)) add(0, at);
    return unknown == 0;
  }

  /// Whether the distinct ones among these cells and the known ones are few.
  bool learn(ByteSpan cells) {
    for (std::size_t i = 0; i < cells.size(); i += sizeof(Cell)) {
      const auto cell = load<Cell>(&cells[i]);
      if (index_ && values_[(*index_)[cell]] == cell) continue;
      if (std::ranges::find(known_, cell) != known_.end()) continue;
      if (known_.size() == SmallIndex::entries_most) return false;
      values_[known_.size()] = cell;
      known_.push_back(cell);
    }
    index_ = SmallIndex::make(known_);
    return index_.has_value();
  }

  std::array<Cell, SmallIndex::entries_most> values_{};
  std::vector<std::uint64_t> known_;  ///< the same as cells of 64 bits
  std::optional<SmallIndex> index_;
  std::array<std::array<std::uint64_t, SmallIndex::entries_most>, lanes> counts_{};
};

/// For cells of few bits: one counter per pattern.
template <class Cell>
CellStatistics count_directly(ByteSpan cells) {
  std::vector<std::uint64_t> counts(std::size_t{1} << (8 * sizeof(Cell)));
  for (std::size_t i = 0; i < cells.size(); i += sizeof(Cell)) ++counts[load<Cell>(&cells[i])];
  Summary<Cell> summary(cells.size() / sizeof(Cell));
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] != 0) summary.add(static_cast<Cell>(i), counts[i]);
  }
  return summary.take();
}

/// For many distinct cells: distributed by hash first, so that each part's table stays in cache.
template <class Cell>
CellStatistics count_by_parts(ByteSpan cells, std::uint64_t seed) {
  constexpr std::uint32_t part_bits = 9;
  constexpr std::size_t parts = std::size_t{1} << part_bits;
  const std::size_t count = cells.size() / sizeof(Cell);
  const auto part_of = [seed](Cell cell) { return cell_hash(cell, seed) >> (64 - part_bits); };
  std::array<std::size_t, parts + 1> ends{};
  for (std::size_t i = 0; i < count; ++i) ++ends[part_of(load<Cell>(&cells[i * sizeof(Cell)])) + 1];
  for (std::size_t i = 1; i <= parts; ++i) ends[i] += ends[i - 1];
  const auto distributed = std::make_unique_for_overwrite<Cell[]>(count);
  auto next = ends;
  for (std::size_t i = 0; i < count; ++i) {
    const auto cell = load<Cell>(&cells[i * sizeof(Cell)]);
    distributed[next[part_of(cell)]++] = cell;
  }
  Summary<Cell> summary(count);
  for (std::size_t part = 0; part < parts; ++part) {
    CountTable<Cell> table(seed);
    for (std::size_t i = ends[part]; i < ends[part + 1]; ++i) table.add(distributed[i]);
    table.for_each([&](Cell cell, std::uint64_t n) { summary.add(cell, n); });
  }
  return summary.take();
}

template <class Cell>
CellStatistics count_by_table(ByteSpan cells) {
  constexpr std::size_t distinct_for_one_table = std::size_t{1} << 14;
  const std::uint64_t seed = process_seed();
  CountTable<Cell> table(seed);
  for (std::size_t i = 0; i < cells.size(); i += sizeof(Cell)) {
    table.add(load<Cell>(&cells[i]));
    if (table.size() > distinct_for_one_table) return count_by_parts<Cell>(cells, seed);
  }
  Summary<Cell> summary(cells.size() / sizeof(Cell));
  table.for_each([&](Cell cell, std::uint64_t n) { summary.add(cell, n); });
  return summary.take();
}

template <class Cell>
CellStatistics count_many(ByteSpan cells) {
  if constexpr (sizeof(Cell) <= 2) return count_directly<Cell>(cells);
  return count_by_table<Cell>(cells);
}

}  // namespace

CellStatistics cell_statistics(ByteSpan cells, std::uint32_t cell_bytes) {
  constexpr std::size_t piece = 4096;  // bytes that are hashed and counted while they are at hand
  return with_cell(cell_bytes, [&](auto cell) {
    using Cell = decltype(cell);
    Xxh3 hash;
    SmallCounter<Cell> counter;
    bool few = true;
    for (std::size_t at = 0; at < cells.size(); at += piece) {
      const ByteSpan some = cells.subspan(at, std::min(piece, cells.size() - at));
      hash.update(some);
      few = few && counter.add(some);
    }
    CellStatistics statistics =
        few ? counter.take(cells.size() / sizeof(Cell)) : count_many<Cell>(cells);
    statistics.xxh3 = hash.digest();
    return statistics;
  });
}

std::uint32_t recorded_distinct(std::uint64_t distinct) {
  return distinct > distinct_most ? distinct_unknown : static_cast<std::uint32_t>(distinct);
}

}  // namespace pondus
