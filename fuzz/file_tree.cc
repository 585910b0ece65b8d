#include "fuzz/file_tree.h"

#include <algorithm>

#include "codec/container/checksum.h"
#include "codec/container/directory_layout.h"
#include "codec/container/file.h"
#include "fuzz/file_tree_reader.h"

namespace pondus::fuzz {
namespace {

namespace layout = directory_layout;

constexpr std::size_t checksum_at = 56;
constexpr std::size_t alignment_at = 20;
constexpr std::size_t hint_at = 24;

template <std::size_t size>
void seal(std::array<std::byte, size>& frame) {
  store(&frame[checksum_at], xxh3(ByteSpan(frame).first(checksum_at)));
}

/// A payload or a table; the other is null.
struct Part {
  std::uint64_t place;
  bool filled;
  RecordNode* record;
  TableNode* table;
};

std::vector<Part> parts_of(FileTree& tree) {
  std::vector<Part> parts;
  for (RecordNode& record : tree.records) {
    const bool filled = std::ranges::any_of(
        record.blocks, [](const BlockNode& block) { return !block.stored.empty(); });
    if (!record.blocks.empty()) parts.push_back({record.place, filled, &record, nullptr});
  }
  for (TableNode& table : tree.tables) parts.push_back({table.place, true, nullptr, &table});
  std::ranges::stable_sort(parts, {},
                           [](const Part& part) { return std::pair(part.place, part.filled); });
  return parts;
}

void write_parts(FileTree& tree, ByteWriter& out) {
  const std::uint32_t alignment =
      std::to_integer<std::uint32_t>(tree.header[alignment_at]) % (alignment_most + 1);
  for (const Part& part : parts_of(tree)) {
    if (part.table != nullptr) {
      TableNode& table = *part.table;
      store(&table.fields[0], std::uint64_t{out.size()});
      store(&table.fields[layout::table_bytes_at], std::uint64_t{table.bytes.size()});
      store(&table.fields[16], xxh3(table.bytes));
      out.bytes(table.bytes);
    } else {
      out.zeros(align_up(out.size(), alignment) - out.size());
      store(&part.record->fields[layout::offset_at], std::uint64_t{out.size()});
      for (const BlockNode& block : part.record->blocks) out.bytes(block.stored);
    }
  }
}

std::uint64_t decoded_bytes(const RecordNode& record) {
  std::uint64_t cells = 1;
  for (const std::uint64_t dim : record.dims) cells *= dim;
  return plain_bytes(cells, std::to_integer<std::uint32_t>(record.fields[layout::bits_at]));
}

void write_records(FileTree& tree, ByteWriter& out) {
  for (RecordNode& record : tree.records) {
    store(&record.fields[layout::block_count_at], static_cast<std::uint32_t>(record.blocks.size()));
    store(&record.fields[layout::name_bytes_at], static_cast<std::uint16_t>(record.name.size()));
    record.fields[layout::rank_at] = static_cast<std::byte>(record.dims.size());
    if (record.blocks.empty()) store(&record.fields[layout::offset_at], std::uint64_t{0});
    out.bytes(record.fields);
  }
  for (const RecordNode& record : tree.records) {
    for (const std::uint64_t dim : record.dims) out.word(dim);
  }
}

void write_blocks(const FileTree& tree, ByteWriter& out) {
  for (const RecordNode& record : tree.records) {
    for (std::size_t i = 0; i < record.blocks.size(); ++i) {
      const BlockNode& block = record.blocks[i];
      out.word(xxh3(block.stored, i));
      out.word(static_cast<std::uint32_t>(block.stored.size()));
      out.word(block.lines);
    }
  }
}

void write_metadata(FileTree& tree, ByteWriter& out) {
  for (MetadataNode& entry : tree.metadata) {
    store(&entry.fields[0], static_cast<std::uint16_t>(entry.key.size()));
    store(&entry.fields[4], static_cast<std::uint32_t>(entry.value.size()));
    out.bytes(entry.fields);
  }
}

Bytes directory_of(FileTree& tree) {
  std::uint64_t blocks = 0, dims = 0, heap = 0;
  ByteWriter text;
  for (const RecordNode& record : tree.records) {
    blocks += record.blocks.size();
    dims += record.dims.size();
    text.text(record.name);
  }
  for (const MetadataNode& entry : tree.metadata) {
    text.text(entry.key);
    text.text(entry.value);
  }
  heap = text.size();
  store(&tree.head[0], static_cast<std::uint32_t>(tree.records.size()));
  store(&tree.head[4], static_cast<std::uint32_t>(tree.tables.size()));
  store(&tree.head[8], static_cast<std::uint32_t>(tree.metadata.size()));
  store(&tree.head[16], blocks);
  store(&tree.head[24], dims);
  store(&tree.head[32], heap);
  ByteWriter out;
  out.bytes(tree.head);
  write_records(tree, out);
  for (const TableNode& table : tree.tables) out.bytes(table.fields);
  write_blocks(tree, out);
  write_metadata(tree, out);
  out.bytes(text.written());
  return out.take();
}

}  // namespace

std::optional<FileTree> FileTree::parse(ByteSpan file) { return FileTreeReader(file).read(); }

Bytes FileTree::lay_out() const {
  FileTree tree = *this;
  ByteWriter out;
  out.zeros(header_bytes);
  write_parts(tree, out);
  const Bytes directory = directory_of(tree);
  const std::uint64_t directory_offset = out.size();
  out.bytes(directory);
  std::uint64_t decoded = 0;
  for (const RecordNode& record : tree.records) decoded += decoded_bytes(record);
  store(&tree.trailer[0], directory_offset);
  store(&tree.trailer[8], std::uint64_t{directory.size()});
  store(&tree.trailer[16], xxh3(directory));
  store(&tree.trailer[24], std::uint64_t{out.size() + trailer_bytes});
  store(&tree.trailer[trailer_decoded_bytes_at], decoded);
  store(&tree.trailer[trailer_tensor_count_at], static_cast<std::uint32_t>(tree.records.size()));
  seal(tree.trailer);
  out.bytes(tree.trailer);
  if (load<std::uint64_t>(&tree.header[hint_at]) != 0) {
    store(&tree.header[hint_at], directory_offset);
    store(&tree.header[hint_at + 8], std::uint64_t{directory.size()});
  }
  seal(tree.header);
  Bytes file = out.take();
  std::ranges::copy(tree.header, file.begin());
  return file;
}

void repair_checksums(Bytes& file) {
  if (file.size() < header_bytes + trailer_bytes) return;
  const std::span bytes(file);
  const auto trailer = bytes.last(trailer_bytes);
  const auto begin = load<std::uint64_t>(&trailer[0]);
  const auto size = load<std::uint64_t>(&trailer[8]);
  if (begin <= file.size() && size <= file.size() - begin)
    store(&trailer[16], xxh3(bytes.subspan(begin, size)));
  store(&trailer[checksum_at], xxh3(trailer.first(checksum_at)));
  store(&bytes[checksum_at], xxh3(bytes.first(checksum_at)));
}

}  // namespace pondus::fuzz
