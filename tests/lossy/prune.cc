// Cells of all four dtypes as numbers, and pruning against a sorted copy.
#include "lossy/prune.h"

#include <algorithm>

#include "tests/lossy/numbers.h"

namespace pondus::test {
namespace {

constexpr Dtype weight_dtypes[] = {Dtype::f64, Dtype::f32, Dtype::f16, Dtype::bf16};

/// NumPy's percentile by its definition.
double percentile(std::vector<double> numbers, double percent) {
  for (double& number : numbers) number = std::fabs(number);
  std::ranges::sort(numbers);
  const double place = static_cast<double>(numbers.size() - 1) * percent / 100;
  const auto low = static_cast<std::size_t>(place);
  const std::size_t high = std::min(low + 1, numbers.size() - 1);
  return numbers[low] + (numbers[high] - numbers[low]) * (place - static_cast<double>(low));
}

template <class Cell>
void check_all_halves(double unit_after_one) {
  std::byte at[2];
  double before = -1;
  for (std::uint32_t word = 0; word < Cell::infinity; ++word) {
    store(at, static_cast<std::uint16_t>(word));
    const double number = Cell::load(at);
    BOOST_REQUIRE_GT(number, before);
    Cell::store(at, number);
    BOOST_REQUIRE_EQUAL(load<std::uint16_t>(at), word);
    Cell::store(at, -number);
    BOOST_REQUIRE_EQUAL(load<std::uint16_t>(at), word | 0x8000);
    if (word > 0) {
      Cell::store(at, (before + number) / 2);
      BOOST_REQUIRE_EQUAL(load<std::uint16_t>(at), word - word % 2);  // a tie goes to even
    }
    before = number;
  }
  Cell::store(at, 1 + unit_after_one);
  BOOST_TEST(Cell::load(at) == 1 + unit_after_one);
  Cell::store(at, before * 1.01);
  BOOST_TEST(std::isinf(Cell::load(at)));
}

BOOST_AUTO_TEST_SUITE(prune)

BOOST_AUTO_TEST_CASE(all_16_bit_numbers) {
  check_all_halves<lossy::F16Cell>(0x1p-10);
  check_all_halves<lossy::Bf16Cell>(0x1p-7);
}

BOOST_AUTO_TEST_CASE(percentile_of_a_sorted_copy) {
  for (const Dtype dtype : weight_dtypes) {
    const Bytes cells = cells_of(dtype, bell(10'007, 3));
    const auto weights = weights_of(dtype, cells);
    for (const double percent : {0.0, 0.001, 12.5, 50.0, 90.0, 99.99, 100.0}) {
      const double found = lossy::magnitude_percentile({&weights, 1}, percent, 2);
      BOOST_TEST(std::fabs(found - percentile(numbers_of(dtype, cells), percent)) <= 1e-15);
    }
  }
}

BOOST_AUTO_TEST_CASE(percentile_of_several_tensors) {
  const Bytes a = cells_of(Dtype::f32, bell(1000, 4));
  const Bytes b = cells_of(Dtype::bf16, bell(3000, 5, 9));
  const lossy::Weights both[] = {weights_of(Dtype::f32, a), weights_of(Dtype::bf16, b)};
  auto numbers = numbers_of(Dtype::f32, a);
  for (const double number : numbers_of(Dtype::bf16, b)) numbers.push_back(number);
  BOOST_TEST(lossy::magnitude_percentile(both, 90, 1) == percentile(numbers, 90),
             boost::test_tools::tolerance(1e-15));
}

BOOST_AUTO_TEST_CASE(few_weights) {
  BOOST_TEST(lossy::magnitude_percentile({}, 50, 1) == 0);
  const Bytes one = cells_of(Dtype::f32, {-3});
  const auto weights = weights_of(Dtype::f32, one);
  BOOST_TEST(lossy::magnitude_percentile({&weights, 1}, 50, 1) == 3);
}

BOOST_AUTO_TEST_CASE(only_greater_magnitudes_stay) {
  for (const Dtype dtype : weight_dtypes) {
    const std::vector<double> numbers{-2, -1, -0.0, 0, 0.5, 1, 1.25};
    Bytes cells = cells_of(dtype, numbers);
    lossy::prune(dtype, cells, 1, 1);
    const auto left = numbers_of(dtype, cells);
    BOOST_TEST(left == (std::vector<double>{-2, 0, 0, 0, 0, 0, 1.25}),
               boost::test_tools::per_element());
    BOOST_TEST(!std::signbit(left[2]));
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_weight) {
  const Bytes cells = cells_of(Dtype::f32, {1, 2, INFINITY});
  BOOST_TEST(label(lossy::Weights::make("w", Dtype::f32, cells, 1)) == "request.not-finite");
  BOOST_TEST(label(lossy::Weights::make("w", Dtype::i32, cells, 1)) == "request.weights-dtype");
  BOOST_TEST(label(lossy::Weights::make("w", Dtype::f32, {}, 1)) == "ok");
  const Bytes nan = cells_of(Dtype::f16, {0});
  Bytes changed = nan;
  changed[1] = std::byte{0x7E};
  BOOST_TEST(label(lossy::Weights::make("w", Dtype::f16, changed, 1)) == "request.not-finite");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace pondus::test
