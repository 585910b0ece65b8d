#include "formats/block_product.h"

#include <algorithm>

#include "codec/bits/lookup.h"
#include "formats/float32.h"
#include "formats/line_entries.h"

namespace pondus {

const float* BlockProduct::x(std::uint32_t line) const {
  const std::uint64_t at = inputs_.along ? segment_begin(line) : major(line);
  return inputs_.x + at * inputs_.stride;
}

float* BlockProduct::y(std::uint32_t line) const {
  const std::uint64_t at = inputs_.along ? major(line) : segment_begin(line);
  return y_ + (at - y_begin_) * inputs_.stride;
}

/// The line that holds a cell.
std::uint32_t BlockProduct::line_of(std::uint64_t cell) const {
  const Lines& lines = block_.lines;
  const std::uint64_t absolute = lines.cells_before(block_.range.begin) + cell;
  const std::uint64_t segment = absolute % lines.length() / line_cells_most;
  return static_cast<std::uint32_t>(absolute / lines.length() * lines.segments() + segment -
                                    block_.range.begin);
}

template <class Work>
void BlockProduct::for_each_rectangle(std::uint64_t begin, std::uint64_t count, Work&& work) const {
  const Lines& lines = block_.lines;
  const std::uint64_t block_begin = lines.cells_before(block_.range.begin);
  const auto cells_before = [&](std::uint64_t line) {
    return lines.cells_before(block_.range.begin + line) - block_begin;
  };
  const std::uint64_t from = std::max(begin, cells_before(wanted_.begin));
  const std::uint64_t end = std::min(begin + count, cells_before(wanted_.end));
  for (std::uint64_t at = from; at < end;) {
    const std::uint32_t line = line_of(at);
    const std::uint64_t first = at - cells_before(line);
    const std::uint64_t left = std::min(cells_before(line + 1), end) - at;
    const bool whole = first == 0 && lines.segments() == 1 && end - at >= lines.length();
    const auto whole_lines = whole ? static_cast<std::size_t>((end - at) / lines.length()) : 1;
    work(Rectangle{line, whole_lines, first, left, at - begin});
    at += whole_lines * left;
  }
}

void BlockProduct::add_cells(std::uint64_t begin, ByteSpan cells) {
  const std::uint32_t stride = inputs_.stride;
  for_each_rectangle(begin, cells.size() / 4, [&](const Rectangle& part) {
    const std::byte* const from = &cells[4 * part.at];
    const std::uint64_t skipped = part.first * stride;
    if (inputs_.along) {
      inputs_.kernels->dot(from, part.count, part.cells, x(part.line) + skipped, stride,
                           y(part.line));
    } else {
      inputs_.kernels->axpy(from, part.count, part.cells, x(part.line), stride,
                            y(part.line) + skipped);
    }
  });
}

void BlockProduct::add_indices(std::uint64_t begin, std::span<const std::uint8_t> indices,
                               const LookupPlanes& table) {
  if (inputs_.stride != 1) {
    const auto cells = floats(indices.size());
    look_up_bytes(table, indices, cells.data());
    return add_cells(begin, cells);
  }
  const IndexProductKernels& kernels = index_product_kernels.in_use();
  for_each_rectangle(begin, indices.size(), [&](const Rectangle& part) {
    const std::uint8_t* const from = &indices[part.at];
    if (inputs_.along) {
      kernels.dot(table, from, part.count, part.cells, x(part.line) + part.first, y(part.line));
    } else {
      kernels.axpy(table, from, part.count, part.cells, x(part.line), y(part.line) + part.first);
    }
  });
}

void BlockProduct::add_stored_cells(ByteSpan cells) {
  if (inputs_.implicit_zeros && !inputs_.moderate) return add_nonzero(cells);
  if (inputs_.dtype == Dtype::f32) return add_cells(0, cells);
  constexpr std::uint64_t window = 1u << 12;
  for (std::uint64_t at = 0; at < cells.size() / 2; at += window)
    add_cells(at, as_floats(cells.subspan(2 * at, std::min(2 * window, cells.size() - 2 * at))));
}

void BlockProduct::add_nonzero(ByteSpan cells) {
  Bytes values;
  SparseLines lines = find_entries(block_, cells, values);
  add_entries(std::move(lines), as_floats(values));
}

ByteSpan BlockProduct::as_floats(ByteSpan cells) {
  if (inputs_.dtype == Dtype::f32) return cells;
  const auto out = floats(cells.size() / cell_bytes(inputs_.dtype));
  to_float32(inputs_.dtype, cells, out);
  return out;
}

std::span<std::byte> BlockProduct::floats(std::uint64_t count) {
  if (scratch_.floats.size() < 4 * count) scratch_.floats.resize(4 * count);
  return std::span(scratch_.floats).first(4 * count);
}

bool BlockProduct::add_entries(const StoredLines& lines, ByteSpan values) {
  if (!lines.all_listed && inputs_.stride != 1) {
    ByteReader judge({});
    SparseLines listed = list_places(judge, block_, lines);
    return judge.ok() && add_entries(std::move(listed), values);
  }
  const bool sound = for_each_part(
      lines, block_, wanted_, values,
      [&](const LineEntries& part, std::uint32_t line) { return multiply_entries(part, line); });
  return sound && wanted_ == LineRange{0, block_.count()};
}

bool BlockProduct::add_entries(SparseLines lines, ByteSpan values) {
  for (std::uint16_t& position : lines.positions) position = little_endian(position);
  StoredLines stored;
  stored.counts = std::move(lines.counts);
  stored.places = std::as_bytes(std::span(lines.positions));
  stored.position_bytes = sizeof lines.positions[0];
  stored.all_listed = true;
  return add_entries(stored, values);
}

/// Products are made where symbols become cells, if there is a kernel for it: then the one does not
/// wait for the other.
bool BlockProduct::add_coded_entries(const StoredLines& lines, ByteSpan sequence) {
  const CodeTable& code = inputs_.tables->code;
  const std::span<std::byte> values = floats(lines.entries);
  const bool at_once = entry_kernels.in_use().sum != nullptr && code.decoder().has_products() &&
                       inputs_.along && inputs_.stride == 1 && lines.position_bytes == 2 &&
                       block_.lines.segments() == 1 && lines.entries != 0 && lines.all_listed;
  if (!at_once) return code.decode(sequence, 0, values) && add_entries(lines, values);
  const auto last = static_cast<std::uint16_t>(block_.lines.line_cells() - 1);
  const Multipliers by{lines.places.data(), last, x(0)};
  return code.decoder().decode_products(sequence, 0, by, values) && add_products(lines, values);
}

bool BlockProduct::add_products(const StoredLines& lines, ByteSpan products) {
  const bool sound = for_each_part(lines, block_, wanted_, products,
                                   [&](const LineEntries& part, std::uint32_t line) {
                                     return entry_kernels.in_use().sum(part, y(line));
                                   });
  return sound && wanted_ == LineRange{0, block_.count()};
}

/// Of lines from `line` on, consecutive in x or y.
bool BlockProduct::multiply_entries(const LineEntries& entries, std::uint32_t line) {
  const EntryKernels& kernels = entry_kernels.in_use();
  const auto multiply = inputs_.along ? kernels.dot : kernels.axpy;
  return multiply(entries, x(line), inputs_.stride, y(line));
}

Result<void> multiply_block(const Encoding& encoding, const Tables& tables, const BlockLines& block,
                            ByteSpan stored, std::uint64_t offset, BlockProduct& product) {
  if (stored.size() == block.plain_bytes()) {
    product.add_stored_cells(stored);
    return {};
  }
  if (encoding.multiply_block != nullptr)
    return encoding.multiply_block(tables, block, stored, offset, product);
  Bytes& cells = product.scratch().cells;
  cells.resize(block.plain_bytes());
  auto decoded = encoding.decode_block(tables, block, stored, offset, cells);
  if (decoded) product.add_stored_cells(cells);
  return decoded;
}

}  // namespace pondus
