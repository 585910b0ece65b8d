#include <random>

#include "codec/base/limits.h"
#include "formats/hash.h"
#include "formats/matrix.h"
#include "formats/statistics.h"

namespace pondus {
namespace {

constexpr std::uint32_t first_slot_bits = 6;

}  // namespace

std::uint64_t process_seed() {
  static const std::uint64_t seed = [] {
    std::random_device device;
    return std::uint64_t{device()} << 32 | device();
  }();
  return seed;
}

CellCounter::CellCounter(std::uint32_t cell_bytes)
    : seed_(process_seed()),
      cell_bytes_(cell_bytes),
      shift_(64 - first_slot_bits),
      slots_(std::size_t{1} << first_slot_bits) {}

std::size_t CellCounter::slot(std::uint64_t cell) const {
  std::size_t at = cell_hash(cell, seed_) >> shift_;
  while (slots_[at] != 0 && slots_[at] != cell) at = (at + 1) & (slots_.size() - 1);
  return at;
}

void CellCounter::insert(std::uint64_t cell) {
  const std::size_t at = slot(cell);
  if (slots_[at] == cell) return;
  slots_[at] = cell;
  if (++distinct_nonzero_ * 4 > slots_.size() * 3) grow();
}

void CellCounter::grow() {
  std::vector<std::uint64_t> old(slots_.size() * 2);
  old.swap(slots_);
  --shift_;
  for (const std::uint64_t cell : old) {
    if (cell != 0) slots_[slot(cell)] = cell;
  }
}

void CellCounter::add(ByteSpan cells) {
  cells_ += cells.size() / cell_bytes_;
  with_cell(cell_bytes_, [&](auto cell) {
    using Cell = decltype(cell);
    Cell last = 0;
    for (std::size_t i = 0; i < cells.size(); i += sizeof(Cell)) {
      cell = load<Cell>(&cells[i]);
      if (cell == 0) continue;
      ++nonzero_;
      if (cell == last || distinct_nonzero_ > distinct_most) continue;
      insert(cell);
      last = cell;
    }
  });
}

}  // namespace pondus
