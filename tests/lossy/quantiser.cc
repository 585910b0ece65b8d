// Each quantiser against what defines it: brute force, its own cost, and statistics.
#include "lossy/quantiser.h"

#include <algorithm>
#include <numeric>

#include "tests/lossy/numbers.h"

namespace pondus::test {
namespace {

using lossy::Points;
using lossy::Quantiser;

/// The least error of any k cells: every set of k - 1 ends.
double least_error(const Points& points, std::size_t begin, std::size_t k) {
  if (k == 1) return points.spread(begin, points.size());
  double least = HUGE_VAL;
  for (std::size_t end = begin + 1; end + k <= points.size() + 1; ++end)
    least = std::min(least, points.spread(begin, end) + least_error(points, end, k - 1));
  return least;
}

/// Code lengths of an unlimited Huffman code, by merging the two least counts.
std::vector<double> huffman_lengths(std::span<const std::uint64_t> counts) {
  std::vector<std::pair<std::uint64_t, std::vector<std::size_t>>> nodes;
  for (std::size_t i = 0; i < counts.size(); ++i) nodes.push_back({counts[i], {i}});
  std::vector<double> lengths(counts.size());
  while (nodes.size() > 1) {
    std::ranges::sort(nodes, std::greater<>(), [](const auto& node) { return node.first; });
    auto least = std::move(nodes.back());
    nodes.pop_back();
    nodes.back().first += least.first;
    nodes.back().second.insert(nodes.back().second.end(), least.second.begin(), least.second.end());
    for (const std::size_t leaf : nodes.back().second) ++lengths[leaf];
  }
  return lengths;
}

BOOST_AUTO_TEST_SUITE(quantiser)

BOOST_AUTO_TEST_CASE(exact_is_the_brute_force_optimum) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Points points = points_of(bell(14, seed, 1 + static_cast<double>(seed)));
    for (std::size_t k = 1; k <= 6; ++k) {
      const double least = least_error(points, 0, k);
      BOOST_TEST(total_error(cluster_exactly(points, k), points) == least,
                 boost::test_tools::tolerance(1e-12));
      BOOST_TEST(total_error(lossy::cluster(points, k, seed), points) >= least * (1 - 1e-12));
    }
  }
}

