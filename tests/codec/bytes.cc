#include <boost/test/unit_test.hpp>

#include "codec/base/checked.h"
#include "codec/bits/byte_reader.h"
#include "codec/bits/byte_writer.h"
#include "tests/support.h"

namespace pondus::test {
namespace {

constexpr Fault past_end{"test.past-end", Kind::malformed};
constexpr Fault other{"test.other", Kind::malformed};

/// Any of the reads, in bytes of input: what it must give is known from `bytes` and the position.
void read_and_compare(ByteReader& reader, const Bytes& bytes, std::size_t& at, bool& failed,
                      std::uint64_t size) {
  const bool fits = !failed && size <= bytes.size() - at;
  std::uint64_t expected = 0;
  if (fits) expected = get_cell(ByteSpan(bytes).subspan(at), 0, static_cast<std::uint32_t>(size));
  const std::uint64_t got = size == 1   ? reader.word<std::uint8_t>()
                            : size == 2 ? reader.word<std::uint16_t>()
                            : size == 4 ? reader.word<std::uint32_t>()
                                        : reader.word<std::uint64_t>();
  BOOST_REQUIRE_EQUAL(got, expected);
  failed = failed || !fits;
  if (fits) at += size;
}

/// Not inlined, so that g++ 12 does not warn of what it believes to know of the vector inside.
[[gnu::noinline]] void write_every_kind(ByteWriter& writer) {
  writer.word(std::uint8_t{0x12});
  writer.word(std::uint16_t{0x3456});
  writer.text("ab");
  writer.zeros(2);
  writer.extend(1)[0] = std::byte{9};
  writer.word(std::uint32_t{0x789ABCDE});
  writer.word(std::uint64_t{0x0102030405060708});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(byte_reader)

BOOST_AUTO_TEST_CASE(words_until_the_end_and_zeros_after) {
  Random random(2);
  for (int round = 0; round < 2000; ++round) {
    Bytes bytes(random.below(24));
    for (auto& byte : bytes) byte = static_cast<std::byte>(random.below(256));
    ByteReader reader(bytes, 1000);
    reader.end_fault(past_end, 77);
    std::size_t at = 0;
    bool failed = false;
    for (int i = 0; i < 8; ++i) {
      read_and_compare(reader, bytes, at, failed, std::uint64_t{1} << random.below(4));
      BOOST_REQUIRE_EQUAL(reader.ok(), !failed);
      BOOST_REQUIRE_EQUAL(reader.offset(), 1000 + at);
      BOOST_REQUIRE_EQUAL(reader.left(), failed ? 0 : bytes.size() - at);
    }
    if (!failed) continue;
    BOOST_TEST(reader.error().fault.id == past_end.id);
    BOOST_TEST(reader.error().offset == 77u);
  }
}

BOOST_AUTO_TEST_CASE(the_first_fault_stays) {
  const Bytes bytes(4, std::byte{0xFF});
  ByteReader reader(bytes, 10);
  reader.end_fault(past_end, 10);
  BOOST_TEST(reader.require(true, other, 11));
  BOOST_TEST(!reader.require(false, other, 12));
  BOOST_TEST(!reader.require(true, past_end, 13));
  reader.fail(past_end, 14);
  BOOST_TEST(reader.word<std::uint32_t>() == 0u);
  BOOST_TEST(reader.take(1).empty());
  BOOST_TEST(reader.error().fault.id == other.id);
  BOOST_TEST(reader.error().offset == 12u);
}

BOOST_AUTO_TEST_CASE(huge_counts) {
  const Bytes bytes(4);
  for (const std::uint64_t count : {std::uint64_t{5}, std::uint64_t{1} << 32, ~std::uint64_t{0}}) {
    ByteReader huge(bytes);
    huge.end_fault(past_end, 0);
    BOOST_TEST(huge.take(count).empty());
    BOOST_TEST(!huge.ok());
  }
}

BOOST_AUTO_TEST_CASE(writer_and_reader_mirror_each_other) {
  ByteWriter writer;
  write_every_kind(writer);
  const std::uint8_t expected[] = {0x12, 0x56, 0x34, 'a', 'b', 0, 0, 9, 0xDE, 0xBC,
                                   0x9A, 0x78, 8,    7,   6,   5, 4, 3, 2,    1};
  BOOST_TEST(writer.size() == sizeof expected);
  BOOST_TEST(std::memcmp(writer.written().data(), expected, sizeof expected) == 0);
}

BOOST_AUTO_TEST_CASE(checked_arithmetic_at_the_edges) {
  __extension__ using Wide = unsigned __int128;
  std::vector<std::uint64_t> edges{0, 1, 2, 3, 0xFFFFFFFF, 0x100000000, 0x100000001};
  for (std::uint64_t i = 0; i < 4; ++i) edges.push_back(~i);
  for (std::uint32_t bit = 47; bit < 64; ++bit) edges.push_back(std::uint64_t{1} << bit);
  for (const std::uint64_t a : edges) {
    for (const std::uint64_t b : edges) {
      const bool adds = static_cast<Wide>(a) + b <= ~std::uint64_t{0};
      const bool multiplies = static_cast<Wide>(a) * b <= ~std::uint64_t{0};
      BOOST_TEST((checked_add(a, b) == (adds ? std::optional(a + b) : std::nullopt)));
      BOOST_TEST((checked_multiply(a, b) == (multiplies ? std::optional(a * b) : std::nullopt)));
      if (b != 0)
        BOOST_TEST(ceil_div(a, b) ==
                   static_cast<std::uint64_t>((static_cast<Wide>(a) + b - 1) / b));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pondus::test
