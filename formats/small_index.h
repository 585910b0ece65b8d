// From few distinct cells to their numbers, by one multiplication.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "codec/bits/byte_writer.h"
#include "codec/bits/little_endian.h"
#include "formats/cell_loop.h"
#include "formats/hash.h"

namespace pondus {

/// A multiplier under which the products of at most 256 distinct cells differ in their top bits.
class SmallIndex {
 public:
  static constexpr std::size_t entries_most = 256;

  /// None if no multiplier was found, against all odds: of random ones, every third does.
  static std::optional<SmallIndex> make(std::span<const std::uint64_t> cells) {
    constexpr std::uint64_t tries = 64;
    SmallIndex index(std::bit_ceil(std::max<std::size_t>(2, cells.size() * cells.size() / 2)));
    for (std::uint64_t i = 0; i < tries; ++i) {
      index.slot_.multiplier = cell_hash(i, process_seed()) | 1;
      if (index.place(cells)) return index;
    }
    return std::nullopt;
  }

  /// Of a cell that is there; of any other, some number.
  std::uint8_t operator[](std::uint64_t cell) const { return numbers_[slot_(cell)]; }

  /// operator[] without checks, for loops; of this index while it lives.
  auto finder() const {
    return [slot = slot_, numbers = numbers_.data()](std::uint64_t cell) {
      return numbers[slot(cell)];
    };
  }

  /// operator[] of some cells, as many as `numbers` holds.
  template <class Cell>
  void find(ByteSpan cells, std::span<std::uint8_t> numbers) const {
    std::uint8_t* const to = numbers.data();
    for_each_cell<Cell>(
        cells, [to, number_of = finder()](std::size_t i, Cell cell) { to[i] = number_of(cell); });
  }

 private:
  struct Slot {
    std::uint64_t multiplier;
    std::uint32_t shift;
    std::size_t operator()(std::uint64_t cell) const { return (cell * multiplier) >> shift; }
  };

  /// `slots` is a power of two.
  explicit SmallIndex(std::size_t slots)
      : slot_{1, 64 - static_cast<std::uint32_t>(std::countr_zero(slots))}, numbers_(slots) {}

  /// Whether no two cells share a slot; else all slots are as before.
  bool place(std::span<const std::uint64_t> cells) {
    for (std::size_t i = 0; i < cells.size(); ++i)
      numbers_[slot_(cells[i])] = static_cast<std::uint8_t>(i);
    bool apart = true;
    for (std::size_t i = 0; i < cells.size(); ++i) apart &= (*this)[cells[i]] == i;
    if (apart) return true;
    for (const std::uint64_t cell : cells) numbers_[slot_(cell)] = 0;
    return false;
  }

  Slot slot_;
  std::vector<std::uint8_t> numbers_;
};

}  // namespace pondus
