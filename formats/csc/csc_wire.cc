#include <algorithm>

#include "codec/base/limits.h"
#include "codec/bits/byte_reader.h"
#include "codec/bits/packed.h"
#include "formats/csc/csc.h"

namespace pondus::csc {
namespace {

constexpr Fault truncated{"csc.truncated", Kind::malformed};
constexpr Fault bad_count_bits{"csc.count-bits", Kind::malformed};
constexpr Fault padding{"csc.padding", Kind::malformed};
constexpr Fault bad_count{"csc.count", Kind::malformed};
constexpr Fault entries_fault{"csc.entries", Kind::malformed};
constexpr Fault size_fault{"csc.size", Kind::malformed};
constexpr Fault position_past_end{"csc.position-past-end", Kind::malformed};
constexpr Fault position_order{"csc.position-order", Kind::malformed};
constexpr Fault zero_value{"csc.zero-value", Kind::malformed};

constexpr std::uint32_t count_bits_most = 16;

std::uint64_t coded_bytes(const BlockLines& block, const BlockStatistics& statistics) {
  std::uint64_t entries = 0;
  for (const std::uint32_t count : statistics.entry_counts) entries += count;
  const std::uint32_t count_bits = bit_length(std::ranges::max(statistics.entry_counts));
  return 1 + packed_bytes(block.count(), count_bits) +
         entries * (position_bytes(block.lines) + block.cell_bytes);
}

void encode_block(const Tables&, const BlockLines& block, ByteSpan cells, ByteWriter& out) {
  const Csc csc = from_cells(block, cells);
  const std::uint32_t count_bits = bit_length(std::ranges::max(csc.counts));
  out.word(static_cast<std::uint8_t>(count_bits));
  PackedWriter counts(out.extend(packed_bytes(block.count(), count_bits)), count_bits);
  for (const std::uint32_t count : csc.counts) counts.next(count);
  counts.finish();
  for (const std::uint16_t position : csc.positions) {
    if (position_bytes(block.lines) == 1) {
      out.word(static_cast<std::uint8_t>(position));
    } else {
      out.word(position);
    }
  }
  out.bytes(csc.values);
}

/// Reads the counts; `in` stands behind `count_bits`, which is at most 16.
void read_counts(ByteReader& in, std::uint32_t count_bits, const BlockLines& block,
                 std::uint64_t offset, Csc& csc) {
  const std::uint64_t begin = in.offset();
  const auto bytes = in.take(packed_bytes(block.count(), count_bits));
  if (!in.ok()) return;
  PackedReader counts(bytes, count_bits);
  csc.counts.resize(block.count());
  for (std::uint32_t& count : csc.counts) count = counts.next();
  in.require(bit_length(std::ranges::max(csc.counts)) == count_bits, bad_count_bits, offset);
  in.require(counts.padding_is_zero(), padding, begin + bytes.size() - 1);
  std::uint64_t entries = 0;
  for (std::uint32_t line = 0; line < block.count(); ++line) {
    in.require(csc.counts[line] <= block.cells_of(line), bad_count,
               begin + std::uint64_t{line} * count_bits / 8);
    entries += csc.counts[line];
  }
  in.require(entries <= coded_symbols_most, entries_fault, begin);
  if (in.ok()) csc.positions.resize(entries);
}

void read_positions(ByteReader& in, const BlockLines& block, Csc& csc) {
  const std::uint32_t width = position_bytes(block.lines);
  const std::uint64_t begin = in.offset();
  const auto bytes = in.take(csc.positions.size() * width);
  if (!in.ok()) return;
  std::size_t entry = 0;
  for (std::uint32_t line = 0; line < block.count(); ++line) {
    std::uint32_t least = 0;
    for (std::uint32_t i = 0; i < csc.counts[line]; ++i, ++entry) {
      const std::byte* const at = &bytes[entry * width];
      const std::uint32_t position = width == 1 ? load<std::uint8_t>(at) : load<std::uint16_t>(at);
      const bool inside = position < block.cells_of(line);
      if (!inside || position < least) {
        return in.fail(inside ? position_order : position_past_end, begin + entry * width);
      }
      csc.positions[entry] = static_cast<std::uint16_t>(position);
      least = position + 1;
    }
  }
}

void read_values(ByteReader& in, const BlockLines& block, Csc& csc) {
  const std::uint64_t begin = in.offset();
  const auto bytes = in.take(csc.positions.size() * block.cell_bytes);
  with_cell(block.cell_bytes, [&](auto cell) {
    for (std::size_t i = 0; i < bytes.size(); i += sizeof cell) {
      if (load<decltype(cell)>(&bytes[i]) == 0) return in.fail(zero_value, begin + i);
    }
  });
  csc.values.assign(bytes.begin(), bytes.end());
}

Result<void> decode_block(const Tables&, const BlockLines& block, ByteSpan stored,
                          std::uint64_t offset, std::span<std::byte> cells) {
  ByteReader in(stored, offset);
  in.end_fault(truncated, offset);
  Csc csc;
  const auto count_bits = in.word<std::uint8_t>();
  in.require(count_bits <= count_bits_most, bad_count_bits, offset);
  read_counts(in, count_bits, block, offset, csc);
  in.require(in.left() == csc.positions.size() * (position_bytes(block.lines) + block.cell_bytes),
             size_fault, in.offset());
  read_positions(in, block, csc);
  read_values(in, block, csc);
  if (!in.ok()) return in.error();
  to_cells(csc, block, cells);
  return {};
}

}  // namespace

const Encoding encoding{
    .id = 2,
    .name = "csc",
    .block_cells_most = 1u << 22,
    .uses_codebook = false,
    .codes_entries = true,
    .follows_layout = true,
    .coded_bytes = coded_bytes,
    .encode_block = encode_block,
    .decode_block = decode_block,
};

}  // namespace pondus::csc
