// Runs the files of folders through a fuzz target, as an ordinary program: replay [--mutate N]
// PATH...
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "fuzz/mutator.h"
#include "fuzz/stats.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" __attribute__((weak)) std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data,
                                                                     std::size_t size,
                                                                     std::size_t most,
                                                                     unsigned seed);

namespace {

namespace fs = std::filesystem;
using Content = std::vector<std::uint8_t>;

/// Room that a mutation may add.
constexpr std::size_t growth_bytes = 4096;

std::vector<fs::path> files_below(const fs::path& path) {
  if (!fs::exists(path)) return {};
  if (!fs::is_directory(path)) return {path};
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

/// A block of exactly the input's size shows a sanitizer every access outside.
void run(const Content& content) {
  const auto block = std::make_unique<std::uint8_t[]>(content.size());
  std::ranges::copy(content, block.get());
  LLVMFuzzerTestOneInput(block.get(), content.size());
}

/// The target's own mutator, or one of bytes.
std::size_t mutate(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  const auto mutator =
      LLVMFuzzerCustomMutator != nullptr ? LLVMFuzzerCustomMutator : pondus::fuzz::mutate_bytes;
  return mutator(data, size, most, seed);
}

/// Runs of up to four mutations, one upon the other. `seed` goes on from file to file.
void run_mutated(const Content& content, unsigned mutations, unsigned& seed) {
  Content mutated = content;
  for (unsigned i = 0; i < mutations; ++i) {
    if (i % 4 == 0) mutated = content;
    const std::size_t size = mutated.size();
    mutated.resize(size + growth_bytes);
    mutated.resize(mutate(mutated.data(), size, mutated.size(), seed++));
    run(mutated);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  unsigned mutations = 0;
  if (arguments.size() >= 2 && arguments[0] == "--mutate") {
    mutations = static_cast<unsigned>(std::stoul(arguments[1]));
    arguments.erase(arguments.begin(), arguments.begin() + 2);
  }
  std::size_t files = 0;
  unsigned seed = 0;
  for (const std::string& argument : arguments) {
    for (const fs::path& path : files_below(argument)) {
      std::ifstream in(path, std::ios::binary);
      const Content content{std::istreambuf_iterator<char>(in), {}};
      run(content);
      run_mutated(content, mutations, seed);
      ++files;
    }
  }
  std::printf("files %zu, ", files);
  pondus::fuzz::stats.print(stdout);
  return files == 0;
}
