// Temporary files that must not outlive the process, not even one that a signal ends.
#pragma once

#include <mutex>
#include <string>
#include <utility>

namespace pondus {

/// Starts a thread that waits for SIGINT, SIGTERM and SIGHUP, removes all that is temporary, and
/// lets the signal end the process. To be called before any other thread is started.
void watch_signals();

/// Where memory runs out in a destructor, as JSON's may allocate: removes all that is temporary,
/// says so, and ends the process with 1, as if the exception had come through.
void survive_terminate();

/// While this is held no signal ends the process: what is temporary is created and registered, or
/// moved to its place, in one step.
std::unique_lock<std::recursive_mutex> hold_signals();

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
