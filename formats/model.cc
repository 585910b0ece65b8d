#include "formats/model.h"

#include <optional>

#include "codec/container/tables.h"
#include "formats/registry.h"
#include "formats/tensor_reader.h"

namespace pondus {
namespace {

/// Step 8 for a tensor that this reader cannot decode.
Result<void> check_stored(const File& file, const Record& record) {
  for (std::size_t i = 0; i < record.blocks.size(); ++i) {
    if (auto sound = file.check_block(record, i); !sound) return sound;
  }
  return unsupported_error(record);
}

}  // namespace

Result<Model> Model::open(ByteSpan bytes, const Limits& limits) {
  auto file = File::open(bytes, limits, find_encoding_rules);
  if (!file) return file.error();
  return Model(std::move(*file));
}

template <class Table>
Result<Table> Model::judged_table(std::uint32_t number,
                                  std::unordered_map<std::uint32_t, Table>& kept) const {
  constexpr std::uint64_t kept_bytes_least = 4096;
  const TableEntry& entry = file_.tables()[number];
  if (entry.bytes >= kept_bytes_least) {
    const std::lock_guard lock(judged_->mutex);
    if (const auto at = kept.find(number); at != kept.end()) return at->second;
  }
  if (auto sound = file_.check_table(entry); !sound) return sound.error();
  auto table = Table::read(file_.bytes(entry), entry.bits / 8u, entry.offset);
  if (table && entry.bytes >= kept_bytes_least) {
    const std::lock_guard lock(judged_->mutex);
    kept.emplace(number, *table);
  }
  return table;
}

Result<Codebook> Model::codebook(std::uint32_t table) const {
  return judged_table(table, judged_->codebooks);
}

Result<CodeTable> Model::code(std::uint32_t table) const {
  return judged_table(table, judged_->codes);
}

Result<void> Model::check_table(std::uint32_t number, std::uint64_t& taken_bytes) const {
  const TableEntry& table = file_.tables()[number];
  const auto outcome = [](const auto& judged) { return judged ? Result<void>() : judged.error(); };
  switch (table.kind) {
    case TableKind::codebook:
      return outcome(codebook(number));
    case TableKind::code:
      return outcome(code(number));
    case TableKind::source:
      return outcome(read_source(file_, table, taken_bytes));
    case TableKind::shard:
      return outcome(read_shard(file_, table));
    default:
      return file_.check_table(table);
  }
}

Result<void> Model::check_parts() const {
  if (auto sound = file_.check_padding(); !sound) return sound;
  std::uint64_t taken_bytes = file_.table_bytes();
  for (std::uint32_t i = 0; i < file_.tables().size(); ++i) {
    if (auto sound = check_table(i, taken_bytes); !sound) return sound;
  }
  return {};
}

Result<void> Model::check_tensor(const Record& record, unsigned threads) const {
  if (record.unsupported != nullptr) return check_stored(file_, record);
  const auto reader = TensorReader::open(*this, record);
  return reader ? reader->check(threads) : reader.error();
}

Result<void> Model::check(unsigned threads, const Progress& progress) const {
  if (auto sound = check_parts(); !sound) return sound;
  std::optional<Error> unsupported;
  for (const Record& record : records()) {
    auto checked = record.alias ? Result<void>() : check_tensor(record, threads);
    if (progress) progress(record, checked);
    if (checked) continue;
    if (checked.error().fault.kind != Kind::unsupported) return checked;
    if (!unsupported) unsupported = checked.error();
  }
  if (unsupported) return *unsupported;
  return {};
}

}  // namespace pondus
