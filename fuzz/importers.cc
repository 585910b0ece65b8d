// Any bytes as a file of other formats: .npy, .npz, .safetensors, and the index of a sharded model.
// The first byte says which.
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz/import_mutator.h"
#include "fuzz/input.h"
#include "fuzz/require.h"
#include "fuzz/stats.h"
#include "tools/io/input.h"
#include "tools/io/safetensors_index.h"

namespace pondus::fuzz {
namespace {

/// A tensor beyond this is not read: .npz holds compressed ones.
constexpr std::uint64_t read_cells_most = 1u << 20;

Result<MappedFile> mapped(ByteSpan bytes) {
  const int descriptor = ::memfd_create("input", MFD_CLOEXEC);
  require(descriptor >= 0, "there is memory for a file");
  require(::write(descriptor, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()),
          "it takes the input");
  return MappedFile::map(descriptor, "input");
}

void read_all(const pondus::Input& input) {
  for (std::size_t i = 0; i < input.tensors().size(); ++i) {
    const InputTensor& tensor = input.tensors()[i];
    if (tensor.shape.cells() > read_cells_most) continue;
    const auto cells = input.cells(i);
    if (!cells) continue;
    require(cells->view.size() == tensor.shape.cells() * cell_bytes(tensor.dtype),
            "a tensor has the bytes of its shape");
  }
}

void import(std::uint8_t format, ByteSpan bytes) {
  if (format % 4 == 3) {
    WeightMap map;
    stats.decoded += !read_weight_map(as_text(bytes), map);
    return;
  }
  auto file = mapped(bytes);
  require_success(file, "an input in memory can be mapped");
  const auto open = format % 4 == 0 ? open_npy : format % 4 == 1 ? open_npz : open_safetensors;
  const auto input = open("input", std::move(*file));
  if (!input) return require(!describe(input.error()).empty(), "an error describes itself");
  read_all(**input);
  ++stats.decoded;
}

}  // namespace
}  // namespace pondus::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pondus::fuzz;
  ++stats.executions;
  if (size == 0) return 0;
  ++stats.reached;
  import(data[0], std::as_bytes(std::span(data + 1, size - 1)));
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned seed) {
  return pondus::fuzz::mutate_import(data, size, most, seed);
}
