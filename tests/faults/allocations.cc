// The n-th allocation fails, for every n: nothing leaks, what was opened can be used again, and
// nothing but the failure is different.
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <sstream>

#include "codec/container/output.h"
#include "formats/pondus.h"
#include "formats/registry.h"
#include "formats/tensor_reader.h"
#include "formats/tensor_writer.h"
#include "tests/support.h"

namespace {

constexpr long never = -1;
std::atomic<long> left_until_failure{never};
std::atomic<long> live_blocks{0};

void* allocate(std::size_t size, std::size_t alignment) {
  if (left_until_failure.load() != never && left_until_failure-- == 0) throw std::bad_alloc();
  void* const block = std::aligned_alloc(alignment, (size + alignment) / alignment * alignment);
  if (block == nullptr) throw std::bad_alloc();
  ++live_blocks;
  return block;
}

void release(void* block) {
  if (block == nullptr) return;
  --live_blocks;
  std::free(block);
}

}  // namespace

// All other forms of new and delete call these.
void* operator new(std::size_t size) { return allocate(size, alignof(std::max_align_t)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* block) noexcept { release(block); }
void operator delete(void* block, std::size_t) noexcept { release(block); }
void operator delete(void* block, std::align_val_t) noexcept { release(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { release(block); }

namespace pondus::test {
namespace {

/// Runs `work` with the n-th allocation failing, for n = 0, 1, ... until it comes to its end; gives
/// the number of failures. `work` must give the same afterwards as before.
template <class Work>
long fail_each(Work&& work) {
  for (long n = 0;; ++n) {
    const long before = live_blocks;
    left_until_failure = n;
    try {
      work();
    } catch (const std::bad_alloc&) {
      BOOST_REQUIRE(left_until_failure < 0);
    }
    const bool failed = left_until_failure < 0;  // some can do without
    left_until_failure = never;
    BOOST_REQUIRE_EQUAL(live_blocks.load(), before);
    if (!failed) return n;
  }
}

std::vector<Tensor> tensors() {
  return {sparse_tensor("a", Dtype::f32, shape_of({25, 30}), 0.2, 9, 1),
          sparse_tensor("b", Dtype::u16, shape_of({400}), 0.9, 300, 2)};
}

/// The tensors with one encoding where it can be, on two threads.
EncodeOptions options_of(const Encoding& encoding) {
  EncodeOptions options;
  options.encoding = &encoding;
  options.fallback = true;
  options.threads = 2;
  return options;
}

template <class Work>
void for_each_encoding(const char* what, Work&& work) {
  std::ostringstream counts;
  for (const Encoding* const encoding : all_encodings()) {
    BOOST_TEST_CONTEXT(encoding->name) {
      counts << ' ' << encoding->name << ' ' << work(*encoding);
    }
  }
  BOOST_TEST_MESSAGE(what << ", failed allocations:" << counts.str());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(allocations)

BOOST_AUTO_TEST_CASE(while_encoding) {
  const auto given = tensors();
  for_each_encoding("encode", [&](const Encoding& encoding) {
    const EncodeOptions options = options_of(encoding);
    const Bytes expected = write_file(given, options).value();
    return fail_each([&] {
      const auto file = write_file(given, options);
      if (*file != expected) std::abort();
    });
  });
}

BOOST_AUTO_TEST_CASE(while_opening_and_checking) {
  for_each_encoding("open and check", [](const Encoding& encoding) {
    const Bytes file = write_file(tensors(), options_of(encoding)).value();
    return fail_each([&] {
      const auto model = Model::open(file);
      if (!model || !model->check(2)) std::abort();
    });
  });
}

BOOST_AUTO_TEST_CASE(a_reader_can_be_used_again) {
  for_each_encoding("read", [](const Encoding& encoding) {
    const auto given = tensors();
    const Bytes file = write_file(given, options_of(encoding)).value();
    const Model model = std::move(Model::open(file).value());
    const Record& record = *model.find("a");
    Bytes cells(record.decoded_bytes());
    TensorReader::open(model, record)
        .value()
        .read(cells, 2)
        .value();  // tables are kept from now on
    return fail_each([&] {
      const auto reader = TensorReader::open(model, record);
      if (!reader || !reader->read(cells, 2) || cells != given[0].cells) std::abort();
    });
  });
}

BOOST_AUTO_TEST_CASE(through_the_c_interface) {
  const Bytes file = write_file(tensors(), {}).value();
  const long failures = fail_each([&] {
    pondus_error error{};
    pondus_file* const opened = pondus_open_memory(file.data(), file.size(), nullptr, &error);
    const pondus_status status = opened == nullptr ? error.status : pondus_check(opened, 2, &error);
    pondus_close(opened);
    if (status == PONDUS_OK) return;
    if (status != PONDUS_NO_MEMORY || error.label[0] != 0) std::abort();
  });
  BOOST_TEST_MESSAGE("C interface, failed allocations: " << failures);
  BOOST_TEST(failures > 0);
}

BOOST_AUTO_TEST_CASE(no_file_stays) {
  std::string folder = (std::filesystem::temp_directory_path() / "pondus-XXXXXX").string();
  BOOST_REQUIRE(mkdtemp(folder.data()) != nullptr);
  const auto given = tensors();
  const auto path = (std::filesystem::path(folder) / "a.pondus").string();
  const long failures = fail_each([&] {
    auto output = FileOutput::create(path);
    if (!output) std::abort();
    Writer writer(*output);
    TensorWriter tensor_writer(writer, {});
    if (!tensor_writer.write(input_of(given[0]))) std::abort();
  });
  BOOST_TEST_MESSAGE("new file, failed allocations: " << failures);
  BOOST_TEST(failures > 0);
  BOOST_TEST(std::filesystem::is_empty(folder));
  std::filesystem::remove_all(folder);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pondus::test
