#include "fuzz/file_tree_reader.h"

#include <algorithm>

#include "codec/base/limits.h"
#include "codec/container/directory_layout.h"
#include "codec/container/frame.h"

namespace pondus::fuzz {
namespace {

namespace layout = directory_layout;

}  // namespace

ByteSpan FileTreeReader::next(std::uint64_t bytes) {
  const ByteSpan taken = directory_.first(std::min<std::uint64_t>(bytes, directory_.size()));
  directory_ = directory_.subspan(taken.size());
  return taken;
}

Bytes FileTreeReader::cut(std::uint64_t offset, std::uint64_t bytes) {
  if (offset >= file_.size()) return {};
  const auto part = file_.subspan(offset, std::min({bytes, file_.size() - offset, budget_}));
  budget_ -= part.size();
  return {part.begin(), part.end()};
}

void FileTreeReader::read_records(std::uint64_t count) {
  const ByteSpan fields = next(count * layout::record_bytes);
  tree_.records.resize(fields.size() / layout::record_bytes);
  for (std::size_t i = 0; i < tree_.records.size(); ++i) {
    RecordNode& record = tree_.records[i];
    std::ranges::copy(fields.subspan(i * layout::record_bytes, layout::record_bytes),
                      record.fields.begin());
    record.place = load<std::uint64_t>(&record.fields[layout::offset_at]);
  }
}

void FileTreeReader::read_dims() {
  for (RecordNode& record : tree_.records) {
    const auto rank =
        std::min(std::to_integer<std::uint32_t>(record.fields[layout::rank_at]), rank_most);
    const ByteSpan dims = next(std::uint64_t{rank} * layout::dim_bytes);
    record.dims.resize(dims.size() / layout::dim_bytes);
    for (std::size_t i = 0; i < record.dims.size(); ++i) {
      record.dims[i] = load<std::uint64_t>(&dims[i * layout::dim_bytes]);
    }
  }
}

void FileTreeReader::read_tables(std::uint64_t count) {
  const ByteSpan fields = next(count * layout::table_entry_bytes);
  tree_.tables.resize(fields.size() / layout::table_entry_bytes);
  for (std::size_t i = 0; i < tree_.tables.size(); ++i) {
    TableNode& table = tree_.tables[i];
    std::ranges::copy(fields.subspan(i * layout::table_entry_bytes, layout::table_entry_bytes),
                      table.fields.begin());
    table.place = load<std::uint64_t>(&table.fields[0]);
    table.bytes = cut(table.place, load<std::uint64_t>(&table.fields[layout::table_bytes_at]));
  }
}

void FileTreeReader::read_blocks() {
  for (RecordNode& record : tree_.records) {
    const auto count = load<std::uint32_t>(&record.fields[layout::block_count_at]);
    const ByteSpan entries = next(std::uint64_t{count} * layout::block_entry_bytes);
    record.blocks.resize(entries.size() / layout::block_entry_bytes);
    std::uint64_t offset = record.place;
    for (std::size_t i = 0; i < record.blocks.size(); ++i) {
      const std::byte* const entry = &entries[i * layout::block_entry_bytes];
      const auto stored_bytes = load<std::uint32_t>(entry + layout::block_stored_bytes_at);
      record.blocks[i] = {load<std::uint32_t>(entry + layout::block_lines_at),
                          cut(offset, stored_bytes)};
      offset += stored_bytes;
    }
  }
}

void FileTreeReader::read_metadata(std::uint64_t count) {
  const ByteSpan fields = next(count * layout::metadata_entry_bytes);
  tree_.metadata.resize(fields.size() / layout::metadata_entry_bytes);
  for (std::size_t i = 0; i < tree_.metadata.size(); ++i) {
    std::ranges::copy(
        fields.subspan(i * layout::metadata_entry_bytes, layout::metadata_entry_bytes),
        tree_.metadata[i].fields.begin());
  }
}

void FileTreeReader::read_text() {
  for (RecordNode& record : tree_.records) {
    record.name = as_text(next(load<std::uint16_t>(&record.fields[layout::name_bytes_at])));
  }
  for (MetadataNode& entry : tree_.metadata) {
    entry.key = as_text(next(load<std::uint16_t>(&entry.fields[0])));
    entry.value = as_text(next(load<std::uint32_t>(&entry.fields[4])));
  }
}

std::optional<FileTree> FileTreeReader::read() {
  if (file_.size() < header_bytes + trailer_bytes) return std::nullopt;
  std::ranges::copy(file_.first(header_bytes), tree_.header.begin());
  std::ranges::copy(file_.last(trailer_bytes), tree_.trailer.begin());
  const auto begin = load<std::uint64_t>(&tree_.trailer[0]);
  const std::uint64_t end = file_.size() - trailer_bytes;
  if (begin < header_bytes || begin > end || end - begin < layout::head_bytes) return std::nullopt;
  directory_ = file_.subspan(begin, end - begin);
  budget_ = 2 * file_.size();
  std::ranges::copy(next(layout::head_bytes), tree_.head.begin());
  read_records(load<std::uint32_t>(&tree_.head[0]));
  read_dims();
  read_tables(load<std::uint32_t>(&tree_.head[4]));
  read_blocks();
  read_metadata(load<std::uint32_t>(&tree_.head[8]));
  read_text();
  return std::move(tree_);
}

}  // namespace pondus::fuzz
