#include "codec/container/directory_layout.h"
#include "formats/registry.h"
#include "formats/tensor_writer.h"
#include "fuzz/tensors.h"
#include "fuzz/tree_mutation.h"

namespace pondus::fuzz {
namespace {

constexpr std::uint64_t grafted_cells_most = 1024;
/// More tensors than this make a file slow to try, and teach little.
constexpr std::size_t records_most = 8;

/// A file of one tensor.
Bytes new_file(Random& random) {
  std::array<std::uint8_t, 256> choices{};
  for (std::uint8_t& choice : choices) choice = static_cast<std::uint8_t>(random.next());
  Input in(choices.data(), choices.size());
  const FuzzedTensor tensor = fuzzed_tensor(in, grafted_cells_most);
  const auto encodings = all_encodings();
  EncodeOptions options;
  options.encoding = encodings[random.below(encodings.size())];
  options.fallback = true;
  options.layout = static_cast<Layout>(random.below(3));
  MemoryOutput output;
  Writer writer(output);
  TensorInput input;
  const std::size_t name_bytes = 1 + random.below(3);
  input.name = std::string(name_bytes, static_cast<char>('a' + random.below(26)));
  input.dtype = tensor.dtype;
  input.shape = tensor.shape;
  input.cells = tensor.cells;
  if (!TensorWriter(writer, options).write(input) || !writer.finish()) return {};
  return output.take();
}

}  // namespace

void graft_tensor(FileTree& tree, Random& random) {
  const auto other = FileTree::parse(new_file(random));
  if (!other) return;
  if (tree.records.size() >= records_most || random.one_in(4)) tree.records.clear();
  RecordNode record = other->records[0];
  record.place = ~std::uint64_t{0};
  for (const std::uint32_t field : {directory_layout::codebook_at, directory_layout::code_at}) {
    std::byte* const table = &record.fields[field];
    if (load<std::uint32_t>(table) == 0) continue;
    tree.tables.push_back(other->tables[0]);
    tree.tables.back().place = ~std::uint64_t{0};
    store(table, static_cast<std::uint32_t>(tree.tables.size()));
  }
  tree.records.push_back(std::move(record));
}

void start_over(FileTree& tree, Random& random) {
  if (auto other = FileTree::parse(new_file(random))) tree = std::move(*other);
}

}  // namespace pondus::fuzz
