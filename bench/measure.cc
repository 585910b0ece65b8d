#include "bench/measure.h"

#include <algorithm>
#include <cstdio>
#include <ctime>

namespace pondus::bench {
namespace {

constexpr double slow_seconds = 0.25;
constexpr int slow_rounds = 2;

double now(Clock clock) {
  timespec time{};
  clock_gettime(clock == Clock::wall ? CLOCK_MONOTONIC : CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

bool sound(const Subject& subject) {
  if (subject.run() && subject.verify()) return true;
  std::fprintf(stderr, "bench: %s is wrong, and left out\n", subject.name.c_str());
  return false;
}

}  // namespace

double Subject::median() const {
  std::vector<double> sorted = seconds;
  std::ranges::sort(sorted);
  return sorted.empty() ? 0 : sorted[sorted.size() / 2];
}

bool measure(std::vector<Subject>& subjects, int rounds, Clock clock) {
  const std::size_t all = subjects.size();
  std::erase_if(subjects, [](const Subject& subject) { return !sound(subject); });
  for (int round = 0; round < rounds; ++round) {
    for (Subject& subject : subjects) {
      if (round >= slow_rounds && subject.seconds[0] > slow_seconds) continue;
      // Not timed: what ran before has emptied the caches.
      if (round != 0 && subject.seconds[0] <= slow_seconds) subject.run();
      const double begin = now(clock);
      subject.run();
      subject.seconds.push_back(now(clock) - begin);
    }
  }
  return subjects.size() == all;
}

}  // namespace pondus::bench
