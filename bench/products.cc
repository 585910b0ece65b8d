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

namespace pondus::bench {
namespace {

/// x, and what y = W x or y = x W should be.
struct Vectors {
  Side side;
  std::vector<float> x;
  std::vector<float> y;
  std::vector<double> expected;
  std::vector<double> magnitudes;  ///< sums of |w| |x|

  Vectors(const Sample& sample, Side of)
      : side(of),
        x(of == Side::right ? sample.cols : sample.rows),
        y(of == Side::right ? sample.rows : sample.cols),
        expected(y.size()),
        magnitudes(y.size()) {
    std::mt19937 random(1);
    std::normal_distribution<float> normal;
    for (float& each : x) each = normal(random);
    for (std::size_t i = 0; i < sample.weights(); ++i) {
      const std::size_t row = i / sample.cols, col = i % sample.cols;
      const double number{x[side == Side::right ? col : row]};
      const double part = double{sample.values[sample.indices[i]]} * number;
      expected[side == Side::right ? row : col] += part;
      magnitudes[side == Side::right ? row : col] += std::abs(part);
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
                   const auto order = vectors->side == Side::right ? CblasNoTrans : CblasTrans;
                   cblas_sgemv(CblasRowMajor, order, rows, cols, 1, w, cols, vectors->x.data(), 1,
                               0, vectors->y.data(), 1);
                 });
}
#endif

/// Compressed sparse rows or columns, as plainly as they come: 32-bit places and float32 values.
struct Compressed {
  std::vector<std::uint32_t> starts{0};
  std::vector<std::int32_t> places;
  std::vector<float> values;

  Compressed(const Sample& sample, bool by_rows) {
    const std::size_t lines = by_rows ? sample.rows : sample.cols;
    const std::size_t length = by_rows ? sample.cols : sample.rows;
    for (std::size_t line = 0; line < lines; ++line) {
      for (std::size_t i = 0; i < length; ++i) {
        const std::size_t cell = by_rows ? line * sample.cols + i : i * sample.cols + line;
        const float value = sample.values[sample.indices[cell]];
        if (value == 0) continue;
        places.push_back(static_cast<std::int32_t>(i));
        values.push_back(value);
      }
      starts.push_back(static_cast<std::uint32_t>(places.size()));
    }
  }

  std::uint64_t bytes() const { return 4 * (starts.size() + places.size() + values.size()); }
};

/// The matrix as the loops take it: without the checks of std::vector.
struct View {
  const std::uint32_t* starts;
  const std::int32_t* places;
  const float* values;

  explicit View(const Compressed& matrix)
      : starts(matrix.starts.data()), places(matrix.places.data()), values(matrix.values.data()) {}
};

/// The loop of SciPy's csr_matvec.
void add_dots(const View matrix, const float* x, std::span<float> y) {
  for (std::size_t line = 0; line < y.size(); ++line) {
    float sum = y[line];
    for (std::uint32_t i = matrix.starts[line]; i < matrix.starts[line + 1]; ++i)
      sum += matrix.values[i] * x[matrix.places[i]];
    y[line] = sum;
  }
}

/// The loop of SciPy's csc_matvec.
void add_multiples(const View matrix, std::span<const float> x, float* y) {
  for (std::size_t line = 0; line < x.size(); ++line) {
    for (std::uint32_t i = matrix.starts[line]; i < matrix.starts[line + 1]; ++i)
      y[matrix.places[i]] += matrix.values[i] * x[line];
  }
}

#ifdef __x86_64__
__attribute__((target("avx512f"))) void add_dots_avx512(const View matrix, const float* x,
                                                        std::span<float> y) {
  for (std::size_t line = 0; line < y.size(); ++line) {
    __m512 sum = _mm512_setzero_ps();
    const std::uint32_t end = matrix.starts[line + 1];
    for (std::uint32_t i = matrix.starts[line]; i < end; i += 16) {
      const std::uint32_t left = end - i;
      const auto mask = static_cast<__mmask16>(left >= 16 ? 0xFFFF : (1u << left) - 1);
      const __m512i places = _mm512_maskz_loadu_epi32(mask, &matrix.places[i]);
      const __m512 from_x = _mm512_mask_i32gather_ps(_mm512_setzero_ps(), mask, places, x, 4);
      sum = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(mask, &matrix.values[i]), from_x, sum);
    }
    y[line] = _mm512_reduce_add_ps(sum);
  }
}
#endif

void add_compressed(const Sample& sample, const Shared& vectors, bool by_rows,
                    std::vector<Subject>& subjects) {
  const auto matrix = std::make_shared<Compressed>(sample, by_rows);
  const std::string name = by_rows ? "CSR" : "CSC";
  const bool along = by_rows == (vectors->side == Side::right);
  subjects.push_back(subject(name + ", SciPy's loop", matrix->bytes(), vectors, [=] {
    if (along) {
      add_dots(View(*matrix), vectors->x.data(), vectors->y);
    } else {
      add_multiples(View(*matrix), vectors->x, vectors->y.data());
    }
  }));
#ifdef __x86_64__
  if (!along || !__builtin_cpu_supports("avx512f")) return;
  subjects.push_back(subject(name + ", AVX-512 gathers", matrix->bytes(), vectors, [=] {
    add_dots_avx512(View(*matrix), vectors->x.data(), vectors->y);
  }));
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
          const auto done = product->multiply({.side = vectors->side}, vectors->x, vectors->y);
          if (!done) vectors->y[0] = std::nanf("");
        }));
  }
}

}  // namespace

Task product_task(const Sample& sample, Side side) {
  Task task{side == Side::right ? "product y = W x" : "product y = x W", {}};
  const auto vectors = std::make_shared<Vectors>(sample, side);
#if PONDUS_BENCH_OPENBLAS
  task.subjects.push_back(openblas(sample, vectors));
#else
  std::fprintf(stderr, "bench: OpenBLAS is not installed, and left out\n");
#endif
  add_compressed(sample, vectors, true, task.subjects);
  add_compressed(sample, vectors, false, task.subjects);
  add_ours(sample, vectors, task.subjects);
  return task;
}

}  // namespace pondus::bench
