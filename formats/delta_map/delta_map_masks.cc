#include <cstring>

#include "formats/delta_map/delta_map_wire.h"
#include "formats/entry_kernels.h"

namespace pondus::delta_map {
namespace {

/// Changes the cells of a line where the bits of `mask` are 1, by one value after another.
template <class Cell>
void change_cells(std::uint32_t cells, const std::byte* mask, const std::byte* values, Cell first,
                  std::byte* line) {
  for (std::uint32_t begin = 0; begin < cells; begin += 64) {
    for (auto bits = load<std::uint64_t>(mask + begin / 8); bits != 0; bits &= bits - 1) {
      const std::size_t place = begin + static_cast<unsigned>(std::countr_zero(bits));
      std::byte* const at = line + place * sizeof(Cell);
      store(at, changed(load<Cell>(at), load<Cell>(values), first));
      values += sizeof(Cell);
    }
  }
}

}  // namespace

MaskedLines::MaskedLines(BlockReader& in, const BlockLines& block, ByteSpan entries,
                         std::uint32_t cell_bytes, std::span<std::byte> cells)
    : in_(in),
      block_(block),
      entries_(entries),
      cell_bytes_(cell_bytes),
      cells_(cells),
      decoder_(in.codes().values, entries, cell_bytes),
      zeros_(std::size_t{block.lines.line_cells()} * cell_bytes),
      mask_((block.lines.line_cells() / 64 + 1) * 8),
      values_((std::size_t{block.lines.line_cells()} + coded_symbols_most) * cell_bytes) {}

std::uint64_t MaskedLines::cell_of(std::uint32_t line) const {
  return block_.lines.cells_before(block_.range.begin + line) -
         block_.lines.cells_before(block_.range.begin);
}

/// The values of the next changes, so many in a row; null after a fault.
const std::byte* MaskedLines::take_values(std::uint32_t count) {
  const std::size_t bytes = std::size_t{count} * cell_bytes_;
  while (end_ - begin_ < bytes) {
    std::memmove(values_.data(), values_.data() + begin_, end_ - begin_);
    end_ -= std::exchange(begin_, 0);
    const std::uint32_t more = in_.next_values(decoder_, cell_bytes_, values_.data() + end_);
    if (more == 0) return nullptr;
    end_ += std::size_t{more} * cell_bytes_;
  }
  begin_ += bytes;
  return values_.data() + begin_ - bytes;
}

void MaskedLines::change(const std::byte* from, std::uint32_t count, const std::byte* values,
                         std::byte* to) const {
  const auto change_line = entry_kernels.in_use().change;
  if (cell_bytes_ == 4 && change_line != nullptr) {
    const LineEntries entries{&count, 1, cells(), 0, false, mask_.data(), values};
    return change_line(entries, load<std::uint32_t>(entries_.data()), from, to);
  }
  std::memcpy(to, from, std::size_t{cells()} * cell_bytes_);
  with_cell(cell_bytes_, [&](auto cell) {
    change_cells(cells(), mask_.data(), values, load<decltype(cell)>(entries_.data()), to);
  });
}

bool MaskedLines::next() {
  if (!in_.ok() || visited_ == in_.order().size()) return false;
  line_ = in_.order()[visited_++];
  const std::uint32_t reference = in_.references()[line_];
  const auto line_at = [&](std::uint32_t line) { return &cells_[cell_of(line) * cell_bytes_]; };
  const std::uint32_t count = in_.mask_bits(visited_cells_, cells(), mask_.data());
  visited_cells_ += cells();
  const std::byte* const values = take_values(count);
  if (!in_.ok()) return false;
  change(reference == line_ ? zeros_.data() : line_at(reference), count, values, line_at(line_));
  return true;
}

}  // namespace pondus::delta_map
