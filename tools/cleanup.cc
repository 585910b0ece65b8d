#include "tools/cleanup.h"

#include <pthread.h>
#include <signal.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <new>
#include <set>
#include <thread>

namespace pondus {
namespace {

struct Registry {
  std::recursive_mutex mutex;
  std::multiset<std::string> paths;
};

/// Never destroyed: the waiting thread may use it until the very end.
Registry& registry() {
  static Registry* const only = new Registry;
  return *only;
}

/// Takes no memory for what is a file, or no longer there.
void remove(const std::string& path) {
  if (std::remove(path.c_str()) == 0 || errno == ENOENT) return;
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
}

/// The signals to wait for: those that the caller of the process does not want ignored.
sigset_t wanted_signals() {
  sigset_t wanted;
  sigemptyset(&wanted);
  for (const int number : std::array{SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction action {};
    sigaction(number, nullptr, &action);
    if (action.sa_handler != SIG_IGN) sigaddset(&wanted, number);
  }
  return wanted;
}

void remove_all() {
  for (const std::string& path : registry().paths) remove(path);
}

void wait_for(sigset_t wanted) {
  int number = 0;
  if (sigwait(&wanted, &number) != 0) return;
  const auto held = hold_signals();
  remove_all();
  pthread_sigmask(SIG_UNBLOCK, &wanted, nullptr);
  ::raise(number);
}

}  // namespace

void watch_signals() {
  const sigset_t wanted = wanted_signals();
  pthread_sigmask(SIG_BLOCK, &wanted, nullptr);
  registry();
  std::thread(wait_for, wanted).detach();
}

void survive_terminate() {
  std::set_terminate([] {
    try {
      if (const auto exception = std::current_exception()) std::rethrow_exception(exception);
    } catch (const std::bad_alloc&) {
      const auto held = hold_signals();
      remove_all();
      std::fputs("pondus: out of memory\n", stderr);
      std::_Exit(1);
    } catch (...) {
    }
    std::abort();
  });
}

std::unique_lock<std::recursive_mutex> hold_signals() { return std::unique_lock(registry().mutex); }

Temporary::Temporary(std::string path) : path_(std::move(path)) {
  const auto held = hold_signals();
  registry().paths.insert(path_);
}

Temporary::~Temporary() {
  if (path_.empty()) return;
  const auto held = hold_signals();
  registry().paths.extract(path_);
  remove(path_);
}

}  // namespace pondus
