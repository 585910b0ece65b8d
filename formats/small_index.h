// From few distinct cells to their numbers, by one multiplication.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "formats/hash.h"

namespace pondus {

/// A multiplier under which the products of at most 256 distinct cells differ in their top bits.
class SmallIndex {
 public:
  static constexpr std::size_t entries_most = 256;

  /// None if no multiplier was found, against all odds.
  static std::optional<SmallIndex> make(std::span<const std::uint64_t> cells) {
    constexpr std::uint64_t tries = 64;
    SmallIndex index;
    for (std::uint64_t i = 0; i < tries; ++i) {
      index.multiplier_ = cell_hash(i, process_seed()) | 1;
      if (index.place(cells)) return index;
    }
    return std::nullopt;
  }

  /// Of a cell that is there; of any other, some number.
  std::uint8_t operator[](std::uint64_t cell) const { return numbers_[slot(cell)]; }

 private:
  static constexpr std::uint32_t slot_bits = 15;

  SmallIndex() : numbers_(std::size_t{1} << slot_bits) {}

  std::size_t slot(std::uint64_t cell) const { return (cell * multiplier_) >> (64 - slot_bits); }

  /// Whether no two cells share a slot; else all slots are as before.
  bool place(std::span<const std::uint64_t> cells) {
    for (std::size_t i = 0; i < cells.size(); ++i)
      numbers_[slot(cells[i])] = static_cast<std::uint8_t>(i);
    bool apart = true;
    for (std::size_t i = 0; i < cells.size(); ++i) apart &= (*this)[cells[i]] == i;
    if (apart) return true;
    for (const std::uint64_t cell : cells) numbers_[slot(cell)] = 0;
    return false;
  }

  std::uint64_t multiplier_ = 1;
  std::vector<std::uint8_t> numbers_;
};

}  // namespace pondus
