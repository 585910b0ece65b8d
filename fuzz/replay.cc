// Runs the files of folders through a fuzz target, as an ordinary program: replay [--mutate N]
// [--save FOLDER] PATH... With --save every input is also written to a file of its own.
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

/// Where inputs are kept; empty for nowhere.
fs::path saved_folder;

void save(const Content& content) {
  static std::size_t number = 0;
  std::ofstream(saved_folder / std::to_string(number++), std::ios::binary)
      .write(reinterpret_cast<const char*>(content.data()),
             static_cast<std::streamsize>(content.size()));
}

/// A block of exactly the input's size shows a sanitizer every access outside.
void run(const Content& content) {
  if (!saved_folder.empty()) save(content);
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

/// The value of an option, which is removed together with it; empty where it is not there.
std::string take_option(std::vector<std::string>& arguments, const char* name) {
  const auto option = std::ranges::find(arguments, name);
  if (option == arguments.end() || option + 1 == arguments.end()) return {};
  std::string value = option[1];
  arguments.erase(option, option + 2);
  return value;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  const std::string mutate = take_option(arguments, "--mutate");
  const auto mutations = static_cast<unsigned>(mutate.empty() ? 0 : std::stoul(mutate));
  saved_folder = take_option(arguments, "--save");
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
