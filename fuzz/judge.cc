#include "fuzz/judge.h"

#include <algorithm>

#include "codec/container/checksum.h"
#include "codec/container/tables.h"
#include "formats/tensor_reader.h"
#include "fuzz/file_tree.h"
#include "fuzz/require.h"

namespace pondus::fuzz {
namespace {

bool has_coded_block(const Record& record) {
  const Lines lines = record.lines();
  return std::ranges::any_of(record.blocks, [&](const BlockEntry& block) {
    const auto cells =
        lines.cells_before(block.first_line + block.lines) - lines.cells_before(block.first_line);
    return block.stored_bytes != plain_bytes(cells, record.bits);
  });
}

/// Notes what became of a tensor.
void note(const Record& record, const Result<void>& tensor, Judged& judged) {
  if (record.alias || record.unsupported != nullptr || !has_coded_block(record)) return;
  const std::string_view id = tensor ? "" : tensor.error().fault.id;
  if (id == "block.checksum") return;
  judged.reached = true;
  judged.decoded = judged.decoded || tensor.has_value() || id.starts_with("tensor.");
}

bool same(const Result<void>& a, const Result<void>& b) {
  if (a.has_value() != b.has_value()) return false;
  return a.has_value() ||
         (a.error().fault.id == b.error().fault.id && a.error().offset == b.error().offset &&
          a.error().tensor == b.error().tensor);
}

void read_all(const Model& model) {
  for (const Record& record : model.records()) {
    const auto reader = TensorReader::open(model, record);
    require_success(reader, "a tensor of a sound file opens");
    Bytes cells(record.decoded_bytes());
    require_success(reader->read(cells), "a tensor of a sound file reads");
    require(xxh3(cells) == reader->record().decoded_checksum, "its bytes hash to its record");
  }
}

/// The verdict on one thread.
Judged checked(const Model& model) {
  Judged judged;
  judged.verdict = model.check(
      1, [&](const Record& record, const Result<void>& tensor) { note(record, tensor, judged); });
  return judged;
}

void require_sense(const Error& error) {
  require(error.fault.kind != Kind::request, "a file is not the fault of a request");
  require(!describe(error).empty(), "an error describes itself");
}

}  // namespace

bool reaches_decoder(ByteSpan file, const Limits& limits) {
  const auto model = Model::open(file, limits);
  return model && checked(*model).reached;
}

Judged judge(ByteSpan file, const Limits& limits) {
  const auto model = Model::open(file, limits);
  if (!model) {
    require_sense(model.error());
    return {.verdict = model.error()};
  }
  Judged judged = checked(*model);
  // Threads are dear: one file in 16 pays for them.
  if (xxh3(file) % 16 == 0)
    require(same(judged.verdict, model->check(3)), "the verdict does not depend on threads");
  if (!judged.verdict) {
    require_sense(judged.verdict.error());
    return judged;
  }
  read_all(*model);
  const File* const opened = &model->file();
  static_cast<void>(judge_shard_set(std::span(&opened, 1)));
  const auto tree = FileTree::parse(file);
  require(tree && std::ranges::equal(tree->lay_out(), file), "a sound file is canonical");
  return judged;
}

}  // namespace pondus::fuzz
