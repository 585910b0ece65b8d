// The real matrices of ../shared/data: bounds, the papers' sizes, and every bit.
#define BOOST_TEST_NO_MAIN
#define BOOST_TEST_ALTERNATIVE_INIT_API
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "formats/value_set.h"
#include "tests/bounds.h"
#include "tests/papers.h"

namespace pondus::test {
namespace {

namespace fs = std::filesystem;

fs::path data_folder() {
  if (const char* shared = std::getenv("PONDUS_SHARED")) return fs::path(shared) / "data";
  const char* root = std::getenv("PONDUS_ROOT");
  return fs::path(root == nullptr ? "." : root) / ".." / "shared" / "data";
}

/// A matrix of little-endian f32 in C order (.npy of version 1).
Tensor read_npy(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  const std::string file = text.str();
  const std::size_t head =
      static_cast<unsigned char>(file.at(8)) + 256u * static_cast<unsigned char>(file.at(9));
  const std::string header = file.substr(10, head);
  BOOST_REQUIRE(header.find("'<f4'") != header.npos && header.find("False") != header.npos);
  std::istringstream dims(header.substr(header.find("'shape': (") + 10));
  std::uint64_t rows = 0, cols = 0;
  char comma = 0;
  dims >> rows >> comma >> cols;
  Tensor tensor{path.stem().string(), Dtype::f32, shape_of({rows, cols}), {}};
  const auto cells = std::as_bytes(std::span(file)).subspan(10 + head);
  tensor.cells.assign(cells.begin(), cells.end());
  BOOST_REQUIRE_EQUAL(tensor.cells.size(), rows * cols * 4);
  return tensor;
}

/// What a code takes for its symbols, as a multiple of an unlimited Huffman code's.
double coded_ratio(const ValueSet& values, TableUse use, std::vector<std::uint64_t> frequencies) {
  const PreparedTable* const table = values.table(use);
  const double ratio =
      static_cast<double>(table->coded_bits) / static_cast<double>(huffman(frequencies).bits);
  BOOST_TEST(ratio <= (frequencies.size() > 32 ? 1.01 : 1.002));
  return ratio;
}

void check_code(const Tensor& tensor) {
  const CellStatistics statistics = cell_statistics(tensor.cells, tensor.width());
  ValueSet values(tensor.width());
  values.add(statistics);
  const auto& all = statistics.frequencies;
  std::cout << tensor.name << ": entropy " << statistics.entropy_bits << ", coded bits / Huffman's "
            << coded_ratio(values, TableUse::code, all);
  const std::vector<std::uint64_t> nonzero(all.begin() + (statistics.nonzero != statistics.cells),
                                           all.end());
  std::cout << ", of nonzeros " << coded_ratio(values, TableUse::nonzero_code, nonzero) << "\n";
}

void check_sizes(const fs::path& path) {
  const Tensor tensor = read_npy(path);
  check_code(tensor);
  const auto bytes = check_bounds(tensor);
  std::cout << tensor.name << ":";
  for (const auto& [name, papers] : papers_bits(tensor)) {
    BOOST_TEST(bytes.at(name) != 0);
    BOOST_TEST(static_cast<double>(bytes.at(name)) <= static_cast<double>(papers) / 8 * 1.015 + 600,
               tensor.name << " as " << name);
    std::cout << " papers' " << name << " " << papers / 8;
  }
  std::cout << "; ours";
  for (const auto& [name, size] : bytes) std::cout << " " << name << " " << size;
  std::cout << "\n";
}

}  // namespace

BOOST_AUTO_TEST_CASE(real_matrices) {
  int matrices = 0;
  for (const auto& entry : fs::directory_iterator(data_folder())) {
    if (entry.path().extension() != ".npy") continue;
    if (instrumented && entry.file_size() > 1000000) continue;
    check_sizes(entry.path());
    ++matrices;
  }
  BOOST_TEST(matrices > 0);
}

}  // namespace pondus::test

int main(int argc, char** argv) {
  if (!std::filesystem::is_directory(pondus::test::data_folder())) {
    std::cout << "skipped: no folder " << pondus::test::data_folder().string()
              << " of real matrices\n";
    return 77;
  }
  return boost::unit_test::unit_test_main([] { return true; }, argc, argv);
}
