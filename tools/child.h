// A program that answers lines with lines.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace pondus {

/// Runs while this lives; started by the first question, and anew after a failure.
class Child {
 public:
  explicit Child(std::vector<std::string> command) : command_(std::move(command)) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { stop(); }

  /// The line that answers `line`, both without their ends. Throws std::runtime_error where none
  /// comes in time, or the program cannot be started; it is then stopped.
  std::string ask(const std::string& line, std::chrono::seconds most);

  void stop();

 private:
  void start();
  std::string exchange(const std::string& line, std::chrono::seconds most);

  std::vector<std::string> command_;
  pid_t process_ = -1;
  int to_ = -1;
  int from_ = -1;
  std::string received_;
};

}  // namespace pondus
