#include "fuzz/coded_block.h"

#include <algorithm>
#include <bit>

#include "formats/tensor_writer.h"
#include "fuzz/drawn_code.h"
#include "fuzz/tensors.h"

namespace pondus::fuzz {
namespace {

constexpr std::uint64_t entries_end = 8194;
constexpr std::uint64_t table_bytes_end = 1u << 17;
constexpr std::uint64_t decoded_cells_most = 1u << 13;  // of several lines
/// The best code for more takes long.
constexpr std::uint64_t best_entries_most = 64;

/// The lines from `begin` of at most `count`: one, or as many as are decoded fast.
LineRange fitting_range(const Lines& lines, std::uint64_t begin, std::uint64_t count) {
  LineRange range{begin, std::min(begin + count, lines.count())};
  const auto cells = [&] { return lines.cells_before(range.end) - lines.cells_before(begin); };
  while (range.end > begin + 1 && cells() > decoded_cells_most)
    range.end = begin + (range.end - begin) / 2;
  return range;
}

bool first_is_zero(ByteSpan cells, std::uint32_t cell_bytes) {
  return std::ranges::all_of(cells.first(cell_bytes),
                             [](std::byte b) { return b == std::byte{0}; });
}

Bytes multiples(Input& in, std::uint64_t entries, std::uint32_t width) {
  const auto step = in.word<std::uint64_t>();
  Bytes values;
  for (std::uint64_t i = 0; i < entries; ++i) {
    std::byte bytes[8];
    store(bytes, i * step);
    values.insert(values.end(), bytes, bytes + width);
  }
  return values;
}

bool read_table(Input& in, const Encoding& encoding, bool of_multiples, CodedBlock& block) {
  const std::uint32_t width = block.lines.cell_bytes;
  const std::uint64_t amount = in.word<std::uint32_t>();
  if (of_multiples)
    return block.set_values(encoding, multiples(in, 1 + amount % entries_end, width), in);
  const ByteSpan taken = in.take(amount % table_bytes_end);
  if (block.set_table(encoding, {taken.begin(), taken.end()})) return true;
  Bytes values(taken.begin(), taken.end());
  values.resize(std::max<std::size_t>(values.size() / width, 1) * width);
  return block.set_values(encoding, values, in);
}

/// A block as a writer fills them, or some of its lines.
LineRange drawn_range(Input& in, const Encoding& encoding, const Matrix& matrix,
                      const Lines& lines) {
  const auto blocks = fill_blocks(lines, encoding, count_entries(matrix, lines.direction()));
  LineRange range = blocks[in.below(blocks.size())];
  range.begin += in.below(range.end - range.begin);
  range.end -= in.below(range.end - range.begin);
  return range;
}

}  // namespace

bool CodedBlock::set_table(const Encoding& encoding, Bytes stored) {
  table = std::move(stored);
  if (encoding.table_use == TableUse::codebook) {
    const auto read = Codebook::read(table, lines.cell_bytes, 0);
    if (!read) return false;
    tables.codebook = *read;
  } else if (encoding.table_use != TableUse::none) {
    auto read = CodeTable::read(table, lines.cell_bytes, 0);
    if (!read || (encoding.table_use == TableUse::nonzero_code && read->has_zero())) return false;
    tables.code = std::move(*read);
  }
  index = std::make_unique<CellIndex>(tables.cells(), lines.cell_bytes);
  tables.index = index.get();
  return true;
}

bool CodedBlock::set_values(const Encoding& encoding, ByteSpan cells, Input& in) {
  ValueSet values(lines.cell_bytes);
  add_values(values, cells);
  const PreparedTable* const codebook = values.table(TableUse::codebook);
  const PreparedTable* best = codebook;
  if (encoding.table_use != TableUse::codebook) {
    ByteSpan distinct = codebook->bytes;
    const bool nonzero = encoding.table_use == TableUse::nonzero_code;
    if (nonzero && first_is_zero(distinct, lines.cell_bytes))
      distinct = distinct.subspan(lines.cell_bytes);
    if (distinct.empty()) return false;
    if (distinct.size() > best_entries_most * lines.cell_bytes || in.below(4) != 0)
      return set_table(encoding, draw_code_table(in, distinct, lines.cell_bytes));
    best = values.table(encoding.table_use);
  }
  return set_table(encoding, best->bytes);
}

Bytes CodedBlock::encoded(const Encoding& encoding, ByteSpan cells, unsigned effort) const {
  ByteWriter out;
  encoding.encode_block(tables, lines, cells, effort, out);
  return out.take();
}

std::optional<CodedBlock> read_block(Input& in, const Encoding& encoding) {
  CodedBlock block;
  block.lines.cell_bytes = 1u << in.below(4);
  const std::uint64_t flags = in.below(4);
  const std::uint64_t rows = in.word<std::uint32_t>() % (block_cells_most + 1);
  const std::uint64_t cols = std::min(in.word<std::uint32_t>() % (block_cells_most + 1),
                                      block_cells_most / std::max<std::uint64_t>(rows, 1));
  const auto first_line = in.word<std::uint32_t>();
  const std::uint64_t more_lines = in.word<std::uint32_t>();
  const Lines lines(*Shape::make({rows, cols}), 1,
                    flags & 1 ? Direction::columns : Direction::rows);
  if (lines.count() == 0) return std::nullopt;
  block.lines.lines = lines;
  block.lines.range = fitting_range(lines, first_line % lines.count(), 1 + more_lines);
  if (encoding.table_use != TableUse::none && !read_table(in, encoding, flags & 2, block))
    return std::nullopt;
  return block;
}

Bytes write_block(const CodedBlock& block, ByteSpan payload) {
  const BlockLines& lines = block.lines;
  ByteWriter out;
  out.word(static_cast<std::uint8_t>(std::bit_width(lines.cell_bytes) - 1));
  out.word(static_cast<std::uint8_t>(lines.lines.direction() == Direction::columns));
  for (const std::uint64_t field : {lines.lines.rows(), lines.lines.cols(), lines.range.begin,
                                    lines.range.end - lines.range.begin - 1})
    out.word(static_cast<std::uint32_t>(field));
  if (!block.table.empty()) {
    out.word(static_cast<std::uint32_t>(block.table.size()));
    out.bytes(block.table);
  }
  out.bytes(payload);
  return out.take();
}

std::optional<DrawnBlock> draw_block(Input& in, const Encoding& encoding,
                                     std::uint64_t cells_most) {
  const FuzzedTensor tensor = fuzzed_tensor(in, cells_most);
  const std::uint32_t width = cell_bytes(tensor.dtype);
  const auto split = static_cast<std::uint32_t>(in.below(tensor.shape.rank() + 1));
  const Matrix matrix{tensor.cells, tensor.shape, split, width};
  const Lines lines = matrix.lines(in.flag() ? Direction::columns : Direction::rows);
  if (lines.count() == 0) return std::nullopt;
  DrawnBlock drawn;
  drawn.block.lines = {lines, drawn_range(in, encoding, matrix, lines), width};
  Bytes scratch;
  const ByteSpan cells = gather(matrix, drawn.block.lines, scratch);
  drawn.cells.assign(cells.begin(), cells.end());
  if (encoding.table_use == TableUse::none) return drawn;
  Bytes values = drawn.cells;
  const ByteSpan others = in.take(in.below(16) * width);
  values.insert(values.end(), others.begin(),
                others.end() - static_cast<std::ptrdiff_t>(others.size() % width));
  if (!drawn.block.set_values(encoding, values, in)) return std::nullopt;
  return drawn;
}

}  // namespace pondus::fuzz
