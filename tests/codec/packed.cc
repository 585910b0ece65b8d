#include "codec/bits/packed.h"

#include <algorithm>

#include <boost/test/unit_test.hpp>

#include "codec/bits/lookup.h"
#include "tests/support.h"

namespace pondus::test {
namespace {

/// The bit string of the specification, one element per bit.
Bytes packed_by_definition(const std::vector<std::uint32_t>& values, std::uint32_t width) {
  std::vector<bool> bits;
  for (const std::uint32_t value : values) {
    for (std::uint32_t i = 0; i < width; ++i) bits.push_back(value >> i & 1);
  }
  Bytes bytes((bits.size() + 7) / 8);
  for (std::size_t i = 0; i < bits.size(); ++i) {
    if (bits[i]) bytes[i / 8] |= std::byte{1} << (i % 8);
  }
  return bytes;
}

std::vector<std::uint32_t> some_values(Random& random, std::size_t count, std::uint32_t width) {
  const std::uint64_t end = std::uint64_t{1} << width;
  std::vector<std::uint32_t> values(count);
  for (auto& value : values) {
    const std::uint64_t kind = random.below(4);
    value = static_cast<std::uint32_t>(kind == 0 ? 0 : kind == 1 ? end - 1 : random.below(end));
  }
  return values;
}

void check_reading(const Bytes& bytes, const std::vector<std::uint32_t>& values,
                   std::uint32_t width) {
  std::vector<std::uint32_t> read(values.size());
  BOOST_REQUIRE(unpack(bytes, width, read));
  BOOST_REQUIRE(read == values);
  const std::size_t used = values.size() * width % 8;
  for (std::size_t bit = used; used != 0 && bit < 8; ++bit) {
    Bytes padded = bytes;
    padded.back() |= std::byte{1} << bit;
    BOOST_REQUIRE(!unpack(padded, width, read));
    BOOST_REQUIRE(read == values);
  }
}

std::uint8_t greatest(const std::vector<std::uint8_t>& bytes) {
  return bytes.empty() ? std::uint8_t{0} : std::ranges::max(bytes);
}

void check_packing(const std::vector<std::uint32_t>& values, std::uint32_t width,
                   const Bytes& expected) {
  Bytes packed(expected.size());
  pack(std::span<const std::uint32_t>(values), width, packed);
  BOOST_REQUIRE(packed == expected);
  if (width > 8) return;
  std::vector<std::uint8_t> bytes;
  for (const std::uint32_t value : values) bytes.push_back(static_cast<std::uint8_t>(value));
  packed.assign(expected.size(), std::byte{0});
  pack(std::span<const std::uint8_t>(bytes), width, packed);
  BOOST_REQUIRE(packed == expected);
  std::vector<std::uint8_t> unpacked(bytes.size());
  if (width != 0) BOOST_REQUIRE_EQUAL(unpack_bytes(packed, width, unpacked), greatest(bytes));
  if (width != 0) BOOST_REQUIRE(unpacked == bytes);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(packed)

BOOST_AUTO_TEST_CASE(every_width_against_a_bit_string) {
  Random random(1);
  for (std::uint32_t width = 0; width <= 32; ++width) {
    for (std::size_t count = 0; count <= 70; ++count) {
      const auto values = some_values(random, count, width);
      const Bytes expected = packed_by_definition(values, width);
      BOOST_REQUIRE_EQUAL(packed_bytes(count, width), expected.size());
      Bytes written(expected.size());
      PackedWriter writer(written, width);
      for (const std::uint32_t value : values) writer.next(value);
      writer.finish();
      BOOST_REQUIRE(written == expected);
      check_packing(values, width, expected);
      check_reading(expected, values, width);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_example_of_the_specification) {
  BOOST_TEST(bit_length(0) == 0u);
  BOOST_TEST(bit_length(1) == 1u);
  BOOST_TEST(bit_length(2) == 2u);
  BOOST_TEST(bit_length(3) == 2u);
  BOOST_TEST(bit_length(65535) == 16u);
  BOOST_TEST(bit_length(65536) == 17u);
  for (std::uint32_t w = 1; w < 64; ++w) {
    BOOST_TEST(bit_length(std::uint64_t{1} << w) == w + 1);
    BOOST_TEST(bit_length((std::uint64_t{1} << w) - 1) == w);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pondus::test
