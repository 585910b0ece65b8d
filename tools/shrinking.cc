#include "tools/shrinking.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

namespace pondus {
namespace {

constexpr Fault shrank_fault{"request.io", Kind::request};

volatile sig_atomic_t shrank = 0;
std::uintptr_t page_bytes = 0;

/// Puts a page of zeros where the file has none any more. Everything else ends the process as if
/// there were no handler.
void handle(int number, siginfo_t* info, void*) {
  auto* const address = static_cast<std::byte*>(info->si_addr);
  std::byte* const page = address - reinterpret_cast<std::uintptr_t>(address) % page_bytes;
  constexpr int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
  const bool past_end = info->si_code == BUS_ADRERR;
  if (past_end && ::mmap(page, page_bytes, PROT_READ, flags, -1, 0) == page) {
    shrank = 1;
    return;
  }
  ::signal(number, SIG_DFL);
}

}  // namespace

void survive_shrinking() {
  page_bytes = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  struct sigaction action {};
  action.sa_sigaction = handle;
  action.sa_flags = SA_SIGINFO;
  ::sigaction(SIGBUS, &action, nullptr);
}

bool a_file_shrank() { return shrank != 0; }

Result<void> require_no_shrinking() {
  if (!a_file_shrank()) return {};
  return Error{shrank_fault, 0, {}, "a file became shorter while it was read"};
}

}  // namespace pondus
