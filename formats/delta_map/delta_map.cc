#include "formats/delta_map/delta_map.h"

#include <algorithm>
#include <cstring>

namespace pondus::delta_map {
namespace {

constexpr std::uint32_t none = 0xFFFFFFFF;

/// For each line the first line that refers to it, and the next that refers to the same line.
struct Children {
  explicit Children(const References& references)
      : first(references.size(), none), next(references.size(), none) {
    for (auto line = static_cast<std::uint32_t>(references.size()); line-- > 0;) {
      const std::uint32_t reference = references[line];
      if (reference == line) continue;
      next[line] = std::exchange(first[reference], line);
    }
  }

  std::vector<std::uint32_t> first;
  std::vector<std::uint32_t> next;
};

/// Appends the changes of one line; `unchanged` counts the cells since the last one.
template <class Cell>
void append_changes(ByteSpan line, ByteSpan reference, Cell first, std::uint32_t& unchanged,
                    std::vector<std::uint32_t>& gaps, Bytes& values) {
  for (std::size_t at = 0; at < line.size(); at += sizeof(Cell), ++unchanged) {
    const Cell cell = load<Cell>(&line[at]);
    const Cell old = reference.empty() ? Cell{0} : load<Cell>(&reference[at]);
    if (cell == old) continue;
    gaps.push_back(unchanged);
    unchanged = none;  // the change itself is counted to 0
    values.resize(values.size() + sizeof(Cell));
    store(&values[values.size() - sizeof(Cell)], value_of(old, cell, first));
  }
}

}  // namespace

std::vector<std::uint32_t> visiting_order(const References& references) {
  const Children children(references);
  std::vector<std::uint32_t> order;
  order.reserve(references.size());
  for (std::uint32_t root = 0; root < references.size(); ++root) {
    if (references[root] != root) continue;
    for (std::uint32_t line = root; line != none;) {
      order.push_back(line);
      if (children.first[line] != none) {
        line = children.first[line];
        continue;
      }
      while (line != root && children.next[line] == none) line = references[line];
      line = line == root ? none : children.next[line];
    }
  }
  return order;
}

DeltaMap from_cells(const Tables& tables, const BlockLines& block, ByteSpan cells,
                    References references) {
  DeltaMap map;
  Bytes values;
  with_cell(block.cell_bytes, [&](auto cell) {
    const auto first = load<decltype(cell)>(tables.code.cells().data());
    const std::uint64_t before = block.lines.cells_before(block.range.begin);
    const auto line_cells = [&](std::uint32_t line) {
      const std::uint64_t begin = block.lines.cells_before(block.range.begin + line) - before;
      return cells.subspan(begin * sizeof cell, block.cells_of(line) * sizeof cell);
    };
    std::uint32_t unchanged = 0;
    for (const std::uint32_t line : visiting_order(references)) {
      const std::uint32_t reference = references[line];
      append_changes(line_cells(line), reference == line ? ByteSpan() : line_cells(reference),
                     first, unchanged, map.gaps, values);
    }
  });
  map.values = tables.index->words_of(values, block.cell_bytes);
  map.references = std::move(references);
  return map;
}

Patcher::Patcher(const Tables& tables, const BlockLines& block, const References& references,
                 std::span<const std::uint32_t> order, std::span<std::byte> cells)
    : entries_(tables.code.cells()),
      block_(block),
      references_(references),
      order_(order),
      cells_(cells),
      cells_before_(block.lines.cells_before(block.range.begin)) {
  begin_next_line();
}

std::byte* Patcher::line_at(std::uint32_t line) const {
  const std::uint64_t begin = block_.lines.cells_before(block_.range.begin + line) - cells_before_;
  return cells_.data() + begin * block_.cell_bytes;
}

/// The next line, as the one it refers to; false behind the last.
bool Patcher::begin_next_line() {
  if (visited_ == order_.size()) return false;
  const std::uint32_t line = order_[visited_++];
  const std::uint32_t reference = references_[line];
  line_ = line_at(line);
  line_cells_ = block_.cells_of(line);
  place_ = 0;
  const std::size_t bytes = line_cells_ * block_.cell_bytes;
  if (reference == line) {
    std::memset(line_, 0, bytes);
  } else {
    std::memcpy(line_, line_at(reference), bytes);
  }
  return true;
}

template <class Cell>
bool Patcher::patch_cells(std::span<const std::uint32_t> gaps,
                          std::span<const std::uint32_t> values) {
  const std::byte* const entries = entries_.data();
  const auto first = load<Cell>(entries);
  const std::uint32_t* number = values.data();
  // Copies, as stores to cells might change members.
  std::uint64_t place = place_;
  std::uint64_t line_cells = line_cells_;
  std::byte* line = line_;
  for (const std::uint32_t gap : gaps) {
    place += little_endian(gap);
    while (place >= line_cells) {
      place -= line_cells;
      if (!begin_next_line()) return false;
      line_cells = line_cells_;
      line = line_;
    }
    std::byte* const at = line + place * sizeof(Cell);
    const auto value = load<Cell>(entries + little_endian(*number++) * sizeof(Cell));
    store(at, changed(load<Cell>(at), value, first));
    ++place;
  }
  place_ = place;
  return true;
}

bool Patcher::patch(std::span<const std::uint32_t> gaps, std::span<const std::uint32_t> values) {
  return with_cell(block_.cell_bytes,
                   [&](auto cell) { return patch_cells<decltype(cell)>(gaps, values); });
}

void Patcher::finish() {
  while (begin_next_line()) {
  }
}

}  // namespace pondus::delta_map
