// Temporary files that must not outlive the process, not even one that a signal ends.
#pragma once

#include <string>
#include <utility>

namespace pondus {

/// Starts a thread that waits for SIGINT, SIGTERM and SIGHUP, removes all that is temporary, and
/// lets the signal end the process. To be called before any other thread is started.
void watch_signals();

/// A path that is removed, with all in it, when this ends or a signal comes. Nothing happens where
/// it does not exist.
class Temporary {
 public:
  explicit Temporary(std::string path);
  Temporary(Temporary&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  Temporary& operator=(Temporary&&) = delete;
  ~Temporary();

 private:
  std::string path_;
};

}  // namespace pondus
