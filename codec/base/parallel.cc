#include "codec/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace pondus {
namespace {

/// What the threads of one loop share. Indices are handed out in ascending order, so when one fails
/// all below it have begun.
class Loop {
 public:
  Loop(std::size_t count, const std::function<Result<void>(std::size_t)>& work)
      : work_(work), end_(count), failed_(count) {}

  void run() {
    try {
      for (std::size_t i = next_++; i < end_.load(); i = next_++) {
        if (auto done = work_(i); !done) fail(i, std::move(done.error()));
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!exception_) exception_ = std::current_exception();
      end_ = 0;
    }
  }

  Result<void> finish() {
    if (exception_) std::rethrow_exception(exception_);
    if (error_) return std::move(*error_);
    return {};
  }

 private:
  void fail(std::size_t i, Error error) {
    const std::lock_guard lock(mutex_);
    if (error_ && failed_ < i) return;
    error_ = std::move(error);
    failed_ = i;
    end_ = std::min(end_.load(), i);
  }

  const std::function<Result<void>(std::size_t)>& work_;
  std::atomic<std::size_t> next_{0};
  std::atomic<std::size_t> end_;
  std::mutex mutex_;
  std::optional<Error> error_;
  std::exception_ptr exception_;
  std::size_t failed_;
};

}  // namespace

Result<void> parallel_for(std::size_t count, unsigned threads,
                          const std::function<Result<void>(std::size_t)>& work) {
  if (threads == 0 && count > 1) threads = std::thread::hardware_concurrency();
  Loop loop(count, work);
  std::vector<std::jthread> helpers;
  try {
    for (std::size_t i = 1; i < std::min<std::size_t>(threads, count); ++i) {
      helpers.emplace_back([&loop] { loop.run(); });
    }
  } catch (const std::system_error&) {
    // No more threads to be had: those that run do the work.
  }
  loop.run();
  helpers.clear();
  return loop.finish();
}

}  // namespace pondus
