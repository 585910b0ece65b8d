// Every vector of the specification against this library, with each instruction set: verdict,
// label, offset, tensor and hashes. No test library, so that it also runs on emulated machines.
#include <iostream>
#include <map>

#include "codec/base/instruction_set.h"
#include "tests/judge_vector.h"

namespace pondus {
namespace {

/// Whether all ways to judge it say what it says; prints what the first other one says.
bool agrees(const Vector& vector) {
  for (const InstructionSet set : instruction_sets()) {
    use_instruction_set(set);
    for (const unsigned threads : {1u, 3u}) {
      const std::string said = difference(vector, threads);
      if (said.empty()) continue;
      std::cerr << vector.path.string() << ": expected " << vector.verdict << " " << vector.label
                << " at " << vector.offset.value_or(0) << " " << vector.tensor << ", got " << said
                << " (" << name_of(set) << ")\n";
      return false;
    }
  }
  return true;
}

int run(const char* folder) {
  std::map<std::string, int> counts;
  int failed = 0;
  int skipped = 0;
  for (const Vector& vector : read_vectors(folder)) {
    if (!applies(vector)) {
      ++skipped;
      continue;
    }
    failed += !agrees(vector);
    ++counts[vector.verdict];
  }
  for (const auto& [verdict, count] : counts) std::cout << verdict << " " << count << ", ";
  std::cout << "failed " << failed << ", skipped " << skipped << "\n";
  return failed != 0 || counts.empty();
}

}  // namespace
}  // namespace pondus

int main(int argc, char** argv) { return argc == 2 ? pondus::run(argv[1]) : 2; }
