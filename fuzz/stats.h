// How deep the inputs of a fuzz target came.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace pondus::fuzz {

/// Counted by a target; printed at exit where the environment has PONDUS_FUZZ_STATS.
struct Stats {
  std::uint64_t executions = 0;
  std::uint64_t reached =
      0;  ///< came to the decoder of a coded payload, or to what the target asks about
  std::uint64_t decoded = 0;  ///< and were decoded, or answered, to the end

  Stats() = default;
  Stats(const Stats&) = delete;
  Stats& operator=(const Stats&) = delete;
  ~Stats() {
    if (std::getenv("PONDUS_FUZZ_STATS") != nullptr) print(stderr);
  }

  void print(std::FILE* out) const {
    const auto percent = [this](std::uint64_t part) {
      return executions == 0 ? 0.0
                             : 100.0 * static_cast<double>(part) / static_cast<double>(executions);
    };
    std::fprintf(out, "executions %llu, reached %llu (%.1f %%), decoded %llu (%.1f %%)\n",
                 static_cast<unsigned long long>(executions),
                 static_cast<unsigned long long>(reached), percent(reached),
                 static_cast<unsigned long long>(decoded), percent(decoded));
  }
};

inline Stats stats;

}  // namespace pondus::fuzz
