#include <algorithm>
#include <numeric>
#include <optional>

#include "codec/base/limits.h"
#include "codec/bits/packed.h"
#include "formats/block_product.h"
#include "formats/cser/cser.h"
#include "formats/sparse_lines.h"

namespace pondus::cser {
namespace {

constexpr Fault truncated{"cser.truncated", Kind::malformed};
constexpr Fault widths_fault{"cser.widths", Kind::malformed};
constexpr Fault size_fault{"cser.size", Kind::malformed};
constexpr Fault padding{"cser.padding", Kind::malformed};
constexpr Fault bad_group_bits{"cser.group-bits", Kind::malformed};
constexpr Fault groups_fault{"cser.groups", Kind::malformed};
constexpr Fault bad_value{"cser.value", Kind::malformed};
constexpr Fault zero_value{"cser.zero-value", Kind::malformed};
constexpr Fault value_order{"cser.value-order", Kind::malformed};
constexpr Fault bad_count_bits{"cser.count-bits", Kind::malformed};
constexpr Fault entries_fault{"cser.entries", Kind::malformed};
constexpr Fault position_past_end{"cser.position-past-end", Kind::malformed};
constexpr Fault position_order{"cser.position-order", Kind::malformed};
constexpr Fault position_twice{"cser.position-twice", Kind::malformed};

constexpr std::uint32_t group_bits_most = 17;  // 2^16 groups in a line
constexpr std::uint32_t count_bits_most = 16;  // 2^16 entries in a group, less 1

std::uint32_t greatest(std::span<const std::uint32_t> numbers) {
  return numbers.empty() ? 0 : std::ranges::max(numbers);
}

std::uint32_t value_bits(const Tables& tables) { return bit_length(tables.codebook.entries() - 1); }

void write_packed(std::span<const std::uint32_t> numbers, std::uint32_t width, ByteWriter& out) {
  pack(numbers, width, out.extend(packed_bytes(numbers.size(), width)));
}

void encode_block(const Tables& tables, const BlockLines& block, ByteSpan cells, unsigned,
                  ByteWriter& out) {
  Cser cser = from_cells(tables, block, cells);
  for (std::uint32_t& count : cser.counts) --count;  // as stored
  const std::uint32_t group_bits = bit_length(greatest(cser.group_counts));
  const std::uint32_t count_bits = bit_length(greatest(cser.counts));
  out.word(static_cast<std::uint8_t>(group_bits));
  out.word(static_cast<std::uint8_t>(count_bits));
  write_packed(cser.group_counts, group_bits, out);
  write_packed(cser.values, value_bits(tables), out);
  write_packed(cser.counts, count_bits, out);
  write_positions(cser.positions, block, out);
}

/// Reads one array of packed numbers.
std::vector<std::uint32_t> read_packed(ByteReader& in, std::size_t count, std::uint32_t width) {
  const std::uint64_t begin = in.offset();
  in.end_fault(size_fault, begin);
  const ByteSpan bytes = in.take(packed_bytes(count, width));
  if (!in.ok()) return {};
  std::vector<std::uint32_t> numbers(count);
  in.require(unpack(bytes, width, numbers), padding, begin + bytes.size() - 1);
  return numbers;
}

/// Judges the values, whose `width` bits each begin at `begin`.
void judge_values(ByteReader& in, const Codebook& codebook, std::uint32_t cell_bytes,
                  std::uint32_t width, std::uint64_t begin, const Cser& cser) {
  const bool zero_first = with_cell(
      cell_bytes, [&](auto cell) { return load<decltype(cell)>(codebook.cells().data()) == 0; });
  std::size_t group = 0;
  for (const std::uint32_t groups : cser.group_counts) {
    for (std::uint32_t i = 0; i < groups && in.ok(); ++i, ++group) {
      const std::uint32_t value = cser.values[group];
      const std::uint64_t offset = begin + group * width / 8;
      in.require(value < codebook.entries(), bad_value, offset);
      in.require(value != 0 || !zero_first, zero_value, offset);
      in.require(i == 0 || value > cser.values[group - 1], value_order, offset);
    }
  }
}

/// Judges positions line by line.
class PositionJudge {
 public:
  explicit PositionJudge(std::uint32_t line_cells) : taken_(line_cells) {}

  /// The groups of the next line, of `cells` cells, from a group and its first position on. Gives
  /// the first position at fault, and the fault.
  std::optional<std::pair<std::size_t, Fault>> judge(const Cser& cser, std::size_t group,
                                                     std::uint32_t groups, std::size_t first,
                                                     std::uint32_t cells) {
    std::ranges::fill(taken_, std::uint8_t{0});
    for (std::uint32_t i = 0; i < groups; ++i) {
      const std::uint32_t count = cser.counts[group + i];
      const auto positions = std::span(cser.positions).subspan(first, count);
      const bool good = positions_in_order(positions, cells) && (groups == 1 || take(positions));
      if (!good) return first_bad(positions, cells, first);
      first += count;
    }
    return std::nullopt;
  }

 private:
  /// Whether none was taken in this line before; they are less than its cells, each once.
  bool take(std::span<const std::uint16_t> positions) {
    std::uint8_t twice = 0;
    for (const std::uint16_t position : positions) twice |= taken_[position];
    if (twice != 0) return false;
    for (const std::uint16_t position : positions) taken_[position] = 1;
    return true;
  }

  std::pair<std::size_t, Fault> first_bad(std::span<const std::uint16_t> positions,
                                          std::uint32_t cells, std::size_t first) const {
    for (std::size_t i = 0;; ++i) {
      if (positions[i] >= cells) return {first + i, position_past_end};
      if (i != 0 && positions[i] <= positions[i - 1]) return {first + i, position_order};
      if (taken_[positions[i]] != 0) return {first + i, position_twice};
    }
  }

