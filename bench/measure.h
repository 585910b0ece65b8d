// Times subjects in one run, turn by turn.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace pondus::bench {

/// One way to do a task. All subjects of a task give the same.
struct Subject {
  std::string name;
  std::uint64_t stored_bytes = 0;  ///< of what it reads or writes; 0 where that says nothing
  std::function<bool()> run;       ///< the task once
  std::function<bool()> verify;    ///< whether the last run gave what it should
  std::vector<double> seconds{};   ///< of each round

  double median() const;
};

/// Processor time of this thread, or the time that passes.
enum class Clock { processor, wall };

/// Runs and verifies each subject once, then times all of them round by round, the slow ones in
/// the first rounds only. Those that fail are named on standard error and left out; whether none
/// was.
bool measure(std::vector<Subject>& subjects, int rounds, Clock clock);

}  // namespace pondus::bench
