// Every vector of the specification against this library: verdict, label, offset, tensor and
// hashes. No test library, so that it also runs on emulated machines.
#include <iostream>
#include <map>

#include "tests/judge_vector.h"

namespace pondus {
namespace {

int run(const char* folder) {
  std::map<std::string, int> counts;
  int failed = 0;
  int skipped = 0;
  for (const Vector& vector : read_vectors(folder)) {
    if (!applies(vector)) {
      ++skipped;
      continue;
    }
    for (const unsigned threads : {1u, 3u}) {
      const std::string said = difference(vector, threads);
      if (said.empty()) continue;
      std::cerr << vector.path.string() << ": expected " << vector.verdict << " " << vector.label
                << " at " << vector.offset.value_or(0) << " " << vector.tensor << ", got " << said
                << "\n";
      ++failed;
      break;
    }
    ++counts[vector.verdict];
  }
  for (const auto& [verdict, count] : counts) std::cout << verdict << " " << count << ", ";
  std::cout << "failed " << failed << ", skipped " << skipped << "\n";
  return failed != 0 || counts.empty();
}

}  // namespace
}  // namespace pondus

int main(int argc, char** argv) { return argc == 2 ? pondus::run(argv[1]) : 2; }