BOOST_AUTO_TEST_CASE(lloyd_comes_near_the_optimum) {
  const Points points = points_of(bell(20'000, 7));
  for (const std::size_t k : {2u, 8u, 32u}) {
    const double least = total_error(cluster_exactly(points, k), points);
    const double found = total_error(lossy::cluster(points, k, 1), points);
    BOOST_TEST(found >= least * (1 - 1e-12));
    BOOST_TEST(found <= least * 1.1);
  }
}

BOOST_AUTO_TEST_CASE(weights_go_to_the_nearest_centre) {
  const auto numbers = bell(5000, 8);
  const Points points = points_of(numbers);
  const Quantiser found = lossy::cluster(points, 16, 2);
  BOOST_TEST(found.centres.size() == 16u);
  double error = 0;
  for (const double w : numbers) {
    const double centre = found.share(w, 0, 0);
    for (const double other : found.centres)
      BOOST_REQUIRE_LE(std::fabs(w - centre), std::fabs(w - other));
    error += (w - centre) * (w - centre);
  }
  BOOST_TEST(total_error(found, points) == error, boost::test_tools::tolerance(1e-10));
}

BOOST_AUTO_TEST_CASE(as_many_centres_as_values) {
  const Points points = points_of({1, 1, 2, -5, 2, 0, 0, 3});
  BOOST_TEST(points.weights() == 6u);  // zeros are not fitted
  for (const auto& found : {lossy::cluster(points, 9, 0), cluster_exactly(points, 4),
                            lossy::quantiles(points, 4), lossy::uniform(points, 4)}) {
    BOOST_TEST(found.centres == (std::vector<double>{-5, 1, 2, 3}),
               boost::test_tools::per_element());
    BOOST_TEST(total_error(found, points) == 0);
  }
}

BOOST_AUTO_TEST_CASE(one_centre_is_the_mean) {
  const Points points = points_of({1, 2, 3, 10});
  for (const auto& found :
       {lossy::cluster(points, 1, 0), cluster_exactly(points, 1), lossy::quantiles(points, 1),
        entropy_constrained(points, 1, 1, lossy::ideal_lengths)})
    BOOST_TEST(found.centres == std::vector<double>{4}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(ecsq_never_costs_more_than_before) {
  for (const double scale : {1e-4, 1.0, 1e4}) {  // the published rule stops at small scales
    const Points points = points_of(bell(20'000, 9, scale));
    for (const auto& lengths :
         {lossy::CodeLengths(lossy::ideal_lengths), lossy::CodeLengths(huffman_lengths)}) {
      std::vector<double> costs;
      const auto found = entropy_constrained(points, 32, 1e-3 * scale * scale, lengths, &costs);
      BOOST_TEST(costs.size() > 5u);
      for (std::size_t i = 1; i < costs.size(); ++i)
        BOOST_TEST(costs[i] <= costs[i - 1] * (1 + 1e-12));
      BOOST_TEST(costs.back() < costs.front() * 0.99);
      BOOST_TEST(found.centres.size() > 1u);
    }
  }
}

BOOST_AUTO_TEST_CASE(ecsq_trades_rate_for_error) {
  const Points points = points_of(bell(20'000, 10));
  double error = 0;
  std::size_t centres = 64;
  for (const double lambda : {1e-4, 1e-3, 1e-2, 1e-1}) {
    const auto found = entropy_constrained(points, 64, lambda, lossy::ideal_lengths);
    BOOST_TEST(total_error(found, points) > error);
    BOOST_TEST(found.centres.size() <= centres);
    error = total_error(found, points);
    centres = found.centres.size();
  }
}

BOOST_AUTO_TEST_CASE(ecsq_without_lambda_is_lloyd) {
  const Points points = points_of(bell(2000, 11));
  const auto found = entropy_constrained(points, 8, 0, lossy::ideal_lengths);
  BOOST_TEST(total_error(found, points) <= 1.1 * total_error(cluster_exactly(points, 8), points));
}

BOOST_AUTO_TEST_CASE(quantiles_are_interpolated) {
  const auto found = lossy::quantiles(points_of({1, 2, 3, 4, 5, 6}), 3);
  BOOST_TEST(found.centres == (std::vector<double>{1, 3.5, 6}), boost::test_tools::per_element());
}

/// The mean of the shared weights lies within 4 standard errors of the mean of the weights.
BOOST_AUTO_TEST_CASE(pws_keeps_the_mean) {
  const auto numbers = bell(100'000, 12);
  const Points points = points_of(numbers);
  const auto found = lossy::quantiles(points, 8);
  double drift = 0;
  double square = 0;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const double change = found.share(numbers[i], 99, i) - numbers[i];
    drift += change;
    square += change * change;
  }
  BOOST_TEST(std::fabs(drift) <= 4 * std::sqrt(square));
  BOOST_TEST(total_error(found, points) == square, boost::test_tools::tolerance(0.02));
}

/// And that of one weight over many draws.
BOOST_AUTO_TEST_CASE(pws_keeps_each_weight) {
  const Quantiser found{{-1, 1, 4}, {}, true};
  for (const double w : {-1.0, -0.5, 0.9, 1.0, 3.7, 4.0}) {
    constexpr int draws = 20'000;
    double sum = 0;
    for (int i = 0; i < draws; ++i) sum += found.share(w, 5, static_cast<std::uint64_t>(i));
    BOOST_TEST(std::fabs(sum / draws - w) <= 4 * 1.5 / std::sqrt(draws));
  }
}

BOOST_AUTO_TEST_CASE(uq_values_are_multiples) {
  const auto numbers = bell(3000, 13);
  const Points points = points_of(numbers);
  for (const std::size_t k : {1u, 2u, 7u, 32u}) {
    const auto found = lossy::uniform(points, k);
    BOOST_TEST(found.centres.size() <= k);
    BOOST_TEST(found.centres.size() + 2 >= k);
    if (found.centres.size() < 2) continue;
    const double d = found.centres[1] - found.centres[0];
    for (const double w : numbers)
      BOOST_REQUIRE_SMALL(found.share(w, 0, 0) - d * std::round(w / d), 1e-9);
  }
}

BOOST_AUTO_TEST_CASE(more_values_than_points) {
  std::vector<double> numbers(lossy::points_most + 5000);
  Random random(14);
  for (double& number : numbers) number = static_cast<double>(random.next() >> 11) * 0x1p-53 + 1e-3;
  const Points points = points_of(numbers);
  BOOST_TEST(points.size() <= lossy::points_most);
  BOOST_TEST(points.weights() == numbers.size());
  const double mean =
      std::accumulate(numbers.begin(), numbers.end(), 0.0) / static_cast<double>(numbers.size());
  BOOST_TEST(points.mean(0, points.size()) == mean, boost::test_tools::tolerance(1e-12));
  const auto found = cluster_exactly(points, 2);
  BOOST_TEST(found.centres[0] == 0.251, boost::test_tools::tolerance(0.01));
  BOOST_TEST(found.centres[1] == 0.751, boost::test_tools::tolerance(0.01));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace pondus::test
