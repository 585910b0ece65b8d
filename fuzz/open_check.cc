// Any bytes as a file: a verdict, and nothing else.
#include "fuzz/judge.h"
#include "fuzz/mutator.h"
#include "fuzz/stats.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pondus::fuzz;
  ++stats.executions;
  const Judged judged = judge(std::as_bytes(std::span(data, size)), small_limits);
  stats.reached += judged.reached;
  stats.decoded += judged.decoded;
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned seed) {
  return pondus::fuzz::mutate_file(data, size, most, seed);
}
