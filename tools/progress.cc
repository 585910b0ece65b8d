#include "tools/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace pondus {
namespace {

constexpr auto interval = std::chrono::milliseconds(100);

/// As no-color.org asks.
bool with_color() {
  const char* const refused = std::getenv("NO_COLOR");
  return refused == nullptr || *refused == '\0';
}

}  // namespace

Progress::Progress(std::string what, std::uint64_t total_bytes)
    : what_(std::move(what)), total_bytes_(total_bytes), enabled_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (enabled_ && shown_ != begin_) std::fputs("\r\033[K", stderr);
}

void Progress::add(std::uint64_t bytes) {
  done_bytes_ += bytes;
  const auto now = Clock::now();
  if (!enabled_ || now - shown_ < interval) return;
  shown_ = now;
  show();
}

void Progress::show() const {
  const double seconds = std::chrono::duration<double>(shown_ - begin_).count();
  const double share = static_cast<double>(done_bytes_) /
                       static_cast<double>(std::max<std::uint64_t>(total_bytes_, 1));
  const double speed = static_cast<double>(done_bytes_) / 1e6 / std::max(seconds, 1e-3);
  const char* const format = with_color() ? "\r\033[K\033[36m%s\033[0m %3.0f %%  %.0f MB/s"
                                          : "\r\033[K%s %3.0f %%  %.0f MB/s";
  std::fprintf(stderr, format, what_.c_str(), 100 * std::min(share, 1.0), speed);
  std::fflush(stderr);
}

}  // namespace pondus
