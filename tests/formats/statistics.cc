#include "formats/statistics.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <map>

#include "codec/container/checksum.h"
#include "formats/codebook.h"
#include "tests/support.h"

namespace pondus::test {
namespace {

struct Expected {
  std::uint64_t cells = 0;
  std::uint64_t nonzero = 0;
  std::map<std::uint64_t, std::uint64_t> counts;

  double entropy() const {
    double bits = 0;
    for (const auto& [cell, count] : counts) {
      const double share = static_cast<double>(count) / static_cast<double>(cells);
      bits += share * -std::log2(share);
    }
    return bits;
  }
};

Expected count(ByteSpan cells, std::uint32_t width) {
  Expected expected;
  expected.cells = cells.size() / width;
  for (std::size_t i = 0; i < expected.cells; ++i) {
    const std::uint64_t cell = get_cell(cells, i, width);
    expected.nonzero += cell != 0;
    ++expected.counts[cell];
  }
  return expected;
}

/// Whether a codebook and indices of fixed width take no more than the cells: k b + n ceil(log2 k)
/// <= n b.
bool indices_can_pay(std::uint64_t cells, std::uint64_t distinct, std::uint32_t width) {
  std::uint64_t index_bits = 0;
  while ((std::uint64_t{1} << index_bits) < distinct) ++index_bits;
  return distinct * 8 * width + cells * index_bits <= cells * 8 * width;
}

void check_values(const CellStatistics& statistics, const Expected& expected, std::uint32_t width) {
  const bool kept = indices_can_pay(expected.cells, expected.counts.size(), width);
  BOOST_REQUIRE_EQUAL(statistics.frequencies.size(), kept ? expected.counts.size() : 0);
  BOOST_REQUIRE_EQUAL(statistics.values.size(), statistics.frequencies.size() * width);
  if (!kept) return;
  std::size_t i = 0;
  for (const auto& [cell, count] : expected.counts) {
    BOOST_REQUIRE_EQUAL(get_cell(statistics.values, i, width), cell);
    BOOST_REQUIRE_EQUAL(statistics.frequencies[i++], count);
  }
}

void check_counter(ByteSpan cells, const Expected& expected, std::uint32_t width,
                   std::size_t pieces) {
  CellCounter counter(width);
  const std::size_t step = (expected.cells / pieces + 1) * width;
  for (std::size_t at = 0; at < cells.size(); at += step)
    counter.add(cells.subspan(at, std::min(step, cells.size() - at)));
  BOOST_TEST(counter.nonzero() == expected.nonzero);
  BOOST_TEST(counter.distinct() == expected.counts.size());
}

void check(ByteSpan cells, std::uint32_t width) {
  const Expected expected = count(cells, width);
  const CellStatistics statistics = cell_statistics(cells, width);
  BOOST_TEST(statistics.cells == expected.cells);
  BOOST_TEST(statistics.nonzero == expected.nonzero);
  BOOST_TEST(statistics.distinct == expected.counts.size());
  BOOST_TEST(statistics.xxh3 == xxh3(cells));
  BOOST_TEST(std::abs(statistics.entropy_bits - expected.entropy()) < 1e-9);
  check_values(statistics, expected, width);
  check_counter(cells, expected, width, 1);
  check_counter(cells, expected, width, 7);
}

constexpr Dtype dtypes[] = {Dtype::u8, Dtype::u16, Dtype::f32, Dtype::f64};

template <class Make>
void check_tensor(std::uint64_t cells, Make&& make) {
  for (const Dtype dtype : dtypes) {
    const Tensor tensor = make_tensor("t", dtype, shape_of({cells}), make);
    check(tensor.cells, tensor.width());
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(statistics)

BOOST_AUTO_TEST_CASE(random_cells_of_every_width) {
  Random random(6);
  for (const std::uint64_t values : {1u, 2u, 3u, 100u, 1000u, 16383u, 16384u, 16385u, 40000u}) {
    check_tensor(60000, [&](std::size_t) { return random.below(values) * 0x0101010101010101; });
  }
}

BOOST_AUTO_TEST_CASE(constant_zero_and_few_cells) {
  for (const std::uint64_t cells : {0u, 1u, 2u, 1000u}) {
    check_tensor(cells, [](std::size_t) { return std::uint64_t{0}; });
    check_tensor(cells, [](std::size_t) { return ~std::uint64_t{0}; });
    check_tensor(cells, [](std::size_t i) { return std::uint64_t{i % 2}; });
  }
}

BOOST_AUTO_TEST_CASE(all_distinct_beyond_one_table) {
  for (const std::uint64_t cells : {16384u, 16385u, 70000u, instrumented ? 80000u : 300000u}) {
    check_tensor(cells, [](std::size_t i) { return i * 0x9E3779B97F4A7C15; });
    check_tensor(cells, [](std::size_t i) { return std::uint64_t{i} << 40 | i; });
  }
}

BOOST_AUTO_TEST_CASE(skewed_counts) {
  Random random(7);
  check_tensor(100000, [&](std::size_t) { return random.next() >> random.below(64); });
}

BOOST_AUTO_TEST_CASE(distinct_is_exact_up_to_2_24, *boost::unit_test::enable_if<!instrumented>()) {
  constexpr std::uint32_t most = 1u << 24;
  struct Row {
    std::uint32_t first, cells;  // first 1: without zero
  };
  for (const auto& [first, cells] : {Row{1, most}, Row{0, most + 1}, Row{1, most + 1}}) {
    Bytes bytes(std::size_t{cells} * 4);
    for (std::uint32_t i = 0; i < cells; ++i)
      store(&bytes[std::size_t{i} * 4], (i + first) * 2654435761u);
    const bool exact = cells <= most;
    const CellStatistics statistics = cell_statistics(bytes, 4);
    BOOST_TEST(statistics.distinct == cells);
    BOOST_TEST(statistics.values.empty());
    BOOST_TEST(std::abs(statistics.entropy_bits - std::log2(cells)) < 1e-6);
    CellCounter counter(4);
    counter.add(bytes);
    BOOST_TEST(recorded_distinct(counter.distinct()) == (exact ? cells : 0xFFFFFFFF));
    BOOST_TEST(recorded_distinct(statistics.distinct) == (exact ? cells : 0xFFFFFFFF));
    BOOST_TEST(counter.nonzero() == cells - (first == 0));
  }
}

BOOST_AUTO_TEST_CASE(few_values_and_one_more) {
  for (const std::uint32_t width : {1u, 2u, 4u, 8u}) {
    for (const std::uint64_t distinct : {1u, 2u, 255u, 256u, 257u, 300u}) {
      const std::uint64_t k = width == 1 ? std::min<std::uint64_t>(distinct, 256) : distinct;
      Random random(distinct);
      Bytes cells(5000 * width);
      for (std::size_t i = 0; i < 5000; ++i)
        put_cell(cells, i, width, i < k ? i * 3 : random.below(k) * 3);
      check(cells, width);
    }
  }
}

BOOST_AUTO_TEST_CASE(codebooks_are_judged_and_searched) {
  Random random(8);
  for (const Dtype dtype : dtypes) {
    const std::uint32_t width = cell_bytes(dtype);
    Bytes values =
        make_tensor("t", dtype, shape_of({500}), [&](std::size_t) { return random.next(); }).cells;
    values = counted(values, width).values;
    const auto codebook = Codebook::read(values, width, 100);
    BOOST_REQUIRE(codebook.has_value());
    const CellIndex index(codebook->cells(), width);
    for (std::uint32_t i = 0; i < codebook->entries(); ++i) {
      const std::uint64_t cell = get_cell(values, i, width);
      BOOST_REQUIRE(index.contains(cell));
    }
    Bytes found(values.size());
    const Indices indices = index.indices_of(values, width);
    BOOST_TEST((indices.index() == 0) == (codebook->entries() <= 256));
    look_up(codebook->cells(), indices, width, found);
    BOOST_TEST((found == values));
    for (std::size_t i = 1; i < codebook->entries(); ++i) {
      Bytes repeated = values;
      put_cell(repeated, i, width, get_cell(values, i - 1, width));
      const auto refused = Codebook::read(repeated, width, 100);
      BOOST_REQUIRE_EQUAL(label(refused), "codebook.order");
      BOOST_REQUIRE_EQUAL(refused.error().offset, 100 + i * width);
    }
    if (width > 1)
      BOOST_TEST(label(Codebook::read(ByteSpan(values).first(width + 1), width, 0)) ==
                 "codebook.size");
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pondus::test
