// One encoding, named by PONDUS_FUZZ_ENCODING: any bytes as a block's payload, and any matrix to a
// payload and back.
//
// An input begins with a mode. Mode 0 (layout kept in step with seeds.py): log2 of the cell bytes,
// flags (1 columns, 2 a codebook of multiples), u32 rows, cols, first line, lines - 1, codebook
// entries; the codebook's cells unless they are multiples of a u64; the payload. The other modes
// are choices for a tensor; 2 damages its payload.
#include <algorithm>
#include <memory>

#include "formats/registry.h"
#include "formats/statistics.h"
#include "formats/tensor_writer.h"
#include "fuzz/require.h"
#include "fuzz/stats.h"
#include "fuzz/tensors.h"

namespace pondus::fuzz {
namespace {

constexpr std::uint64_t cells_most = 1u << 17;
constexpr std::uint64_t entries_end = 8194;
constexpr std::uint64_t decoded_cells_most = 1u << 13;  // of several lines
constexpr std::uint64_t offset = 4096;                  // where a payload is said to lie

const Encoding& encoding() {
  static const Encoding* const found = find_encoding(std::string_view(PONDUS_FUZZ_ENCODING));
  return *found;
}

/// A block's lines, and the table that the encoding needs.
struct Block {
  BlockLines lines;
  std::unique_ptr<ValueSet> values;
  Tables tables;

