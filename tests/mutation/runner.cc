// Runs every vector against every mutant, each mutant in a process of its own: runner VECTORS <
// "NUMBER LABEL..." lines. Prints "NUMBER killed|survived|inapplicable" and, for the killed, by
// which vector.
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <iterator>
#include <sstream>

#include "codec/base/instruction_set.h"
#include "tests/judge_vector.h"
#include "tests/mutation/mutant.h"

namespace pondus {
namespace {

constexpr rlim_t cpu_seconds_most = 5;  // all vectors take less than two
constexpr int survived = 0, killed = 1, inapplicable = 2;

std::size_t size_of(const Vector& vector) {
  std::size_t bytes = 0;
  for (const Bytes& file : vector.files) bytes += file.size();
  return bytes;
}

using Vectors = std::vector<const Vector*>;

/// Where the first vector is that tells the mutant from the original, with any of the machine's
/// instruction sets; the end, if none does.
std::size_t find_killer(const Vectors& vectors) {
  for (const InstructionSet set : instruction_sets()) {
    use_instruction_set(set);
    for (std::size_t i = 0; i < vectors.size() && !mutant::inapplicable; ++i)
      if (!difference(*vectors[i], 1).empty()) return i;
  }
  return vectors.size();
}

[[noreturn]] void run_mutant(int number, const Vectors& vectors, std::size_t* killer) {
  const rlimit limit{cpu_seconds_most, cpu_seconds_most};
  setrlimit(RLIMIT_CPU, &limit);
  mutant::active = number;
  int outcome = killed;
  try {
    *killer = find_killer(vectors);
    if (*killer == vectors.size()) outcome = mutant::inapplicable ? inapplicable : survived;
  } catch (const std::exception&) {
  }
  _exit(outcome);
}

/// The outcome of a mutant. Vectors of its labels are moved to the front, and the one that kills it
/// before them: it is likely to kill the next.
const char* judge(std::istream& mutant, Vectors& vectors, std::size_t* killer) {
  int number = 0;
  mutant >> number;
  std::vector<std::string> labels{std::istream_iterator<std::string>(mutant), {}};
  std::stable_partition(vectors.begin() + 1, vectors.end(), [&](const Vector* v) {
    return std::ranges::find(labels, v->label) != labels.end();
  });
  *killer = vectors.size();
  const pid_t child = fork();
  if (child == 0) run_mutant(number, vectors, killer);
  int status = 0;
  waitpid(child, &status, 0);
  if (*killer < vectors.size())
    std::rotate(vectors.begin(), vectors.begin() + *killer, vectors.begin() + *killer + 1);
  const char* const names[] = {"survived", "killed", "inapplicable"};
  return names[WIFEXITED(status) ? std::min(WEXITSTATUS(status), 2) : killed];
}

int run(const char* folder) {
  const auto read = read_vectors(folder);
  Vectors vectors;
  for (const Vector& vector : read) vectors.push_back(&vector);
  std::ranges::stable_sort(vectors, {}, [](const Vector* v) { return size_of(*v); });
  if (find_killer(vectors) != vectors.size()) return 1;
  auto* const killer = static_cast<std::size_t*>(mmap(
      nullptr, sizeof(std::size_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream mutant(line);
    std::cout << line.substr(0, line.find(' ')) << " " << std::flush;
    const std::string outcome = judge(mutant, vectors, killer);
    const bool known = *killer < vectors.size();
    std::cout << (known ? vectors[0]->path.stem().string() : "-") << " " << outcome << std::endl;
  }
  return 0;
}

}  // namespace
}  // namespace pondus

int main(int argc, char** argv) { return argc == 2 ? pondus::run(argv[1]) : 2; }
