#include "formats/codebook.h"

#include <bit>
#include <cstring>

#include "codec/base/limits.h"
#include "formats/hash.h"
#include "formats/matrix.h"

namespace pondus {
namespace {

constexpr Fault codebook_size{"codebook.size", Kind::malformed};
constexpr Fault codebook_order{"codebook.order", Kind::malformed};

}  // namespace

Result<Codebook> Codebook::read(ByteSpan table, std::uint32_t cell_bytes, std::uint64_t offset) {
  const std::size_t entries = table.size() / cell_bytes;
  if (table.size() % cell_bytes != 0 || entries == 0 || entries > codebook_entries_most) {
    return Error{codebook_size, offset, {}, {}};
  }
  const std::size_t unordered = with_cell(cell_bytes, [&](auto cell) {
    using Cell = decltype(cell);
    for (std::size_t i = 1; i < entries; ++i) {
      if (load<Cell>(&table[i * sizeof cell]) <= load<Cell>(&table[(i - 1) * sizeof cell]))
        return i;
    }
    return std::size_t{0};
  });
  if (unordered != 0) return Error{codebook_order, offset + unordered * cell_bytes, {}, {}};
  return trusted(table, cell_bytes);
}

Codebook Codebook::trusted(ByteSpan table, std::uint32_t cell_bytes) {
  Codebook codebook;
  codebook.cells_ = table;
  codebook.entries_ = static_cast<std::uint32_t>(table.size() / cell_bytes);
  if (codebook.entries_ <= byte_entries_most)
    codebook.planes_ = std::make_shared<const LookupPlanes>(lookup_planes(table, cell_bytes));
  return codebook;
}

CellIndex::CellIndex(ByteSpan table_cells, std::uint32_t cell_bytes) : seed_(process_seed()) {
  const auto entries = static_cast<std::uint32_t>(table_cells.size() / cell_bytes);
  const std::size_t slots = std::bit_ceil(std::size_t{2} * entries + 2);
  cells_.resize(slots);
  indices_.resize(slots, empty);
  shift_ = 64 - static_cast<std::uint32_t>(std::countr_zero(slots));
  std::vector<std::uint64_t> few;
  with_cell(cell_bytes, [&](auto cell) {
    for (std::uint32_t i = 0; i < entries; ++i) {
      cell = load<decltype(cell)>(&table_cells[i * sizeof cell]);
      const std::size_t at = slot(cell);
      cells_[at] = cell;
      indices_[at] = i;
      if (entries <= SmallIndex::entries_most) few.push_back(cell);
    }
  });
  if (entries <= SmallIndex::entries_most) small_ = SmallIndex::make(few);
}

std::size_t CellIndex::slot(std::uint64_t cell) const {
  std::size_t at = cell_hash(cell, seed_) >> shift_;
  while (indices_[at] != empty && cells_[at] != cell) at = (at + 1) & (indices_.size() - 1);
  return at;
}

Indices CellIndex::indices_of(ByteSpan cells, std::uint32_t cell_bytes) const {
  const std::size_t count = cells.size() / cell_bytes;
  return with_cell(cell_bytes, [&](auto cell) -> Indices {
    using Cell = decltype(cell);
    if (small_) {
      std::vector<std::uint8_t> indices(count);
      small_->find<Cell>(cells, indices);
      return indices;
    }
    std::vector<std::uint32_t> indices(count);
    for (std::size_t i = 0; i < count; ++i)
      indices[i] = indices_[slot(load<Cell>(&cells[i * sizeof(Cell)]))];
    return indices;
  });
}

std::vector<std::uint32_t> CellIndex::words_of(ByteSpan cells, std::uint32_t cell_bytes) const {
  Indices indices = indices_of(cells, cell_bytes);
  if (auto* const words = std::get_if<1>(&indices)) return std::move(*words);
  const auto& bytes = std::get<0>(indices);
  return {bytes.begin(), bytes.end()};
}

void look_up(ByteSpan table_cells, const Indices& indices, std::uint32_t cell_bytes,
             std::span<std::byte> cells) {
  with_cell(cell_bytes, [&](auto cell) {
    std::byte* at = cells.data();
    std::visit(
        [&](const auto& numbers) {
          for (const std::size_t number : numbers) {
            std::memcpy(at, &table_cells[number * sizeof cell], sizeof cell);
            at += sizeof cell;
          }
        },
        indices);
  });
}

}  // namespace pondus
