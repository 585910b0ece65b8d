#include "tests/sound_file.h"

#include <algorithm>

#include "codec/container/checksum.h"
#include "codec/container/directory_layout.h"

namespace pondus::test {
namespace {

/// All of a sound file.
void write_all(Writer& writer, const Encoding& encoding) {
  EncodeOptions options;
  options.encoding = &encoding;
  options.fallback = true;
  TensorWriter tensor_writer(writer, options);
  tensor_writer.write(input_of(sparse_tensor("a", Dtype::u16, shape_of({25, 30}), 0.05, 3, 1)))
      .value();
  write_in_blocks(writer, encoding,
                  sparse_tensor("blocks", Dtype::u16, shape_of({24, 20}), 0.1, 3, 3), 8);
  TensorInput named = input_of(sparse_tensor("", Dtype::f32, shape_of({0}), 0, 1, 1));
  named.name = "empty";
  named.source =
      writer
          .add_table(TableKind::source, 0, write_source({SourceForm::safetensors_kept, "n", "{}"}))
          .value();
  tensor_writer.write(named).value();
  tensor_writer.write(input_of(sparse_tensor("z", Dtype::u8, shape_of({10}), 1, 200, 2))).value();
  writer.add_alias("copy", "a", std::nullopt).value();
  writer.add_metadata({"format", MetadataType::string, "pt"}).value();
  writer.add_metadata({"flag", MetadataType::boolean, std::string(1, '\1')}).value();
}

void put_checksum(Bytes& file, std::size_t at, std::size_t begin, std::size_t size,
                  std::uint64_t seed = 0) {
  store(&file[at], xxh3(ByteSpan(file).subspan(begin, size), seed));
}

}  // namespace

void write_in_blocks(Writer& writer, const Encoding& encoding, const Tensor& tensor,
                     std::uint64_t lines_most) {
  const Matrix matrix{tensor.cells, tensor.shape, 1, tensor.width()};
  const CellStatistics statistics = cell_statistics(tensor.cells, tensor.width());
  ValueSet values(tensor.width());
  values.add(statistics);
  const PreparedTable* const table = values.table(encoding.table_use);
  Record record;
  record.name = tensor.name;
  record.dtype = static_cast<std::uint8_t>(tensor.dtype);
  record.bits = static_cast<std::uint8_t>(8 * tensor.width());
  record.shape = tensor.shape;
  record.split = 1;
  record.encoding = encoding.id;
  if (table != nullptr) {
    const bool codebook = encoding.table_use == TableUse::codebook;
    (codebook ? record.codebook : record.code) =
        writer
            .add_table(codebook ? TableKind::codebook : TableKind::code, record.bits, table->bytes)
            .value();
  }
  writer.begin_tensor(std::move(record)).value();
  const Lines lines = matrix.lines(Direction::rows);
  for (std::uint64_t begin = 0; begin < lines.count(); begin += lines_most) {
    const std::uint64_t end = std::min(lines.count(), begin + lines_most);
    const BlockLines block{lines, {begin, end}, tensor.width()};
    Bytes scratch;
    const Bytes stored = encode_block(encoding, table == nullptr ? Tables() : table->tables, block,
                                      gather(matrix, block, scratch));
    writer.append_block(stored, block.count()).value();
  }
  writer.end_tensor(xxh3(tensor.cells), statistics.nonzero, recorded_distinct(statistics.distinct))
      .value();
}

Bytes sound_file(const Encoding& encoding) {
  MemoryOutput first;
  Writer first_pass(first);
  write_all(first_pass, encoding);
  MemoryOutput output;
  Writer writer(output);
  write_all(writer, encoding);
  writer.add_table(TableKind::shard, 0, write_shard({0, {first_pass.content_hash()}})).value();
  writer.finish().value();
  return output.take();
}

std::atomic<std::uint64_t> files_read = 0;

Result<Cells> read_all(const Bytes& file) {
  ++files_read;
  auto model = Model::open(file);
  if (!model) return model.error();
  if (auto checked = model->check(); !checked) return checked.error();
  Cells cells;
  for (const Record& record : model->records()) cells.push_back(read_cells(*model, record.name));
  return cells;
}

std::string guard(const Model& sound, std::uint64_t at) {
  const Trailer& trailer = sound.file().trailer();
  if (at < 8) return "header.magic";
  if (at < header_bytes) return "header.checksum";
  const std::uint64_t in_trailer = at - std::min(at, sound.file().file_bytes() - trailer_bytes);
  if (at >= sound.file().file_bytes() - trailer_bytes) {
    return in_trailer >= 48 && in_trailer < 56 ? "trailer.magic" : "trailer.checksum";
  }
  if (at >= trailer.directory_offset) return "directory.checksum";
  for (const TableEntry& table : sound.file().tables()) {
    if (at - table.offset < table.bytes) return "table.checksum";
  }
  for (const Record& record : sound.records()) {
    for (const BlockEntry& block : record.blocks) {
      if (at - block.offset < block.stored_bytes) return "block.checksum";
    }
  }
  return "file.padding";
}

void repair(Bytes& file, const Model& sound) {
  namespace layout = directory_layout;
  const Trailer& trailer = sound.file().trailer();
  const auto& records = sound.records();
  std::size_t at =
      trailer.directory_offset + layout::head_bytes + records.size() * layout::record_bytes;
  for (const Record& record : records) at += record.shape.rank() * layout::dim_bytes;
  for (const TableEntry& table : sound.file().tables()) {
    put_checksum(file, at + 16, table.offset, table.bytes);
    at += layout::table_entry_bytes;
  }
  for (const Record& record : records) {
    for (std::size_t i = 0; i < record.blocks.size(); ++i) {
      put_checksum(file, at, record.blocks[i].offset, record.blocks[i].stored_bytes, i);
      at += layout::block_entry_bytes;
    }
  }
  const std::size_t trailer_at = file.size() - trailer_bytes;
  put_checksum(file, trailer_at + 16, trailer.directory_offset, trailer.directory_bytes);
  put_checksum(file, trailer_at + 56, trailer_at, 56);
  put_checksum(file, 56, 0, 56);
}

}  // namespace pondus::test