  std::vector<std::uint8_t> taken_;  ///< of each cell of the line, whether a group has it
};

void read_positions(ByteReader& in, const BlockLines& block, Cser& cser) {
  const std::uint64_t entries =
      std::accumulate(cser.counts.begin(), cser.counts.end(), std::uint64_t{0});
  const std::uint32_t width = position_bytes(block);
  const std::uint64_t begin = in.offset();
  in.require(in.left() == entries * width, size_fault, begin);
  if (!in.ok()) return;
  cser.positions = take_positions(in, block, entries);
  PositionJudge judge(static_cast<std::uint32_t>(block.lines.line_cells()));
  std::size_t group = 0;
  std::size_t first = 0;
  for (std::uint32_t line = 0; line < block.count(); ++line) {
    const std::uint32_t groups = cser.group_counts[line];
    if (const auto bad = judge.judge(cser, group, groups, first, block.cells_of(line)))
      return in.fail(bad->second, begin + bad->first * width);
    for (const std::size_t end = group + groups; group < end; ++group) first += cser.counts[group];
  }
}

/// Reads and judges the block; `cell_bytes` are those of the codebook's cells.
Cser read_block(ByteReader& in, const Tables& tables, std::uint32_t cell_bytes,
                const BlockLines& block) {
  const std::uint64_t begin = in.offset();
  in.end_fault(truncated, begin);
  const auto group_bits = in.word<std::uint8_t>();
  const auto count_bits = in.word<std::uint8_t>();
  in.require(group_bits <= group_bits_most && count_bits <= count_bits_most, widths_fault, begin);
  Cser cser;
  const std::uint64_t groups_begin = in.offset();
  cser.group_counts = read_packed(in, block.count(), group_bits);
  in.require(bit_length(greatest(cser.group_counts)) == group_bits, bad_group_bits, begin);
  const std::uint64_t groups =
      std::accumulate(cser.group_counts.begin(), cser.group_counts.end(), std::uint64_t{0});
  in.require(groups <= coded_symbols_most, groups_fault, groups_begin);
  if (!in.ok()) return cser;
  const std::uint64_t values_begin = in.offset();
  cser.values = read_packed(in, groups, value_bits(tables));
  if (!in.ok()) return cser;
  judge_values(in, tables.codebook, cell_bytes, value_bits(tables), values_begin, cser);
  const std::uint64_t counts_begin = in.offset();
  cser.counts = read_packed(in, groups, count_bits);
  in.require(bit_length(greatest(cser.counts)) == count_bits, bad_count_bits, begin + 1);
  for (std::uint32_t& count : cser.counts) ++count;
  const std::uint64_t entries =
      std::accumulate(cser.counts.begin(), cser.counts.end(), std::uint64_t{0});
  in.require(entries <= coded_symbols_most, entries_fault, counts_begin);
  read_positions(in, block, cser);
  return cser;
}

Result<void> decode_block(const Tables& tables, const BlockLines& block, ByteSpan stored,
                          std::uint64_t offset, std::span<std::byte> cells) {
  ByteReader in(stored, offset);
  const Cser cser = read_block(in, tables, block.cell_bytes, block);
  if (!in.ok()) return in.error();
  to_cells(cser, tables, block, cells);
  return {};
}

/// Group by group: sums of x times a value, or a value times x where the line's cells lie.
void add_groups(const Cser& cser, BlockProduct& product) {
  const ProductInputs& inputs = product.inputs();
  const auto multiply = inputs.along ? inputs.kernels->dot_groups : inputs.kernels->axpy_groups;
  const ByteSpan codebook = inputs.tables->codebook.cells();
  Bytes values(sizeof(float) * cser.values.size());
  for (std::size_t group = 0; group < cser.values.size(); ++group)
    std::ranges::copy(codebook.subspan(sizeof(float) * cser.values[group], sizeof(float)),
                      &values[sizeof(float) * group]);
  std::size_t group = 0;
  std::size_t first = 0;
  for (std::uint32_t line = 0; line < product.wanted().end; ++line) {
    const std::uint32_t groups = cser.group_counts[line];
    if (line >= product.wanted().begin && groups > 0)
      multiply({&cser.counts[group], groups, &cser.positions[first], &values[4 * group]},
               product.x(line), inputs.stride, product.y(line));
    for (const std::size_t end = group + groups; group < end; ++group) first += cser.counts[group];
  }
}

/// Sums of x may overflow where products do not, or lack an infinity that these have: then cells
/// are multiplied.
Result<void> multiply_block(const Tables& tables, const BlockLines& block, ByteSpan stored,
                            std::uint64_t offset, BlockProduct& product) {
  ByteReader in(stored, offset);
  const Cser cser = read_block(in, *product.inputs().tables, sizeof(float), block);
  if (!in.ok()) return in.error();
  if (product.inputs().moderate) {
    add_groups(cser, product);
  } else {
    Bytes& cells = product.scratch().cells;
    cells.resize(block.plain_bytes());
    to_cells(cser, tables, block, cells);
    product.add_stored_cells(cells);
  }
  return {};
}

}  // namespace

const Encoding encoding{
    .id = 11,
    .name = "cser",
    .block_cells_most = 1u << 22,
    .filled_cells_most = 1u << 18,
    .table_use = TableUse::codebook,
    .effort_least = 7,
    .symbols = Symbols::entries,
    .both_directions = true,
    .follows_layout = true,
    .implicit_zeros = true,
    .fast_decode = true,
    .coded_bytes = nullptr,
    .encode_block = encode_block,
    .decode_block = decode_block,
    .multiply_block = multiply_block,
};

}  // namespace pondus::cser
