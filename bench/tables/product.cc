// Times y = xW on the stored form of each tensor of a file, for bench/tables: one JSON object.
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <vector>

#include "codec/container/mapped_file.h"
#include "formats/product.h"

namespace pondus {
namespace {

double now() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// Seconds of processor time of one product: the best of rounds that last 5 ms each.
double best_time(const Product& product, const std::vector<float>& x, std::vector<float>& y) {
  constexpr int rounds = 3;
  constexpr double least = 0.005;
  const ProductRequest request{.side = Side::left};
  product.multiply(request, x, y).value();
  double best = 1e9;
  for (int round = 0; round < rounds; ++round) {
    const double begin = now();
    int calls = 0;
    double passed = 0;
    do {
      product.multiply(request, x, y).value();
      ++calls;
      passed = now() - begin;
    } while (passed < least);
    best = std::min(best, passed / calls);
  }
  return best;
}

void run(const char* path) {
  const auto file = std::move(MappedFile::open(path).value());
  const auto model = std::move(Model::open(file.bytes()).value());
  const char* comma = "{";
  for (const Record& record : model.records()) {
    const auto product = std::move(Product::open(model, record).value());
    std::vector<float> x(product.input_count(Side::left));
    std::vector<float> y(product.output_count(Side::left));
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 17) - 8.0F;
    std::printf("%s\"%s\": %.9g", comma, record.name.c_str(), best_time(product, x, y));
    comma = ", ";
  }
  std::printf("}\n");
}

}  // namespace
}  // namespace pondus

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: bench_tables_product FILE\n"), 1;
  try {
    pondus::run(argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_tables_product: %s\n", error.what());
    return 1;
  }
}
