#include "formats/sparse_lines.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

#include "codec/base/limits.h"
#include "codec/bits/packed.h"
#include "formats/cell_loop.h"
#include "formats/entry_kernels.h"

namespace pondus {
namespace {

constexpr Fault truncated{"sparse.truncated", Kind::malformed};
constexpr Fault bad_count_bits{"sparse.count-bits", Kind::malformed};
constexpr Fault padding{"sparse.padding", Kind::malformed};
constexpr Fault bad_count{"sparse.count", Kind::malformed};
constexpr Fault entries_fault{"sparse.entries", Kind::malformed};
constexpr Fault size_fault{"sparse.size", Kind::malformed};
constexpr Fault position_past_end{"sparse.position-past-end", Kind::malformed};
constexpr Fault position_order{"sparse.position-order", Kind::malformed};

constexpr std::uint32_t count_bits_most = 17;  // a full line of 2^16 entries

/// Reads the counts, and gives their sum; `in` stands behind `count_bits`, which is at most 17.
std::uint64_t read_counts(ByteReader& in, std::uint32_t count_bits, const BlockLines& block,
                          std::uint64_t block_offset, std::vector<std::uint32_t>& read) {
  const std::uint64_t begin = in.offset();
  const auto bytes = in.take(packed_bytes(block.count(), count_bits));
  if (!in.ok()) return 0;
  read.resize(block.count());
  const bool padded = unpack(bytes, count_bits, read);
  const std::uint32_t most = std::ranges::max(read);
  in.require(bit_length(most) == count_bits, bad_count_bits, block_offset);
  in.require(padded, padding, begin + bytes.size() - 1);
  const std::uint32_t shortest = block.lines.cells_of(block.lines.segments() - 1);
  for (std::uint32_t line = 0; most > shortest && line < block.count(); ++line)
    in.require(read[line] <= block.cells_of(line), bad_count,
               begin + std::uint64_t{line} * count_bits / 8);
  const std::uint64_t entries = std::accumulate(read.begin(), read.end(), std::uint64_t{0});
  in.require(entries <= coded_symbols_most, entries_fault, begin);
  return entries;
}

template <class Position>
void widen(ByteSpan bytes, std::span<std::uint16_t> positions) {
  const std::byte* at = bytes.data();
  for (std::uint16_t& position : positions) {
    position = load<Position>(at);
    at += sizeof(Position);
  }
}

void widen(ByteSpan bytes, std::uint32_t width, std::span<std::uint16_t> positions) {
  width == 1 ? widen<std::uint8_t>(bytes, positions) : widen<std::uint16_t>(bytes, positions);
}

/// The first position of a line that is not sound, and its fault.
std::pair<std::size_t, Fault> first_bad(std::span<const std::uint16_t> positions,
                                        std::uint32_t cells) {
  std::size_t i = 0;
  while (positions[i] < cells && (i == 0 || positions[i] > positions[i - 1])) ++i;
  return {i, positions[i] < cells ? position_order : position_past_end};
}

template <class Position>
bool stored_in_order(const std::byte* positions, std::size_t count, std::uint32_t cells) {
  constexpr std::size_t width = sizeof(Position);
  Position bad = 0;  // as wide as they are, which a vector compares at once
  for (std::size_t i = width; i < count * width; i += width)
    bad |= load<Position>(positions + i) <= load<Position>(positions + i - width);
  return bad == 0 && (count == 0 || load<Position>(positions + (count - 1) * width) < cells);
}

template <class Cell>
bool has_zero(const std::byte* values, std::size_t count) {
  Cell zeros = 0;
  for (std::size_t i = 0; i < count; ++i) zeros |= load<Cell>(values + i * sizeof(Cell)) == 0;
  return zeros != 0;
}

/// Positions that are in order, a word at a time.
template <class Cell, class Position>
void place_line(const std::byte* positions, const std::byte* values, std::size_t count,
                std::byte* cells) {
  constexpr std::size_t at_once = sizeof(std::uint64_t) / sizeof(Position);
  const auto place = [&](std::size_t i, Position position) {
    std::memcpy(cells + position * sizeof(Cell), values + i * sizeof(Cell), sizeof(Cell));
  };
  std::size_t i = 0;
  for (; i + at_once <= count; i += at_once) {
    const auto word = load<std::uint64_t>(positions + i * sizeof(Position));
    for (std::size_t n = 0; n < at_once; ++n)
      place(i + n, static_cast<Position>(word >> 8 * sizeof(Position) * n));
  }
  for (; i < count; ++i) place(i, load<Position>(positions + i * sizeof(Position)));
}

template <class Cell, class Position>
bool place_lines(const StoredLines& lines, const BlockLines& block, const std::byte* values,
                 std::byte* cells) {
  const std::byte* positions = lines.positions.data();
  for (std::uint32_t line = 0; line < block.count(); ++line) {
    const std::size_t count = lines.counts[line];
    const std::uint32_t line_cells = block.cells_of(line);
    if (!stored_in_order<Position>(positions, count, line_cells) || has_zero<Cell>(values, count))
      return false;
    std::memset(cells, 0, line_cells * sizeof(Cell));
    place_line<Cell, Position>(positions, values, count, cells);
    positions += count * sizeof(Position);
    values += count * sizeof(Cell);
    cells += line_cells * sizeof(Cell);
  }
  return true;
}

/// Cells of 4 bytes, by a kernel.
bool place_by_kernel(const StoredLines& lines, const BlockLines& block, const std::byte* values,
                     std::byte* cells) {
  const std::uint32_t count = block.count();
  const std::uint32_t at_once = block.lines.segments() == 1 ? count : 1;
  const std::byte* positions = lines.positions.data();
  bool sound = true;
  for (std::uint32_t line = 0; line < count; line += at_once) {
    const std::uint32_t line_cells = block.cells_of(line);
    sound &= entry_kernels.in_use().place(
        {&lines.counts[line], at_once, line_cells, lines.position_bytes, positions, values}, cells);
    positions += std::size_t{lines.counts[line]} * lines.position_bytes;
    values += std::size_t{lines.counts[line]} * 4;
    cells += std::size_t{line_cells} * 4;
  }
  return sound;
}

}  // namespace

std::uint32_t position_bytes(const BlockLines& block) {
  return block.lines.line_cells() <= 256 ? 1 : 2;
}

void write_positions(std::span<const std::uint16_t> positions, const BlockLines& block,
                     ByteWriter& out) {
  const std::uint32_t width = position_bytes(block);
  std::byte* at = out.extend(positions.size() * width).data();
  for (const std::uint16_t position : positions) {
    if (width == 1) {
      store(at, static_cast<std::uint8_t>(position));
    } else {
      store(at, position);
    }
    at += width;
  }
}

std::vector<std::uint16_t> take_positions(ByteReader& in, const BlockLines& block,
                                          std::size_t count) {
  std::vector<std::uint16_t> positions(count);
  const std::uint32_t width = position_bytes(block);
  widen(in.take(count * width), width, positions);
  return positions;
}

bool positions_in_order(std::span<const std::uint16_t> positions, std::uint32_t cells) {
  std::uint16_t bad = 0;
  for (std::size_t i = 1; i < positions.size(); ++i) bad |= positions[i] <= positions[i - 1];
  return bad == 0 && (positions.empty() || positions.back() < cells);
}

std::uint64_t sparse_lines_bytes(const BlockLines& block, std::span<const std::uint32_t> counts) {
  std::uint64_t entries = 0;
  for (const std::uint32_t count : counts) entries += count;
  return 1 + packed_bytes(block.count(), bit_length(std::ranges::max(counts))) +
         entries * position_bytes(block);
}

void write_sparse_lines(const SparseLines& lines, const BlockLines& block, ByteWriter& out) {
  const std::uint32_t count_bits = bit_length(std::ranges::max(lines.counts));
  out.word(static_cast<std::uint8_t>(count_bits));
  PackedWriter counts(out.extend(packed_bytes(block.count(), count_bits)), count_bits);
  for (const std::uint32_t count : lines.counts) counts.next(count);
  counts.finish();
  write_positions(lines.positions, block, out);
}

void read_stored_lines(ByteReader& in, const BlockLines& block, StoredLines& lines) {
  const std::uint64_t begin = in.offset();
  in.end_fault(truncated, begin);
  const auto count_bits = in.word<std::uint8_t>();
  in.require(count_bits <= count_bits_most, bad_count_bits, begin);
  const std::uint64_t entries = read_counts(in, count_bits, block, begin, lines.counts);
  in.end_fault(size_fault, in.offset());
  lines.position_bytes = position_bytes(block);
  lines.offset = in.offset();
  lines.positions = in.take(entries * lines.position_bytes);
}

void judge_positions(ByteReader& in, const BlockLines& block, const StoredLines& lines) {
  if (!in.ok()) return;
  std::vector<std::uint16_t> positions(lines.entries());
  widen(lines.positions, lines.position_bytes, positions);
  std::size_t entry = 0;
  for (std::uint32_t line = 0; line < block.count(); ++line) {
    const auto of_line = std::span(positions).subspan(entry, lines.counts[line]);
    if (!positions_in_order(of_line, block.cells_of(line))) {
      const auto [bad, fault] = first_bad(of_line, block.cells_of(line));
      return in.fail(fault, lines.offset + (entry + bad) * lines.position_bytes);
    }
    entry += of_line.size();
  }
}

SparseLines find_entries(const BlockLines& block, ByteSpan cells, Bytes& values) {
  SparseLines lines;
  lines.counts.reserve(block.count());
  with_cell(block.cell_bytes, [&](auto cell) {
    using Cell = decltype(cell);
    for (std::uint32_t line = 0; line < block.count(); ++line) {
      const std::size_t before = lines.positions.size();
      const ByteSpan of_line = cells.first(block.cells_of(line) * sizeof(Cell));
      append_nonzero<Cell>(of_line, lines.positions, values);
      cells = cells.subspan(of_line.size());
      lines.counts.push_back(static_cast<std::uint32_t>(lines.positions.size() - before));
    }
  });
  return lines;
}

bool place_entries(const StoredLines& lines, const BlockLines& block, ByteSpan values,
                   std::span<std::byte> cells) {
  if (block.cell_bytes == 4 && entry_kernels.in_use().place != nullptr)
    return place_by_kernel(lines, block, values.data(), cells.data());
  return with_cell(block.cell_bytes, [&](auto cell) {
    const auto place = lines.position_bytes == 1 ? place_lines<decltype(cell), std::uint8_t>
                                                 : place_lines<decltype(cell), std::uint16_t>;
    return place(lines, block, values.data(), cells.data());
  });
}

void place_entries(const SparseLines& lines, const BlockLines& block, ByteSpan values,
                   std::span<std::byte> cells) {
  with_cell(block.cell_bytes, [&](auto cell) {
    std::byte* line_cells = cells.data();
    const std::uint16_t* position = lines.positions.data();
    const std::byte* value = values.data();
    for (std::uint32_t line = 0; line < block.count(); ++line) {
      const std::size_t line_bytes = block.cells_of(line) * sizeof cell;
      std::memset(line_cells, 0, line_bytes);
      for (std::uint32_t left = lines.counts[line]; left > 0; --left, value += sizeof cell)
        std::memcpy(line_cells + *position++ * sizeof cell, value, sizeof cell);
      line_cells += line_bytes;
    }
  });
}

}  // namespace pondus
