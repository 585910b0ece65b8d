#if PONDUS_BENCH_OPENBLAS
#include <cblas.h>
#endif
#ifdef __x86_64__
#include <immintrin.h>
#endif

#include <bit>
#include <cmath>
#include <cstdio>
#include <random>

#include "bench/stored.h"
#include "bench/tasks.h"
#include "formats/product.h"

namespace pondus::bench {
namespace {

/// x, and what y = W x should be.
struct Vectors {
  std::vector<float> x;
  std::vector<float> y;
  std::vector<double> expected;
  std::vector<double> magnitudes;  ///< sums of |w| |x|

  explicit Vectors(const Sample& sample)
      : x(sample.cols), y(sample.rows), expected(sample.rows), magnitudes(sample.rows) {
    std::mt19937 random(1);
    std::normal_distribution<float> normal;
    for (float& each : x) each = normal(random);
    for (std::size_t i = 0; i < sample.weights(); ++i) {
      const double part = double{sample.values[sample.indices[i]]} * double{x[i % sample.cols]};
      expected[i / sample.cols] += part;
      magnitudes[i / sample.cols] += std::abs(part);
    }
  }

  /// Within the bound of sums of as many float32 products as a row has.
  bool verify() const {
    const double most = static_cast<double>(x.size()) * 0x1p-24;
    for (std::size_t i = 0; i < y.size(); ++i) {
      if (!(std::abs(double{y[i]} - expected[i]) <= most * magnitudes[i] + 1e-30)) return false;
    }
    return true;
  }
};

using Shared = std::shared_ptr<Vectors>;

Subject subject(std::string name, std::uint64_t stored, const Shared& vectors,
                std::function<void()> run) {
  return {std::move(name), stored,
          [vectors, run] {
            std::ranges::fill(vectors->y, 0.0f);
            run();
            return true;
          },
          [vectors] { return vectors->verify(); }};
}

#if PONDUS_BENCH_OPENBLAS
Subject openblas(const Sample& sample, const Shared& vectors) {
  openblas_set_num_threads(1);
  const auto rows = static_cast<int>(sample.rows);
  const auto cols = static_cast<int>(sample.cols);
  const auto* const w = reinterpret_cast<const float*>(sample.cells.data());
  return subject("OpenBLAS sgemv, " + std::string(openblas_get_corename()), sample.cells.size(),
                 vectors, [=] {
                   cblas_sgemv(CblasRowMajor, CblasNoTrans, rows, cols, 1, w, cols,
                               vectors->x.data(), 1, 0, vectors->y.data(), 1);
                 });
}
#endif

/// Compressed sparse rows, as plainly as they come: 32-bit columns and float32 values.
struct Csr {
  std::vector<std::uint32_t> starts{0};
  std::vector<std::int32_t> cols;
  std::vector<float> values;

  explicit Csr(const Sample& sample) {
    for (std::size_t i = 0; i < sample.weights(); ++i) {
      const float value = sample.values[sample.indices[i]];
      if (value != 0) {
        cols.push_back(static_cast<std::int32_t>(i % sample.cols));
        values.push_back(value);
      }
      if ((i + 1) % sample.cols == 0) starts.push_back(static_cast<std::uint32_t>(cols.size()));
    }
  }

  std::uint64_t bytes() const { return 4 * (starts.size() + cols.size() + values.size()); }
};

float scalar_sum(const Csr& csr, std::uint32_t i, std::uint32_t end, const float* x) {
  float sum = 0;
  for (; i < end; ++i) sum += csr.values[i] * x[csr.cols[i]];
  return sum;
}

void multiply(const Csr& csr, const float* x, std::span<float> y) {
  for (std::size_t row = 0; row < y.size(); ++row)
    y[row] = scalar_sum(csr, csr.starts[row], csr.starts[row + 1], x);
}

#ifdef __x86_64__
__attribute__((target("avx512f"))) void multiply_avx512(const Csr& csr, const float* x,
                                                        std::span<float> y) {
  for (std::size_t row = 0; row < y.size(); ++row) {
    __m512 sum = _mm512_setzero_ps();
    const std::uint32_t end = csr.starts[row + 1];
    for (std::uint32_t i = csr.starts[row]; i < end; i += 16) {
      const std::uint32_t left = end - i;
      const auto mask = static_cast<__mmask16>(left >= 16 ? 0xFFFF : (1u << left) - 1);
      const __m512i cols = _mm512_maskz_loadu_epi32(mask, &csr.cols[i]);
      const __m512 from_x = _mm512_mask_i32gather_ps(_mm512_setzero_ps(), mask, cols, x, 4);
      sum = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(mask, &csr.values[i]), from_x, sum);
    }
    y[row] = _mm512_reduce_add_ps(sum);
  }
}
#endif

void add_csr(const Sample& sample, const Shared& vectors, std::vector<Subject>& subjects) {
  const auto csr = std::make_shared<Csr>(sample);
  subjects.push_back(subject("CSR", csr->bytes(), vectors,
                             [=] { multiply(*csr, vectors->x.data(), vectors->y); }));
#ifdef __x86_64__
  if (!__builtin_cpu_supports("avx512f")) return;
  subjects.push_back(subject("CSR, AVX-512 gathers", csr->bytes(), vectors,
                             [=] { multiply_avx512(*csr, vectors->x.data(), vectors->y); }));
#endif
}

void add_ours(const Sample& sample, const Shared& vectors, std::vector<Subject>& subjects) {
  for (const Encoding* const encoding : all_encodings()) {
    const auto stored = Stored::make(sample, *encoding);
    if (!stored) continue;
    auto opened = Product::open(stored->model, stored->reader.record());
    if (!opened) continue;
    const auto product = std::make_shared<Product>(std::move(*opened));
    subjects.push_back(
        subject(std::string(encoding->name), stored->bytes.size(), vectors, [=, keep = stored] {
          const auto done = product->multiply({}, vectors->x, vectors->y);
          if (!done) vectors->y[0] = std::nanf("");
        }));
  }
}

}  // namespace

Task product_task(const Sample& sample) {
  Task task{"product y = W x", {}};
  const auto vectors = std::make_shared<Vectors>(sample);
#if PONDUS_BENCH_OPENBLAS
  task.subjects.push_back(openblas(sample, vectors));
#else
  std::fprintf(stderr, "bench: OpenBLAS is not installed, and left out\n");
#endif
  add_csr(sample, vectors, task.subjects);
  add_ours(sample, vectors, task.subjects);
  return task;
}

}  // namespace pondus::bench
