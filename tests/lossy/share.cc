// Fitting to k and to targets, and applying: the same bytes with any number of threads.
#include "lossy/share.h"

#include <map>
#include <set>

#include "tests/lossy/numbers.h"

namespace pondus::test {
namespace {

using enum lossy::Method;
constexpr lossy::Method methods[] = {cws, cws_exact, pws, uq, ecsq};

/// A bell of which two thirds are zero.
std::vector<double> pruned_bell(std::size_t count, std::uint64_t seed) {
  auto numbers = bell(count, seed);
  for (double& number : numbers) number = std::fabs(number) < 0.56 ? -0.0 : number;
  return numbers;
}

struct Shared {
  std::vector<double> before;
  std::vector<double> after;

  Shared(Dtype dtype, const std::vector<double>& numbers, const lossy::ShareOptions& options,
         unsigned threads = 1) {
    Bytes cells = cells_of(dtype, numbers);
    before = numbers_of(dtype, cells);
    const auto weights = weights_of(dtype, cells);
    lossy::apply(lossy::fit({&weights, 1}, options).value(), dtype, cells, options.seed, threads);
    after = numbers_of(dtype, cells);
  }
  std::size_t distinct() const { return std::set<double>(after.begin(), after.end()).size(); }
  double entropy() const {
    std::map<double, double> counts;
    for (const double w : after) ++counts[w];
    double bits = 0;
    const auto all = static_cast<double>(after.size());
    for (const auto& [w, count] : counts) bits += count / all * std::log2(all / count);
    return bits;
  }
  double error() const {
    double sum = 0;
    double squares = 0;
    for (std::size_t i = 0; i < after.size(); ++i) {
      sum += (after[i] - before[i]) * (after[i] - before[i]);
      squares += before[i] * before[i];
    }
    return sum / squares;
  }
};

std::string label_of(const std::vector<double>& numbers, const lossy::ShareOptions& options) {
  const Bytes cells = cells_of(Dtype::f32, numbers);
  const auto weights = weights_of(Dtype::f32, cells);
  return label(lossy::fit({&weights, 1}, options));
}

BOOST_AUTO_TEST_SUITE(share)

BOOST_AUTO_TEST_CASE(k_counts_zero) {
  for (const lossy::Method method : methods) {
    for (const Dtype dtype : {Dtype::f32, Dtype::f64, Dtype::f16, Dtype::bf16}) {
      const Shared shared(dtype, pruned_bell(4000, 1), {.method = method, .k = 16});
      BOOST_TEST(shared.distinct() <= 16u);
      BOOST_TEST(shared.distinct() >= (method == ecsq ? 4u : method == uq ? 13u : 16u));
      for (std::size_t i = 0; i < shared.after.size(); ++i) {
        if (shared.before[i] == 0)
          BOOST_REQUIRE(shared.after[i] == 0 && !std::signbit(shared.after[i]));
      }
    }
  }
}

/// The published code fits the zeros as well, and is left with three values at 99 % of zeros.
BOOST_AUTO_TEST_CASE(zeros_take_no_centres) {
  auto numbers = bell(40'000, 2);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = i % 100 == 0 ? numbers[i] : 0;
  BOOST_TEST(Shared(Dtype::f32, numbers, {.method = cws, .k = 32}).distinct() == 32u);
}

BOOST_AUTO_TEST_CASE(threads_change_nothing) {
  const auto numbers = pruned_bell(3 * lossy::piece_weights + 11, 3);
  for (const lossy::Method method : {cws, pws}) {
    const lossy::ShareOptions options{.method = method, .k = 8, .seed = 5};
    BOOST_TEST((Shared(Dtype::f32, numbers, options, 1).after ==
                Shared(Dtype::f32, numbers, options, 4).after));
  }
}

BOOST_AUTO_TEST_CASE(seeds_change_pws) {
  const auto numbers = bell(1000, 4);
  const Shared a(Dtype::f32, numbers, {.method = pws, .k = 8, .seed = 1});
  const Shared b(Dtype::f32, numbers, {.method = pws, .k = 8, .seed = 2});
  BOOST_TEST((a.after != b.after));
}

/// The results of one seed, as bits: what another compiler or machine would have to give.
BOOST_AUTO_TEST_CASE(results_are_fixed) {
  const lossy::Points points = points_of(bell(5000, 5));
  std::uint64_t hash = 0;
  const auto add = [&hash](const lossy::Quantiser& quantiser) {
    for (const double centre : quantiser.centres)
      hash = (hash ^ std::bit_cast<std::uint64_t>(centre)) * 0x9E3779B97F4A7C15;
  };
  add(lossy::cluster(points, 16, 1));
  add(cluster_exactly(points, 16));
  add(lossy::quantiles(points, 16));
  add(lossy::uniform(points, 16));
  add(entropy_constrained(points, 16, 1e-3, lossy::ideal_lengths));
  BOOST_TEST(hash == 16879586888273861466u);
}

BOOST_AUTO_TEST_CASE(targets_are_kept) {
  const auto numbers = pruned_bell(20'000, 6);
  for (const lossy::Method method : methods) {
    const double slack = method == pws ? 0.03 : 1e-9;  // what PWS is expected to give
    for (const double bits : {1.6, 2.2, 3.0}) {
      const Shared shared(Dtype::f32, numbers, {.method = method, .bits = bits});
      BOOST_TEST(shared.entropy() <= bits + slack);
      BOOST_TEST(shared.entropy() >= bits - 0.25);
    }
    for (const double error : {0.1, 0.01, 0.001}) {
      const Shared shared(Dtype::f32, numbers, {.method = method, .error = error});
      BOOST_TEST(shared.error() <= error * (1 + slack));
      BOOST_TEST(shared.error() >= error * 0.2);
    }
  }
}

/// At equal bits ECSQ errs less than UQ and CWS.
BOOST_AUTO_TEST_CASE(ecsq_is_the_best_at_a_rate) {
  const auto numbers = pruned_bell(20'000, 7);
  const auto error = [&](lossy::Method method) {
    return Shared(Dtype::f32, numbers, {.method = method, .bits = 2}).error();
  };
  BOOST_TEST(error(ecsq) < error(cws));
  BOOST_TEST(error(ecsq) < error(uq) * 1.01);
}

BOOST_AUTO_TEST_CASE(bad_requests) {
  const std::vector<double> numbers{0, 1, 2, 3};
  BOOST_TEST(label_of(numbers, {}) == "request.sharing");
  BOOST_TEST(label_of(numbers, {.k = 0}) == "request.sharing");
  BOOST_TEST(label_of(numbers, {.k = 1}) == "request.sharing");
  BOOST_TEST(label_of({1, 2}, {.k = 1}) == "ok");
  BOOST_TEST(label_of(numbers, {.bits = 0.5}) == "request.target");
  BOOST_TEST(label_of(numbers, {.k = 2, .error = 0}) == "request.target");
  BOOST_TEST(label_of({0, 0}, {.k = 1}) == "ok");
  BOOST_TEST(label_of({}, {.k = 4}) == "ok");
}

BOOST_AUTO_TEST_CASE(several_tensors_share) {
  const Bytes a = cells_of(Dtype::f32, bell(500, 8));
  const Bytes b = cells_of(Dtype::f32, bell(500, 9, 3));
  const lossy::Weights both[] = {weights_of(Dtype::f32, a), weights_of(Dtype::f32, b)};
  const auto found = lossy::fit(both, {.k = 8}).value();
  BOOST_TEST(found.centres.size() == 8u);
  BOOST_TEST(found.centres.back() > 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace pondus::test
