// A line range decodes from its own blocks: all pages without them are out of reach meanwhile.
#include <sys/mman.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <iostream>

#include "formats/registry.h"
#include "formats/tensor_reader.h"
#include "tests/support.h"

namespace pondus::test {
namespace {

constexpr std::uint64_t rows = 3000;
constexpr std::uint64_t cols = 700;

/// A file in pages of its own, which can be put out of reach.
class Pages {
 public:
  explicit Pages(const Bytes& file)
      : bytes_(file.size()),
        address_(static_cast<std::byte*>(
            ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {
    std::ranges::copy(file, address_);
  }
  ~Pages() { ::munmap(address_, bytes_); }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  ByteSpan bytes() const { return {address_, bytes_}; }

  /// Puts the whole pages of [begin, end) out of reach, and gives their bytes.
  std::uint64_t forbid(std::uint64_t begin, std::uint64_t end) const {
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    begin = (begin + page - 1) / page * page;
    end = end / page * page;
    if (begin >= end) return 0;
    BOOST_REQUIRE_EQUAL(::mprotect(address_ + begin, end - begin, PROT_NONE), 0);
    return end - begin;
  }

 private:
  std::uint64_t bytes_;
  std::byte* address_;
};

Tensor sparse_tensor() {
  Random random(20);
  return make_tensor("t", Dtype::f32, shape_of({rows, cols}), [&](std::size_t) {
    return random.chance(0.5) ? std::uint64_t{0} : 0x3F000000 + random.below(30);
  });
}

void check(const Tensor& tensor, const Encoding& encoding) {
  EncodeOptions options;
  options.encoding = &encoding;
  const auto file = write_file({tensor}, options);
  if (!file) return;
  const Pages pages(*file);
  const Model model = std::move(Model::open(pages.bytes()).value());
  const Record& record = model.records()[0];
  const auto reader = std::move(TensorReader::open(model, record).value());
  BOOST_REQUIRE(record.blocks.size() > 2);
  const BlockEntry& block = record.blocks[record.blocks.size() / 2];
  const LineRange range{block.first_line, block.first_line + block.lines};
  Bytes expected(reader.lines().cells_before(range.end) * 4 -
                 reader.lines().cells_before(range.begin) * 4);
  Bytes cells(expected.size());
  reader.read_lines(range, expected).value();
  const BlockEntry& last = record.blocks.back();
  const std::uint64_t out_of_reach =
      pages.forbid(record.offset, block.offset) +
      pages.forbid(block.offset + block.stored_bytes, last.offset + last.stored_bytes);
  BOOST_TEST(label(reader.read_lines(range, cells)) == "ok");
  BOOST_TEST((cells == expected));
  std::cout << encoding.name << ": " << block.stored_bytes << " bytes hold lines " << range.begin
            << " to " << range.end << "; " << out_of_reach << " of the file's " << file->size()
            << " are out of reach\n";
}

}  // namespace

BOOST_AUTO_TEST_CASE(bytes_touched) {
  const Tensor tensor = sparse_tensor();
  for (const Encoding* const encoding : all_encodings()) {
    if (encoding->symbols == Symbols::none) continue;  // a line costs its block, here the only one
    BOOST_TEST_CONTEXT(encoding->name) { check(tensor, *encoding); }
  }
}

}  // namespace pondus::test