  void set_values(ByteSpan cells) {
    values = std::make_unique<ValueSet>(lines.cell_bytes);
    add_values(*values, cells);
    const PreparedTable* const table = values->table(encoding().table_use);
    if (table != nullptr) tables = table->tables;
  }
  /// A nonzero code for zeros only cannot be had.
  bool has_table() const { return encoding().table_use == TableUse::none || tables.entries() != 0; }
};

/// The lines from `begin` of at most `count`: one, or as many as are decoded fast.
LineRange fitting_range(const Lines& lines, std::uint64_t begin, std::uint64_t count) {
  LineRange range{begin, std::min(begin + count, lines.count())};
  const auto cells = [&] { return lines.cells_before(range.end) - lines.cells_before(begin); };
  while (range.end > begin + 1 && cells() > decoded_cells_most)
    range.end = begin + (range.end - begin) / 2;
  return range;
}

/// What a block's coded form must take, where a formula says it.
void require_size(const Block& block, ByteSpan cells, std::size_t size) {
  const bool coded = encoding().table_use > TableUse::codebook;  // then the size is an average
  if (encoding().coded_bytes == nullptr || coded) return;
  std::vector<std::uint32_t> counts;
  const std::byte* at = cells.data();
  with_cell(block.lines.cell_bytes, [&](auto cell) {
    for (std::uint32_t line = 0; line < block.lines.count(); ++line) {
      std::uint32_t count = 0;
      for (std::uint32_t i = 0; i < block.lines.cells_of(line); ++i, at += sizeof cell) {
        count += load<decltype(cell)>(at) != 0;
      }
      counts.push_back(count);
    }
  });
  BlockStatistics statistics;
  statistics.entry_counts = counts;
  statistics.table_entries = block.tables.entries();
  require(encoding().coded_bytes(block.lines, statistics) == size,
          "the formula gives the size of the coded form");
}

Bytes coded(const Block& block, ByteSpan cells) {
  ByteWriter out;
  encoding().encode_block(block.tables, block.lines, cells, effort_default, out);
  return out.take();
}

/// Any payload: refused with an offset inside it, or cells that have no other payload.
void judge_payload(const Block& block, const Bytes& payload) {
  ++stats.reached;
  Bytes cells(block.lines.plain_bytes());
  const auto decoded = encoding().decode_block(block.tables, block.lines, payload, offset, cells);
  if (!decoded) {
    const Error& error = decoded.error();
    require(error.fault.kind == Kind::malformed, "a payload is sound or malformed");
    return require(error.offset >= offset && error.offset <= offset + payload.size(),
                   "a fault lies in its block");
  }
  ++stats.decoded;
  const Bytes again = coded(block, cells);
  if (encoding().coded_bytes != nullptr)
    return require(again == payload, "an accepted payload is canonical");
  Bytes same(cells.size());
  require_success(encoding().decode_block(block.tables, block.lines, again, offset, same),
                  "what is encoded decodes");
  require(same == cells, "decoded cells round-trip");
}

void read_values(Input& in, Block& block, bool multiples) {
  const std::uint32_t width = block.lines.cell_bytes;
  const std::size_t entries = 1 + in.below(std::uint64_t{1} << 32) % entries_end;
  Bytes values;
  if (multiples) {
    const auto step = in.word<std::uint64_t>();
    for (std::uint64_t i = 0; i < entries; ++i) {
      std::byte bytes[8];
      store(bytes, i * step);
      values.insert(values.end(), bytes, bytes + width);
    }
  } else {
    const ByteSpan taken = in.take(entries * width);
    values.assign(taken.begin(), taken.end());
    values.resize(std::max<std::size_t>(values.size() / width, 1) * width);
  }
  block.set_values(values);
}

void decode_any(Input& in) {
  Block block;
  block.lines.cell_bytes = 1u << in.below(4);
  const std::uint64_t flags = in.below(4);
  const std::uint64_t rows = in.word<std::uint32_t>() % (cells_most + 1);
  const std::uint64_t cols = std::min(in.word<std::uint32_t>() % (cells_most + 1),
                                      cells_most / std::max<std::uint64_t>(rows, 1));
  const auto first_line = in.word<std::uint32_t>();
  const std::uint64_t more_lines = in.word<std::uint32_t>();
  const Lines lines(*Shape::make({rows, cols}), 1,
                    flags & 1 ? Direction::columns : Direction::rows);
  if (lines.count() == 0) return;
  const std::uint64_t begin = first_line % lines.count();
  block.lines.lines = lines;
  block.lines.range = fitting_range(lines, begin, 1 + more_lines);
  if (encoding().table_use != TableUse::none) read_values(in, block, flags & 2);
  if (!block.has_table()) return;
  const ByteSpan payload = in.rest();
  judge_payload(block, {payload.begin(), payload.end()});
}

void require_round_trip(const Block& block, ByteSpan cells, const Bytes& payload) {
  require(payload == coded(block, cells), "the same cells encode to the same bytes");
  require_size(block, cells, payload.size());
  const Bytes stored = encode_block(encoding(), block.tables, block.lines, cells);
  require(stored.size() == std::min(payload.size(), cells.size()),
          "a block is coded where that is smaller");
  Bytes decoded(cells.size());
  require_success(decode_block(encoding(), block.tables, block.lines, stored, offset, decoded),
                  "what is encoded decodes");
  require(std::ranges::equal(decoded, cells), "cells round-trip");
}

/// Sets, appends or removes some bytes.
void damage(Input& in, Bytes& payload) {
  for (std::uint64_t left = 1 + in.below(4); left > 0; --left) {
    const std::uint64_t kind = in.below(8);
    if (kind == 0) payload.push_back(std::byte{in.word<std::uint8_t>()});
    if (kind == 1 && !payload.empty()) payload.pop_back();
    if (kind > 1 && !payload.empty())
      payload[in.below(payload.size())] ^= std::byte{in.word<std::uint8_t>()};
  }
}

/// A block as a writer fills them, or some of its lines.
LineRange fuzzed_range(Input& in, const Matrix& matrix, const Lines& lines) {
  const auto blocks = fill_blocks(lines, encoding(), count_entries(matrix, lines.direction()));
  LineRange range = blocks[in.below(blocks.size())];
  range.begin += in.below(range.end - range.begin);
  range.end -= in.below(range.end - range.begin);
  return range;
}

void round_trip(Input& in, bool damaged) {
  const FuzzedTensor tensor = fuzzed_tensor(in, cells_most);
  const std::uint32_t width = cell_bytes(tensor.dtype);
  const auto split = static_cast<std::uint32_t>(in.below(tensor.shape.rank() + 1));
  const Matrix matrix{tensor.cells, tensor.shape, split, width};
  const Lines lines = matrix.lines(in.flag() ? Direction::columns : Direction::rows);
  if (lines.count() == 0) return;
  Block block{{lines, fuzzed_range(in, matrix, lines), width}, {}, {}};
  Bytes scratch;
  const ByteSpan cells = gather(matrix, block.lines, scratch);
  if (encoding().table_use != TableUse::none) {
    Bytes values(cells.begin(), cells.end());
    const ByteSpan others = in.take(in.below(16) * width);
    values.insert(values.end(), others.begin(),
                  others.end() - static_cast<std::ptrdiff_t>(others.size() % width));
    block.set_values(values);
  }
  if (!block.has_table()) return;
  Bytes payload = coded(block, cells);
  if (damaged) {
    damage(in, payload);
    return judge_payload(block, Bytes(payload));
  }
  ++stats.reached;
  require_round_trip(block, cells, payload);
  ++stats.decoded;
}

}  // namespace
}  // namespace pondus::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pondus::fuzz;
  ++stats.executions;
  Input in(data, size);
  const std::uint64_t mode = in.below(4);
  if (mode == 0) decode_any(in);
  if (mode != 0) round_trip(in, mode == 2);
  return 0;
}
