#include "fuzz/mutator.h"

#include <algorithm>

#include "codec/container/checksum.h"
#include "codec/container/directory_layout.h"
#include "formats/statistics.h"
#include "formats/tensor_reader.h"
#include "fuzz/field_values.h"
#include "fuzz/judge.h"
#include "fuzz/tree_mutation.h"

/// libFuzzer's own mutations; absent from programs without it.
extern "C" __attribute__((weak)) std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size,
                                                              std::size_t most);

namespace pondus::fuzz {
namespace {

namespace layout = directory_layout;

constexpr int tries_most = 4;

/// Makes the decoded checksum, nonzero and distinct of every tensor that decodes those of its
/// cells.
void repair_records(Bytes& file) {
  const Bytes before = file;
  const auto model = Model::open(before, small_limits);
  if (!model) return;
  for (const Record& record : model->records()) {
    const auto reader =
        record.alias ? Result<TensorReader>(Error{}) : TensorReader::open(*model, record);
    if (!reader) continue;
    Bytes cells(record.decoded_bytes());
    const auto read = reader->read(cells);
    if (!read && read.error().fault.id != "tensor.checksum") continue;
    CellCounter counter(reader->cell_bytes());
    counter.add(cells);
    std::byte* const fields = &file[record.record_offset];
    store(fields + layout::decoded_checksum_at, xxh3(cells));
    store(fields + layout::nonzero_at, counter.nonzero());
    store(fields + layout::distinct_at, recorded_distinct(counter.distinct()));
  }
  repair_checksums(file);
}

/// Changes a field of header, directory or trailer as it lies in the file.
void change_raw_field(Bytes& file, Random& random) {
  const auto begin = load<std::uint64_t>(&file[file.size() - trailer_bytes]);
  const bool in_header = random.one_in(4);
  const std::uint64_t first = in_header ? 0 : begin;
  const std::uint64_t end = in_header ? header_bytes : file.size();
  const std::uint64_t width = std::uint64_t{1} << random.below(4);
  const std::uint64_t at = (first + random.below(end - first)) / width * width;
  if (at + width <= file.size()) change_field(std::span(file).subspan(at, width), random);
}

Bytes changed_raw(FileTree tree, Random& random) {
  if (random.one_in(2)) mutate_tree(tree, random);
  Bytes file = tree.lay_out();
  change_raw_field(file, random);
  if (!random.one_in(4)) repair_checksums(file);
  return file;
}

/// Most files come to the decoder of a payload: one that does not is changed in another way, or
/// given up for a new one.
Bytes changed(const FileTree& tree, Random& random) {
  FileTree copy = tree;
  for (std::uint64_t left = 1 + random.below(3); left > 0; --left) mutate_tree(copy, random);
  Bytes file = copy.lay_out();
  const int tries = random.one_in(4) ? 0 : tries_most;
  for (int i = 0; i < tries && !reaches_decoder(file, small_limits); ++i) {
    copy = tree;
    if (i >= tries_most / 2) start_over(copy, random);
    mutate_tree(copy, random);
    file = copy.lay_out();
  }
  return file;
}

std::size_t put(const Bytes& file, std::uint8_t* data, std::size_t size, std::size_t most,
                unsigned seed) {
  if (file.size() > most) return mutate_bytes(data, size, most, seed);
  std::memcpy(data, file.data(), file.size());
  return file.size();
}

}  // namespace

std::size_t mutate_bytes(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  if (LLVMFuzzerMutate != nullptr) return LLVMFuzzerMutate(data, size, most);
  Random random(seed);
  if (size < most && random.one_in(4)) {
    const std::size_t at = random.below(size + 1);
    std::copy_backward(data + at, data + size, data + size + 1);
    data[at] = static_cast<std::uint8_t>(random.next());
    return size + 1;
  }
  if (size > 0 && random.one_in(4)) {
    const std::size_t at = random.below(size);
    std::copy(data + at + 1, data + size, data + at);
    return size - 1;
  }
  if (size > 0)
    change_field(std::as_writable_bytes(std::span(data + random.below(size), 1)), random);
  return size;
}

std::size_t mutate_file(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  Random random(seed);
  const auto tree = FileTree::parse(std::as_bytes(std::span(data, size)));
  if (!tree || random.one_in(64)) return mutate_bytes(data, size, most, seed);
  Bytes file = random.one_in(8) ? changed_raw(*tree, random) : changed(*tree, random);
  if (!random.one_in(4)) repair_records(file);
  if (random.one_in(32))
    change_field(std::span(file).subspan(random.below(file.size()), 1), random);
  return put(file, data, size, most, seed);
}

}  // namespace pondus::fuzz
