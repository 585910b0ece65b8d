// Searches for slow and for greedy files: slow SECONDS SEED FOLDER... mutates the files of folders,
// keeps those that take the most time per byte, stored and decoded, to open and check, and those
// whose largest allocation exceeds its share of these bytes the most, and prints both. Fails beyond
// the constants of SECURITY.md.
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <new>
#include <string>
#include <vector>

#include "formats/model.h"
#include "fuzz/judge.h"
#include "fuzz/mutator.h"
#include "fuzz/random.h"

namespace {

std::size_t largest_allocation = 0;

void* allocate(std::size_t bytes) {
  largest_allocation = std::max(largest_allocation, bytes);
  if (void* const memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t bytes) { return allocate(bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace pondus::fuzz {
namespace {

namespace fs = std::filesystem;

/// Of SECURITY.md.
constexpr double nanoseconds_most = 200;
constexpr double allocation_share = 11;  // a set of distinct cells of 16 bits, sparsely filled
constexpr double excess_most = 1u << 20;

constexpr std::size_t kept_most = 64;
constexpr std::size_t file_bytes_most = 1u << 16;
constexpr std::size_t growth_bytes = 4096;
/// The least of so many times counts: noise only adds.
constexpr int repetitions = 3;

/// Of this thread, in nanoseconds.
double processor_time() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

struct Cost {
  double time = 0;    ///< nanoseconds per byte, stored and decoded
  double excess = 0;  ///< bytes of the largest allocation over its share of these
};

/// Bytes stored, those of the smallest file at least, and decoded: cells and heads of sources.
std::uint64_t amount(ByteSpan bytes) {
  std::uint64_t sum = std::max<std::uint64_t>(bytes.size(), header_bytes + trailer_bytes);
  const auto model = Model::open(bytes, small_limits);
  if (!model) return sum;
  const File& file = model->file();
  for (const TableEntry& table : file.tables()) {
    if (table.kind == TableKind::source && table.bytes >= 8)
      sum += load<std::uint32_t>(&file.bytes(table)[4]);
  }
  return sum + file.trailer().decoded_bytes;
}

Cost cost_of(ByteSpan file) {
  const auto bytes = static_cast<double>(amount(file));
  double least = 0;
  largest_allocation = 0;
  for (int i = 0; i < repetitions; ++i) {
    const double begin = processor_time();
    const auto model = Model::open(file, small_limits);
    if (model) static_cast<void>(model->check());
    const double taken = processor_time() - begin;
    least = i == 0 ? taken : std::min(least, taken);
  }
  return {least / bytes, static_cast<double>(largest_allocation) - allocation_share * bytes};
}

/// The worst files by one cost, worst first.
class Worst {
 public:
  Worst(const char* name, double Cost::*measure) : name_(name), measure_(measure) {}

  void offer(const Bytes& file, const Cost& cost) {
    const auto place = std::ranges::find_if(
        kept_, [&](const Kept& kept) { return kept.cost.*measure_ < cost.*measure_; });
    if (place == kept_.end() && kept_.size() == kept_most) return;
    kept_.insert(place, {file, cost});
    if (kept_.size() > kept_most) kept_.pop_back();
  }

  const Bytes& draw(Random& random) const {
    return kept_[std::min(random.below(kept_.size()), random.below(kept_.size()))].file;
  }

  /// Prints the worst and writes it into the working folder.
  const Cost& report() const {
    const Kept& worst = kept_.front();
    const std::string path = std::string("worst-") + name_ + ".pondus";
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(worst.file.data()),
               static_cast<std::streamsize>(worst.file.size()));
    std::printf("%s: %.1f ns per byte, %.0f bytes of allocation above 11 times %llu (%zu stored)\n",
                path.c_str(), worst.cost.time, worst.cost.excess,
                static_cast<unsigned long long>(amount(worst.file)), worst.file.size());
    return worst.cost;
  }

 private:
  struct Kept {
    Bytes file;
    Cost cost;
  };
  const char* name_;
  double Cost::*measure_;
  std::vector<Kept> kept_;
};

Bytes read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const ByteSpan bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

Bytes mutated(Bytes file, unsigned seed) {
  const std::size_t size = file.size();
  file.resize(std::min(size + growth_bytes, std::max(size, file_bytes_most)));
  file.resize(mutate_file(reinterpret_cast<std::uint8_t*>(file.data()), size, file.size(), seed));
  return file;
}

struct Search {
  Worst slow{"time", &Cost::time};
  Worst greedy{"memory", &Cost::excess};
  std::uint64_t files = 0;

  void offer(const Bytes& file) {
    const Cost cost = cost_of(file);
    slow.offer(file, cost);
    greedy.offer(file, cost);
    ++files;
  }

  void run(double seconds, unsigned seed) {
    Random random(seed);
    const double end = processor_time() + seconds * 1e9;
    while (processor_time() < end) {
      const Worst& worst = random.one_in(4) ? greedy : slow;
      offer(mutated(worst.draw(random), static_cast<unsigned>(random.next())));
    }
  }
};

}  // namespace
}  // namespace pondus::fuzz

int main(int argc, char** argv) {
  using namespace pondus::fuzz;
  if (argc < 4) return std::fputs("slow SECONDS SEED PATH...\n", stderr), 2;
  Search search;
  for (const std::string& path : std::vector<std::string>(argv + 3, argv + argc)) {
    for (const auto& entry : fs::recursive_directory_iterator(path))
      if (entry.is_regular_file()) search.offer(read_file(entry.path()));
  }
  if (search.files == 0) return std::fputs("no files\n", stderr), 2;
  search.run(std::atof(argv[1]), static_cast<unsigned>(std::atoi(argv[2])));
  std::printf("%llu files\n", static_cast<unsigned long long>(search.files));
  const bool slow = search.slow.report().time > nanoseconds_most;
  const bool greedy = search.greedy.report().excess > excess_most;
  return slow || greedy ? 1 : 0;
}
