#include "formats/ordered_hash.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <numeric>

#include "codec/base/parallel.h"
#include "tests/support.h"

namespace pondus::test {
namespace {

Bytes some_bytes(std::size_t count) {
  Bytes bytes(count);
  for (std::size_t i = 0; i < count; ++i) bytes[i] = std::byte(i * 31 + i / 251);
  return bytes;
}

/// Where parts of 1, 2, 3... times `unit` bytes end.
std::vector<std::size_t> ends_of(std::size_t parts, std::size_t unit) {
  std::vector<std::size_t> ends;
  for (std::size_t i = 0; i < parts; ++i) ends.push_back((i + 1) * (i + 2) / 2 * unit);
  return ends;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ordered_hash)

BOOST_AUTO_TEST_CASE(parts_in_every_order) {
  const std::vector<std::size_t> ends = ends_of(5, 37);
  const Bytes bytes = some_bytes(ends.back());
  std::vector<std::size_t> order(ends.size());
  std::iota(order.begin(), order.end(), 0u);
  do {
    OrderedHash hash(bytes, ends.size());
    for (const std::size_t part : order) hash.ready(part, ends[part]);
    BOOST_REQUIRE_EQUAL(hash.digest(), xxh3(bytes));
  } while (std::ranges::next_permutation(order).found);
}

BOOST_AUTO_TEST_CASE(no_parts) {
  BOOST_TEST(OrderedHash({}, 0).digest() == xxh3({}));
}

BOOST_AUTO_TEST_CASE(parts_from_threads) {
  const std::vector<std::size_t> ends = ends_of(300, 5);
  const Bytes bytes = some_bytes(ends.back());
  for (const unsigned threads : {2u, 5u}) {
    OrderedHash hash(bytes, ends.size());
    const auto done = parallel_for(ends.size(), threads, [&](std::size_t i) -> Result<void> {
      hash.ready(i, ends[i]);
      return {};
    });
    BOOST_REQUIRE(done.has_value());
    BOOST_TEST(hash.digest() == xxh3(bytes));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pondus::test
