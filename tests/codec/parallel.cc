#include "codec/base/parallel.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <fstream>
#include <new>
#include <set>
#include <thread>

#include "tests/support.h"

namespace pondus::test {
namespace {

constexpr Fault bad{"test.bad", Kind::malformed};
constexpr unsigned thread_counts[] = {0, 1, 2, 3, 8, 64};

/// Threads with larger stacks than any before, which are kept for those to come.
class LargeStacks {
 public:
  LargeStacks() {
    BOOST_REQUIRE(::pthread_getattr_default_np(&before_) == 0);
    pthread_attr_t large = before_;
    BOOST_REQUIRE(::pthread_attr_setstacksize(&large, std::size_t{1} << 29) == 0);
    BOOST_REQUIRE(::pthread_setattr_default_np(&large) == 0);
  }
  ~LargeStacks() {
    ::pthread_setattr_default_np(&before_);
    ::pthread_attr_destroy(&before_);
  }

 private:
  pthread_attr_t before_{};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(parallel)

BOOST_AUTO_TEST_CASE(each_index_once) {
  for (const unsigned threads : thread_counts) {
    for (const std::size_t count : {0u, 1u, 2u, 5u, 300u}) {
      std::vector<std::atomic<int>> calls(count);
      const auto done = parallel_for(count, threads, [&](std::size_t i) -> Result<void> {
        ++calls[i];
        return {};
      });
      BOOST_REQUIRE(done.has_value());
      for (const auto& n : calls) BOOST_REQUIRE_EQUAL(n.load(), 1);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_lowest_error_wins) {
  Random random(5);
  for (int round = 0; round < (instrumented ? 100 : 600); ++round) {
    const std::size_t count = 1 + random.below(60);
    std::set<std::size_t> failing;
    for (std::uint64_t n = 1 + random.below(4); n > 0; --n) failing.insert(random.below(count));
    std::vector<std::atomic<int>> calls(count);
    const unsigned threads = thread_counts[random.below(std::size(thread_counts))];
    const auto done = parallel_for(count, threads, [&](std::size_t i) -> Result<void> {
      ++calls[i];
      for (std::uint64_t spin = i * 7919 % 400; spin > 0; --spin)
        std::atomic_signal_fence(std::memory_order_seq_cst);
      if (failing.contains(i)) return Error{bad, i, {}, {}};
      return {};
    });
    BOOST_REQUIRE(!done.has_value());
    BOOST_REQUIRE_EQUAL(done.error().offset, *failing.begin());
    for (std::size_t i = 0; i <= *failing.begin(); ++i) BOOST_REQUIRE_EQUAL(calls[i].load(), 1);
  }
}

BOOST_AUTO_TEST_CASE(a_lower_error_that_comes_later_wins) {
  std::atomic<bool> second_failed{false};
  const auto done = parallel_for(2, 2, [&](std::size_t i) -> Result<void> {
    if (i == 1) second_failed = true;
    // Long enough for the other thread to return its error; if there is none, the order is another
    // and the result the same.
    for (int wait = 0; i == 0 && wait < 100; wait += second_failed ? 50 : 1)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return Error{bad, i, {}, {}};
  });
  BOOST_REQUIRE(!done.has_value());
  BOOST_TEST(done.error().offset == 0u);
}

BOOST_AUTO_TEST_CASE(exceptions_reach_the_caller) {
  for (const unsigned threads : thread_counts) {
    const auto thrower = [](std::size_t i) -> Result<void> {
      if (i == 17) throw std::bad_alloc();
      return {};
    };
    BOOST_CHECK_THROW(static_cast<void>(parallel_for(40, threads, thrower)), std::bad_alloc);
  }
}

BOOST_AUTO_TEST_CASE(results_by_value_or_exception) {
  Result<int> good(3);
  BOOST_TEST(good.value() == 3);
  Result<int> failed(Error{bad, 5, {}, {}});
  BOOST_CHECK_EXCEPTION(failed.value(), BadResult,
                        [](const BadResult& e) { return e.error().offset == 5; });
  const Result<void> failed_void(Error{bad, 6, {}, {}});
  BOOST_CHECK_THROW(failed_void.value(), BadResult);
}

/// No room for a stack. Sanitizers take address space of their own.
BOOST_AUTO_TEST_CASE(work_is_done_where_no_thread_can_be_had,
                     *boost::unit_test::enable_if<!instrumented>()) {
  const LargeStacks stacks;
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  rlimit before{};
  BOOST_REQUIRE(::getrlimit(RLIMIT_AS, &before) == 0);
  rlimit tight = before;
  tight.rlim_cur = pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) + (1u << 20);
  BOOST_REQUIRE(::setrlimit(RLIMIT_AS, &tight) == 0);
  const auto here = std::this_thread::get_id();
  std::atomic<int> calls{0}, elsewhere{0};
  const auto done = parallel_for(50, 8, [&](std::size_t) -> Result<void> {
    ++calls;
    elsewhere += std::this_thread::get_id() != here;
    return {};
  });
  BOOST_REQUIRE(::setrlimit(RLIMIT_AS, &before) == 0);
  BOOST_TEST(done.has_value());
  BOOST_TEST(calls == 50);
  BOOST_TEST(elsewhere == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pondus::test
