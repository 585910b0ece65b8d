#include "bench/sample.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <random>

#include "formats/codebook.h"
#include "formats/statistics.h"
#include "tools/io/input.h"

namespace pondus::bench {
namespace {

constexpr std::uint32_t cell_bytes = 4;

/// Whether there are at most 256 distinct cells; fills in what follows from the cells.
bool describe(Sample& sample) {
  const CellStatistics statistics = cell_statistics(sample.cells, cell_bytes);
  if (statistics.distinct > 256 || statistics.frequencies.empty()) return false;
  sample.entropy_bits = statistics.entropy_bits;
  sample.nonzero = static_cast<double>(statistics.nonzero) / static_cast<double>(statistics.cells);
  const CellIndex index(statistics.values, cell_bytes);
  sample.indices = std::get<0>(index.indices_of(sample.cells, cell_bytes));
  for (std::size_t i = 0; i < statistics.values.size(); i += cell_bytes)
    sample.values.push_back(std::bit_cast<float>(load<std::uint32_t>(&statistics.values[i])));
  return true;
}

}  // namespace

Sample synthetic(std::uint64_t rows, std::uint64_t cols, std::uint32_t k,
                 std::uint32_t zero_percent) {
  Sample sample{.name = "random-z" + std::to_string(zero_percent) + "-k" + std::to_string(k),
                .rows = rows,
                .cols = cols};
  const std::uint32_t values = zero_percent == 0 ? k : k - 1;
  std::mt19937_64 random(k * 100 + zero_percent);
  std::normal_distribution<double> normal(values / 2.0, values / 6.0);
  sample.cells.resize(sample.weights() * cell_bytes);
  for (std::size_t i = 0; i < sample.weights(); ++i) {
    if (random() % 100 < zero_percent) continue;
    const double level = std::floor(std::clamp(normal(random), 0.0, values - 1.0));
    const auto value = static_cast<float>((level - values / 2.0 + 0.25) / 64);
    store(&sample.cells[i * cell_bytes], std::bit_cast<std::uint32_t>(value));
  }
  describe(sample);
  return sample;
}

std::vector<Sample> real(const std::string& folder) {
  std::vector<Sample> samples;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
    if (entry.path().extension() != ".npy") continue;
    auto mapped = MappedFile::open(entry.path().string());
    if (!mapped) continue;
    const auto file = open_npy(entry.path().string(), std::move(*mapped));
    if (!file || (*file)->tensors()[0].shape.rank() != 2) continue;
    const InputTensor& tensor = (*file)->tensors()[0];
    const auto cells = (*file)->cells(0);
    if (!cells || tensor.dtype != Dtype::f32) continue;
    Sample sample{.name = entry.path().stem().string(),
                  .rows = tensor.shape.dims()[0],
                  .cols = tensor.shape.dims()[1],
                  .cells = {cells->view.begin(), cells->view.end()}};
    if (describe(sample)) samples.push_back(std::move(sample));
  }
  std::ranges::sort(samples, {}, &Sample::name);
  if (samples.empty()) std::fprintf(stderr, "bench: no real matrices in %s\n", folder.c_str());
  return samples;
}

}  // namespace pondus::bench
