#include "formats/sparse_lines.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

#include "codec/base/limits.h"
#include "codec/bits/packed.h"
#include "formats/cell_loop.h"
#include "formats/line_entries.h"

namespace pondus {
namespace {

constexpr Fault truncated{"sparse.truncated", Kind::malformed};
constexpr Fault bad_count_bits{"sparse.count-bits", Kind::malformed};
constexpr Fault padding{"sparse.padding", Kind::malformed};
constexpr Fault bad_count{"sparse.count", Kind::malformed};
constexpr Fault entries_fault{"sparse.entries", Kind::malformed};
constexpr Fault size_fault{"sparse.size", Kind::malformed};
constexpr Fault mask_padding{"sparse.mask-padding", Kind::malformed};
constexpr Fault mask_count{"sparse.mask-count", Kind::malformed};
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

/// The bits that are 1 of each byte, and how many.
struct BitsOfBytes {
  std::uint8_t places[256][8] = {};
  std::uint8_t counts[256] = {};
};
constexpr BitsOfBytes bits_of_bytes = [] {
  BitsOfBytes table;
  for (unsigned byte = 0; byte < 256; ++byte) {
    for (std::uint8_t bit = 0; bit < 8; ++bit)
      if ((byte >> bit & 1) != 0) table.places[byte][table.counts[byte]++] = bit;
  }
  return table;
}();

/// The `count` positions that a mask at `offset` stands for; writes up to 8 behind them.
void list_mask(ByteReader& in, ByteSpan mask, std::uint64_t offset, std::uint32_t cells,
               std::size_t count, std::uint16_t* positions) {
  std::size_t listed = 0;
  for (std::size_t at = 0; at < mask.size() && listed <= count; ++at) {
    const auto byte = std::to_integer<unsigned>(mask[at]);
    for (unsigned i = 0; i < 8; ++i)
      positions[listed + i] = static_cast<std::uint16_t>(8 * at + bits_of_bytes.places[byte][i]);
    listed += bits_of_bytes.counts[byte];
  }
  const bool padded = cells % 8 == 0 || std::to_integer<unsigned>(mask.back()) >> cells % 8 == 0;
  in.require(padded, mask_padding, offset + mask.size() - 1);
  in.require(listed == count, mask_count, offset);
}

void list_positions(ByteReader& in, ByteSpan stored, std::uint64_t offset, std::uint32_t cells,
                    std::span<std::uint16_t> positions) {
  if (positions.empty()) return;
  const auto width = static_cast<std::uint32_t>(stored.size() / positions.size());
  widen(stored, width, positions);
  if (positions_in_order(positions, cells)) return;
  const auto [bad, fault] = first_bad(positions, cells);
  in.fail(fault, offset + bad * width);
}

/// By a byte for each cell first: bytes that were just stored are slow to change.
void write_mask(std::span<const std::uint16_t> positions, std::uint32_t cells, ByteWriter& out) {
  std::vector<std::uint8_t> bits(cells);
  for (const std::uint16_t position : positions) bits.data()[position] = 1;
  pack(bits, 1, out.extend(ceil_div(cells, 8)));
}

void write_counts(std::span<const std::uint32_t> counts, ByteWriter& out) {
  const std::uint32_t count_bits = bit_length(std::ranges::max(counts));
  out.word(static_cast<std::uint8_t>(count_bits));
  PackedWriter packed(out.extend(packed_bytes(counts.size(), count_bits)), count_bits);
  for (const std::uint32_t count : counts) packed.next(count);
  packed.finish();
}

constexpr std::size_t entries_behind = 32;  // that find_nonzero writes

/// Writes the places and the cells of those that are not zero; gives how many.
template <class Cell>
std::size_t find_nonzero(ByteSpan cells, std::uint16_t* places, std::byte* values) {
  if (const auto find = entry_kernels.in_use().find; sizeof(Cell) == 4 && find != nullptr)
    return find(cells.data(), cells.size() / 4, places, values);
  return list_nonzero<Cell>(cells, places, values);
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
  const std::uint32_t width = position_bytes(block);
  std::uint64_t bytes = 1 + packed_bytes(block.count(), bit_length(std::ranges::max(counts)));
  for (std::uint32_t line = 0; line < block.count(); ++line)
    bytes += place_bytes(counts[line], block.cells_of(line), width);
  return bytes;
}

void write_sparse_lines(const SparseLines& lines, const BlockLines& block, ByteWriter& out) {
  write_counts(lines.counts, out);
  std::size_t entry = 0;
  for (std::uint32_t line = 0; line < block.count(); ++line) {
    const auto positions = std::span(lines.positions).subspan(entry, lines.counts[line]);
    const std::uint32_t cells = block.cells_of(line);
    const LineForm form = form_of(lines.counts[line], cells);
    if (form == LineForm::listed) write_positions(positions, block, out);
    if (form == LineForm::masked) write_mask(positions, cells, out);
    entry += positions.size();
  }
}

void write_full_lines(const BlockLines& block, ByteWriter& out) {
  std::vector<std::uint32_t> counts(block.count());
  for (std::uint32_t line = 0; line < block.count(); ++line) counts[line] = block.cells_of(line);
  write_counts(counts, out);
}

void read_stored_lines(ByteReader& in, const BlockLines& block, StoredLines& lines) {
  const std::uint64_t begin = in.offset();
  in.end_fault(truncated, begin);
  const auto count_bits = in.word<std::uint8_t>();
  in.require(count_bits <= count_bits_most, bad_count_bits, begin);
  lines.entries =
      static_cast<std::uint32_t>(read_counts(in, count_bits, block, begin, lines.counts));
  if (!in.ok()) return;
  in.end_fault(size_fault, in.offset());
  lines.position_bytes = position_bytes(block);
  lines.offset = in.offset();
  lines.all_listed = true;
  std::size_t bytes = 0;
  for (std::uint32_t line = 0; line < block.count(); ++line) {
    const std::uint32_t cells = block.cells_of(line);
    lines.all_listed &= form_of(lines.counts[line], cells) == LineForm::listed;
    bytes += place_bytes(lines.counts[line], cells, lines.position_bytes);
  }
  lines.places = in.take(bytes);
}

SparseLines list_places(ByteReader& in, const BlockLines& block, const StoredLines& lines) {
  if (!in.ok()) return {};
  constexpr std::size_t behind = 8;  // that list_mask writes
  SparseLines listed{lines.counts, std::vector<std::uint16_t>(lines.entries + behind)};
  std::size_t entry = 0, place = 0;
  for (std::uint32_t line = 0; line < block.count(); ++line) {
    const auto positions = std::span(listed.positions).subspan(entry, lines.counts[line]);
    const std::uint32_t cells = block.cells_of(line);
    const LineForm form = form_of(lines.counts[line], cells);
    const ByteSpan stored =
        lines.places.subspan(place, place_bytes(lines.counts[line], cells, lines.position_bytes));
    const std::uint64_t offset = lines.offset + place;
    if (form == LineForm::full) std::iota(positions.begin(), positions.end(), std::uint16_t{0});
    if (form == LineForm::masked)
      list_mask(in, stored, offset, cells, positions.size(), positions.data());
    if (form == LineForm::listed) list_positions(in, stored, offset, cells, positions);
    entry += positions.size();
    place += stored.size();
  }
  listed.positions.resize(lines.entries);
  return in.ok() ? std::move(listed) : SparseLines();
}

SparseLines find_entries(const BlockLines& block, ByteSpan cells, Bytes& values) {
  SparseLines lines;
  lines.counts.reserve(block.count());
  with_cell(block.cell_bytes, [&](auto cell) {
    using Cell = decltype(cell);
    const auto make_room = [&](std::size_t entries) {
      lines.positions.resize(entries + entries_behind);
      values.resize((entries + entries_behind) * sizeof(Cell));
    };
    // At once for as many entries as a stored block has, before its last line.
    const std::size_t often = coded_symbols_most + block.lines.line_cells();
    make_room(std::min(cells.size() / sizeof(Cell), often));
    std::size_t entry = 0;
    for (std::uint32_t line = 0; line < block.count(); ++line) {
      const ByteSpan of_line = cells.first(block.cells_of(line) * sizeof(Cell));
      const std::size_t most = entry + block.cells_of(line);
      if (most + entries_behind > lines.positions.size()) make_room(2 * most);
      const std::size_t found =
          find_nonzero<Cell>(of_line, &lines.positions[entry], &values[entry * sizeof(Cell)]);
      cells = cells.subspan(of_line.size());
      lines.counts.push_back(static_cast<std::uint32_t>(found));
      entry += found;
    }
    lines.positions.resize(entry);
    values.resize(entry * sizeof(Cell));
  });
  return lines;
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

bool place_stored(const StoredLines& lines, const BlockLines& block, ByteSpan values,
                  std::span<std::byte> cells) {
  const EntryKernels& kernels = entry_kernels.in_use();
  if (block.cell_bytes != 4 || kernels.place == nullptr) return false;
  std::byte* to = cells.data();
  return for_each_part(lines, block, {0, block.count()}, values,
                       [&](const LineEntries& part, std::uint32_t) {
                         const bool sound = kernels.place(part, to);
                         to += part.lines * part.cells * 4;
                         return sound;
                       });
}

}  // namespace pondus
