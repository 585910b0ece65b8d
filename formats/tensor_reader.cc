#include "formats/tensor_reader.h"

#include <algorithm>

#include "codec/base/parallel.h"
#include "codec/container/checksum.h"
#include "codec/container/directory_layout.h"
#include "formats/ordered_hash.h"
#include "formats/registry.h"

namespace pondus {
namespace {

constexpr Fault tensor_checksum{"tensor.checksum", Kind::malformed};
constexpr Fault zero_entry{"code.nonzero", Kind::malformed};
constexpr Fault buffer_bytes{"request.buffer-bytes", Kind::request};
constexpr Fault line_range{"request.line-range", Kind::request};

Error wrong_buffer(const Record& record, std::uint64_t expected, std::size_t given) {
  return {buffer_bytes, 0, record.name,
          std::to_string(given) + " bytes given, " + std::to_string(expected) + " needed"};
}

}  // namespace

TensorReader::TensorReader(const File& file, const Record& record)
    : file_(&file),
      record_(&file.stored(record)),
      lines_(record_->lines()),
      cell_bytes_(record_->bits / 8u) {}

Result<TensorReader> TensorReader::open(const Model& model, const Record& record) {
  TensorReader reader(model.file(), record);
  const Record& stored = reader.record();
  if (stored.unsupported != nullptr) return unsupported_error(stored);
  reader.encoding_ = find_encoding(stored.encoding);
  if (stored.codebook) {
    auto codebook = model.codebook(*stored.codebook);
    if (!codebook) return codebook.error();
    reader.tables_.codebook = *codebook;
  }
  if (stored.code) {
    auto code = model.code(*stored.code);
    if (!code) return code.error();
    reader.tables_.code = std::move(*code);
    if (reader.encoding_->table_use == TableUse::nonzero_code && reader.tables_.code.has_zero()) {
      return Error{zero_entry, stored.record_offset + directory_layout::code_at, stored.name, {}};
    }
  }
  return reader;
}

BlockLines TensorReader::block_lines(std::size_t number) const {
  const BlockEntry& block = record_->blocks[number];
  return {lines_, {block.first_line, block.first_line + block.lines}, cell_bytes_};
}

Result<void> TensorReader::decode(std::size_t number, std::span<std::byte> cells) const {
  if (auto sound = file_->check_block(*record_, number); !sound) return sound;
  const BlockEntry& entry = record_->blocks[number];
  auto decoded = decode_block(*encoding_, tables_, block_lines(number), file_->bytes(entry),
                              entry.offset, cells);
  if (decoded) return {};
  decoded.error().tensor = record_->name;
  decoded.error().detail = "block " + std::to_string(number);
  return decoded;
}

Result<void> TensorReader::read_rows(std::span<std::byte> cells, unsigned threads,
                                     std::uint64_t& hash) const {
  const std::size_t blocks = record_->blocks.size();
  OrderedHash ordered(cells, blocks);
  auto decoded = parallel_for(blocks, threads, [&](std::size_t i) -> Result<void> {
    const BlockLines block = block_lines(i);
    const std::size_t begin = lines_.cells_before(block.range.begin) * cell_bytes_;
    auto done = decode(i, cells.subspan(begin, block.plain_bytes()));
    if (done) ordered.ready(i, begin + block.plain_bytes());
    return done;
  });
  if (decoded) hash = ordered.digest();
  return decoded;
}

Result<void> TensorReader::read_columns(std::span<std::byte> cells, unsigned threads) const {
  return parallel_for(record_->blocks.size(), threads, [&](std::size_t i) -> Result<void> {
    const BlockLines block = block_lines(i);
    Bytes line_cells(block.plain_bytes());
    if (auto done = decode(i, line_cells); !done) return done;
    scatter(line_cells, block, cells);
    return {};
  });
}

Result<void> TensorReader::read(std::span<std::byte> cells, unsigned threads) const {
  if (cells.size() != record_->decoded_bytes())
    return wrong_buffer(*record_, record_->decoded_bytes(), cells.size());
  std::uint64_t hash = 0;
  const bool rows = lines_.direction() == Direction::rows;
  const auto read = rows ? read_rows(cells, threads, hash) : read_columns(cells, threads);
  if (!read) return read;
  if (!rows) hash = xxh3(cells);
  if (hash == record_->decoded_checksum) return {};
  return Error{tensor_checksum, record_->record_offset, record_->name, {}};
}

Result<void> TensorReader::read_lines(LineRange range, std::span<std::byte> cells,
                                      unsigned threads) const {
  if (range.begin > range.end || range.end > lines_.count()) {
    return Error{line_range, 0, record_->name,
                 "the tensor has " + std::to_string(lines_.count()) + " lines"};
  }
  const std::uint64_t before = lines_.cells_before(range.begin);
  const std::uint64_t bytes = (lines_.cells_before(range.end) - before) * cell_bytes_;
  if (cells.size() != bytes) return wrong_buffer(*record_, bytes, cells.size());
  const auto& blocks = record_->blocks;
  const auto first = std::ranges::upper_bound(blocks, range.begin, {}, &BlockEntry::first_line);
  const auto last = std::ranges::lower_bound(blocks, range.end, {}, &BlockEntry::first_line);
  if (range.begin == range.end) return {};
  const auto begin = static_cast<std::size_t>(first - blocks.begin()) - 1;
  const auto count = static_cast<std::size_t>(last - blocks.begin()) - begin;
  return parallel_for(count, threads, [&](std::size_t i) -> Result<void> {
    const BlockLines block = block_lines(begin + i);
    const std::uint64_t block_begin = lines_.cells_before(block.range.begin);
    const std::uint64_t wanted_begin = std::max(block_begin, before);
    const std::uint64_t wanted_end = lines_.cells_before(std::min(block.range.end, range.end));
    const auto place = cells.subspan((wanted_begin - before) * cell_bytes_,
                                     (wanted_end - wanted_begin) * cell_bytes_);
    if (place.size() == block.plain_bytes()) return decode(begin + i, place);
    Bytes line_cells(block.plain_bytes());
    if (auto decoded = decode(begin + i, line_cells); !decoded) return decoded;
    std::ranges::copy(
        ByteSpan(line_cells).subspan((wanted_begin - block_begin) * cell_bytes_, place.size()),
        place.begin());
    return {};
  });
}

Result<void> TensorReader::for_each_block(const Visit& visit) const {
  Bytes cells;
  for (std::size_t i = 0; i < record_->blocks.size(); ++i) {
    const BlockLines block = block_lines(i);
    cells.resize(block.plain_bytes());
    if (auto decoded = decode(i, cells); !decoded) return decoded;
    if (auto visited = visit(block.range, cells); !visited) return visited;
  }
  return {};
}

}  // namespace pondus
