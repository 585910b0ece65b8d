// Every kernel against the portable one, bit for bit, for each instruction set of the machine.
#include <cstdio>
#include <random>

#include "codec/base/instruction_set.h"
#include "formats/dense/dense.h"

namespace pondus {
namespace {

using Random = std::mt19937_64;

Bytes random_bytes(Random& random, std::size_t size) {
  Bytes bytes(size);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

/// Runs `work` with each instruction set, and says whether all gave what the portable one gave.
template <class Work>
bool all_agree(const char* what, Work&& work) {
  use_instruction_set(InstructionSet::portable);
  const auto expected = work();
  bool agree = true;
  for (const InstructionSet set : instruction_sets()) {
    use_instruction_set(set);
    if (work() == expected) continue;
    std::fprintf(stderr, "%s: %s differs\n", what, std::string(name_of(set)).c_str());
    agree = false;
  }
  return agree;
}

bool plane_joining(Random& random) {
  bool agree = true;
  for (const std::uint32_t cell_bytes : {1u, 2u, 4u, 8u}) {
    for (std::size_t count = 0; count < 200; ++count) {
      const Bytes cells = random_bytes(random, count * cell_bytes);
      const Bytes planes = dense::to_planes(cells, cell_bytes);
      agree = all_agree("joining of planes",
                        [&] {
                          Bytes joined(cells.size());
                          dense::from_planes(planes, cell_bytes, joined);
                          return joined;
                        }) &&
              agree;
    }
  }
  return agree;
}

int run() {
  Random random(1);
  const bool agree = plane_joining(random);
  for (const InstructionSet set : instruction_sets())
    std::printf("%s ", std::string(name_of(set)).c_str());
  std::printf(agree ? "agree\n" : "do not agree\n");
  return !agree;
}

}  // namespace
}  // namespace pondus

int main() { return pondus::run(); }
