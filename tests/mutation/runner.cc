// Runs every vector against every mutant, each mutant in a process of its own: runner VECTORS <
// "NUMBER LABEL" lines. Prints "NUMBER killed|survived|inapplicable" and, for the killed, by which
// vector.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <sstream>

#include "tests/judge_vector.h"
#include "tests/mutation/mutant.h"

namespace pondus {
namespace {

constexpr rlim_t cpu_seconds_most = 60;
constexpr int survived = 0, killed = 1, inapplicable = 2;

std::size_t size_of(const Vector& vector) {
  std::size_t bytes = 0;
  for (const Bytes& file : vector.files) bytes += file.size();
  return bytes;
}

/// The first vector that tells the mutant from the original; those of its label are tried first.
const Vector* find_killer(std::vector<const Vector*> vectors, const std::string& label) {
  std::ranges::stable_partition(vectors, [&](const Vector* v) { return v->label == label; });
  for (const Vector* const vector : vectors) {
    if (!difference(*vector, 1).empty()) return vector;
    if (mutant::inapplicable) return nullptr;
  }
  return nullptr;
}

[[noreturn]] void run_mutant(int number, const std::string& label,
                             const std::vector<const Vector*>& vectors) {
  const rlimit limit{cpu_seconds_most, cpu_seconds_most};
  setrlimit(RLIMIT_CPU, &limit);
  mutant::active = number;
  int outcome = survived;
  try {
    const Vector* const killer = find_killer(vectors, label);
    if (killer != nullptr) {
      std::cout << killer->path.parent_path().filename().string() << "/"
                << killer->path.stem().string() << std::flush;
      outcome = killed;
    } else if (mutant::inapplicable) {
      outcome = inapplicable;
    }
  } catch (const std::exception&) {
    outcome = killed;
  }
  _exit(outcome);
}

int run(const char* folder) {
  const auto read = read_vectors(folder);
  std::vector<const Vector*> vectors;
  for (const Vector& vector : read) vectors.push_back(&vector);
  std::ranges::stable_sort(vectors, {}, [](const Vector* v) { return size_of(*v); });
  if (find_killer(vectors, {}) != nullptr) return 1;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    int number = 0;
    std::string label;
    words >> number >> label;
    std::cout << number << " " << std::flush;
    const pid_t child = fork();
    if (child == 0) run_mutant(number, label, vectors);
    int status = 0;
    waitpid(child, &status, 0);
    const int outcome = WIFEXITED(status) ? WEXITSTATUS(status) : killed;
    const char* const names[] = {"survived", "killed", "inapplicable"};
    std::cout << " " << names[std::min(outcome, 2)] << std::endl;
  }
  return 0;
}

}  // namespace
}  // namespace pondus

int main(int argc, char** argv) { return argc == 2 ? pondus::run(argv[1]) : 2; }
