#include "fuzz/tree_mutation.h"
#include "fuzz/tensors.h"

#include <algorithm>

#include "codec/base/dtype.h"
#include "codec/container/directory_layout.h"
#include "formats/statistics.h"
#include "fuzz/field_values.h"

namespace pondus::fuzz {
namespace {

namespace layout = directory_layout;

struct Field {
  std::uint32_t at;
  std::uint32_t bytes;
};

constexpr std::array<Field, 15> record_fields{{{layout::decoded_checksum_at, 8},
                                               {layout::offset_at, 8},
                                               {layout::nonzero_at, 8},
                                               {layout::distinct_at, 4},
                                               {layout::alias_at, 4},
                                               {layout::codebook_at, 4},
                                               {layout::code_at, 4},
                                               {layout::source_at, 4},
                                               {layout::encoding_at, 2},
                                               {layout::dtype_at, 1},
                                               {layout::dtype_at, 2},
                                               {layout::bits_at, 1},
                                               {layout::split_at, 1},
                                               {layout::direction_at, 1},
                                               {layout::reserved_at, 7}}};
constexpr std::array<Field, 3> table_fields{
    {{layout::table_kind_at, 2}, {layout::table_bits_at, 2}, {layout::table_reserved_at, 4}}};
constexpr std::array<Field, 8> header_fields{
    {{8, 2}, {10, 2}, {12, 4}, {16, 4}, {20, 1}, {21, 3}, {24, 8}, {40, 8}}};

template <std::size_t size, std::size_t count>
void change_one(std::array<std::byte, size>& fields, const std::array<Field, count>& list,
                Random& random) {
  const Field& field = list[random.below(count)];
  change_field(std::span(fields).subspan(field.at, field.bytes), random);
}

template <class Byte>
void change_bytes(Byte&& bytes, Random& random) {
  using Element = typename std::decay_t<Byte>::value_type;
  const std::size_t at = random.below(bytes.size() + 1);
  const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
  switch (random.below(4)) {
    case 0:
      bytes.insert(place, static_cast<Element>(random.next()));
      return;
    case 1:
      if (at < bytes.size()) bytes.erase(place);
      return;
    default:
      if (at < bytes.size())
        change_field(std::as_writable_bytes(std::span(bytes).subspan(at, 1)), random);
  }
}

/// Puts records back into order of name, references following.
void sort_records(FileTree& tree) {
  std::vector<std::uint32_t> order(tree.records.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(
      order, {}, [&](std::uint32_t i) -> const std::string& { return tree.records[i].name; });
  std::vector<std::uint32_t> places(order.size());
  std::vector<RecordNode> sorted;
  for (const std::uint32_t i : order) {
    places[i] = static_cast<std::uint32_t>(sorted.size());
    sorted.push_back(tree.records[i]);
  }
  for (RecordNode& record : sorted) {
    std::byte* const alias = &record.fields[layout::alias_at];
    const auto number = load<std::uint32_t>(alias);
    if (number != 0 && number <= places.size()) store(alias, places[number - 1] + 1);
  }
  tree.records = std::move(sorted);
}

void change_shape(RecordNode& record, Random& random) {
  const std::size_t at = random.below(record.dims.size() + 1);
  const auto place = record.dims.begin() + static_cast<std::ptrdiff_t>(at);
  if (random.one_in(4)) {
    record.dims.insert(place, random.below(4));
  } else if (at < record.dims.size() && random.one_in(4)) {
    record.dims.erase(place);
  } else if (at < record.dims.size()) {
    const bool swap = random.one_in(2);
    if (swap) std::swap(record.dims[at], record.dims[random.below(record.dims.size())]);
    if (!swap) record.dims[at] = telling_value(record.dims[at], random.one_in(4) ? 64 : 16, random);
  }
}

void change_blocks(RecordNode& record, Random& random) {
  if (record.blocks.empty()) return;
  const std::size_t at = random.below(record.blocks.size());
  const auto place = record.blocks.begin() + static_cast<std::ptrdiff_t>(at);
  switch (random.below(4)) {
    case 0:
      place->lines = static_cast<std::uint32_t>(telling_value(place->lines, 32, random));
      return;
    case 1:
      record.blocks.insert(place, BlockNode(*place));
      return;
    case 2:
      record.blocks.erase(place);
      return;
    default:
      std::swap(*place, record.blocks[random.below(record.blocks.size())]);
  }
}

/// Another record: a copy under a new name, or an alias.
void add_record(FileTree& tree, std::size_t number, Random& random) {
  RecordNode copy = tree.records[number];
  copy.name.push_back(static_cast<char>('a' + random.below(26)));
  if (random.one_in(2)) {
    const RecordNode& target = tree.records[number];
    copy.fields.fill(std::byte{0});
    copy.blocks.clear();
    std::copy_n(&target.fields[layout::dtype_at], 3, &copy.fields[layout::dtype_at]);
    store(&copy.fields[layout::alias_at], static_cast<std::uint32_t>(number + 1));
  }
  tree.records.push_back(std::move(copy));
  sort_records(tree);
}

void mutate_record(FileTree& tree, Random& random) {
  if (tree.records.empty()) return;
  const std::size_t number = random.below(tree.records.size());
  RecordNode& record = tree.records[number];
  switch (random.below(16)) {
    case 0:
      return change_one(record.fields, record_fields, random);
    case 1:
      return change_shape(record, random);
    case 2:
      change_bytes(record.name, random);
      return random.one_in(8) ? void() : sort_records(tree);
    case 3:
      return change_blocks(record, random);
    case 4:
      return add_record(tree, number, random);
    case 5:
      if (tree.records.size() > 1)
        tree.records.erase(tree.records.begin() + static_cast<std::ptrdiff_t>(number));
      return;
    case 6:
      record.place = random.below(1u << 16);
      return;
    case 7: {
      const std::size_t blocks = record.blocks.size();
      if (blocks != 0) change_bytes(record.blocks[random.below(blocks)].stored, random);
      return;
    }
    default:
      if (!record.blocks.empty())
        recode_block(tree, record, random.below(record.blocks.size()), random);
  }
}

void mutate_table(FileTree& tree, Random& random) {
  if (tree.tables.empty()) return;
  TableNode& table = tree.tables[random.below(tree.tables.size())];
  if (random.one_in(6)) return change_one(table.fields, table_fields, random);
  if (random.one_in(6)) return tree.tables.push_back(TableNode(table));
  if (random.one_in(6)) {
    table.place = random.below(1u << 16);
    return;
  }
  change_bytes(table.bytes, random);
  const auto bits = load<std::uint16_t>(&table.fields[layout::table_bits_at]);
  const bool codebook =
      load<std::uint16_t>(&table.fields[layout::table_kind_at]) == 1 && decodable_bits(bits);
  if (!codebook || random.one_in(8)) return;
  table.bytes.resize((table.bytes.size() + bits / 8u - 1) / (bits / 8u) * (bits / 8u));
  ValueSet values(bits / 8u);
  add_values(values, table.bytes);
  const PreparedTable* const sorted = values.table(TableUse::codebook);
  if (sorted != nullptr) table.bytes = sorted->bytes;
}

void mutate_metadata(FileTree& tree, Random& random) {
  if (tree.metadata.empty() || random.one_in(8)) {
    MetadataNode entry;
    entry.fields[2] = static_cast<std::byte>(1 + random.below(5));
    entry.key = std::string(1, static_cast<char>('a' + random.below(26)));
    entry.value.resize(random.below(9));
    tree.metadata.push_back(std::move(entry));
  }
  MetadataNode& entry = tree.metadata[random.below(tree.metadata.size())];
  switch (random.below(4)) {
    case 0:
      change_field(std::span(entry.fields).subspan(2, 2), random);
      break;
    case 1:
      change_bytes(entry.key, random);
      break;
    case 2:
      change_bytes(entry.value, random);
      break;
    default:
      break;
  }
  if (!random.one_in(8)) std::ranges::stable_sort(tree.metadata, {}, &MetadataNode::key);
}

}  // namespace

void mutate_tree(FileTree& tree, Random& random) {
  switch (random.below(24)) {
    case 0:
      return change_one(tree.header, header_fields, random);
    case 1:
      return mutate_metadata(tree, random);
    case 2:
    case 3:
      return mutate_table(tree, random);
    case 4:
    case 5:
    case 6:
      graft_tensor(tree, random);
      return sort_records(tree);
    default:
      return mutate_record(tree, random);
  }
}

}  // namespace pondus::fuzz
