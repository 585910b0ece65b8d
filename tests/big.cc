// 2^32 + 1 cells, block by block: sizes beyond 32 bits, in memory that does not grow with them.
#include <sys/mman.h>
#include <sys/resource.h>

#include <iostream>
#include <map>
#include <stdexcept>

#include "codec/container/checksum.h"
#include "formats/registry.h"
#include "formats/tensor_reader.h"
#include "tests/support.h"

namespace pondus::test {
namespace {

constexpr std::uint64_t cell_count = (std::uint64_t{1} << 32) + 1;
constexpr long resident_most_kib = 1 << 20;

void require(bool condition, const std::string& what) {
  if (!condition) throw std::runtime_error(what);
}

/// Zeros that take no memory until they are written.
class Zeros {
 public:
  Zeros()
      : address_(::mmap(nullptr, cell_count, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) {
    require(address_ != MAP_FAILED, "no address space");
    ::madvise(address_, cell_count, MADV_NOHUGEPAGE);
  }
  ~Zeros() { ::munmap(address_, cell_count); }
  Zeros(const Zeros&) = delete;
  Zeros& operator=(const Zeros&) = delete;

  std::span<std::byte> cells() const { return {static_cast<std::byte*>(address_), cell_count}; }

 private:
  void* address_;
};

long resident_kib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

Bytes encode(ByteSpan cells, const char* encoding) {
  EncodeOptions options;
  options.encoding = find_encoding(std::string_view(encoding));
  options.threads = 2;
  options.verify = false;
  TensorInput input;
  input.name = "big";
  input.dtype = Dtype::u8;
  input.shape = shape_of({cell_count});
  input.cells = cells;
  MemoryOutput output;
  Writer writer(output);
  TensorWriter(writer, options).write(input).value();
  writer.finish().value();
  return output.take();
}

/// What the blocks of a file hold, against the bytes that were set.
void check_blocks(const Bytes& file, const std::map<std::uint64_t, std::byte>& entries) {
  const Model model = std::move(Model::open(file).value());
  const Record& record = model.records().at(0);
  require(record.nonzero == entries.size(), "another number of entries");
  require(record.shape.cells() == cell_count, "another shape");
  Xxh3 hash;
  std::uint64_t cells = 0;
  std::map<std::uint64_t, std::byte> found;
  const auto visit = [&](LineRange, ByteSpan block) -> Result<void> {
    hash.update(block);
    const bool any = std::memchr(block.data(), 0, block.size()) != block.data() ||
                     std::memcmp(block.data(), block.data() + 1, block.size() - 1) != 0;
    for (std::size_t i = 0; any && i < block.size(); ++i) {
      if (block[i] != std::byte{0}) found.emplace(cells + i, block[i]);
    }
    cells += block.size();
    return {};
  };
  TensorReader::open(model, record).value().for_each_block(visit).value();
  require(cells == cell_count, "another number of cells");
  require(found == entries, "other entries");
  require(hash.digest() == record.decoded_checksum, "another checksum");
}

void check_last_line(const Bytes& file, std::byte last) {
  const Model model = std::move(Model::open(file).value());
  const auto reader = std::move(TensorReader::open(model, model.records().at(0)).value());
  require(reader.lines().count() == 65537, "another number of lines");
  Bytes cell(1);
  reader.read_lines({65536, 65537}, cell).value();
  require(cell[0] == last, "another last cell");
}

void run(const char* encoding, const std::map<std::uint64_t, std::byte>& entries) {
  const Zeros zeros;
  for (const auto& [place, cell] : entries) zeros.cells()[place] = cell;
  const Bytes file = encode(zeros.cells(), encoding);
  check_blocks(file, entries);
  check_last_line(file,
                  entries.contains(cell_count - 1) ? entries.at(cell_count - 1) : std::byte{0});
  std::cout << encoding << ": " << cell_count << " cells in " << file.size() << " bytes, resident "
            << resident_kib() / 1024 << " MiB\n";
}

}  // namespace
}  // namespace pondus::test

int main() {
  if (pondus::test::instrumented) {
    std::cout << "skipped: too slow with a sanitizer\n";
    return 77;
  }
  try {
    constexpr std::uint64_t wide = std::uint64_t{1} << 32;
    pondus::test::run("csc", {{0, std::byte{1}},
                              {(wide >> 1) + 5, std::byte{2}},
                              {wide - 1, std::byte{3}},
                              {wide, std::byte{4}}});
    pondus::test::run("index_map", {});
    pondus::test::require(pondus::test::resident_kib() < pondus::test::resident_most_kib,
                          "more than 1 GiB resident");
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
  return 0;
}
