#include <bit>

#include "codec/bits/little_endian.h"
#include "formats/product_kernels.h"

namespace pondus {
namespace {

/// Sums that are kept at a time: of one vector 16, of two vectors 8 each, and so on.
constexpr std::size_t lanes = 16;

float number(const std::byte* cells, std::size_t i) {
  return std::bit_cast<float>(load<std::uint32_t>(cells + 4 * i));
}

/// Calls `work(first vector, constant: how many)` for groups of 1, 2, 4, 8 or 16 vectors.
template <class Work>
void for_each_group(std::uint32_t stride, Work&& work) {
  if (stride == 1) return work(0u, std::integral_constant<std::size_t, 1>());
  if (stride == 2) return work(0u, std::integral_constant<std::size_t, 2>());
  if (stride == 4) return work(0u, std::integral_constant<std::size_t, 4>());
  if (stride == 8) return work(0u, std::integral_constant<std::size_t, 8>());
  for (std::uint32_t v = 0; v < stride; v += lanes)
    work(v, std::integral_constant<std::size_t, lanes>());
}

/// One line times `vectors` vectors. With fewer than 16 they lie without gaps, so that the lanes
/// of x are consecutive.
template <std::size_t vectors>
void dot_line(const std::byte* cells, std::size_t count, const float* x, std::uint32_t stride,
              float* y) {
  constexpr std::size_t step = lanes / vectors;
  float sums[lanes] = {};
  std::size_t i = 0;
  for (; i + step <= count; i += step) {
    for (std::size_t lane = 0; lane < lanes; ++lane)
      sums[lane] += number(cells, i + lane / vectors) * x[i * stride + lane];
  }
  for (; i < count; ++i) {
    for (std::size_t v = 0; v < vectors; ++v) sums[v] += number(cells, i) * x[i * stride + v];
  }
  for (std::size_t half = lanes / 2; half >= vectors; half /= 2) {
    for (std::size_t lane = 0; lane < half; ++lane) sums[lane] += sums[half + lane];
  }
  for (std::size_t v = 0; v < vectors; ++v) y[v] += sums[v];
}

template <std::size_t vectors>
void axpy_line(const std::byte* cells, std::size_t count, const float* x, std::uint32_t stride,
               float* y) {
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t v = 0; v < vectors; ++v) y[i * stride + v] += number(cells, i) * x[v];
  }
}

void dot(const std::byte* cells, std::size_t lines, std::size_t count, const float* x,
         std::uint32_t stride, float* y) {
  for (std::size_t line = 0; line < lines; ++line) {
    for_each_group(stride, [&](std::uint32_t v, auto vectors) {
      dot_line<vectors.value>(cells + 4 * line * count, count, x + v, stride,
                              y + line * stride + v);
    });
  }
}

void axpy(const std::byte* cells, std::size_t lines, std::size_t count, const float* x,
          std::uint32_t stride, float* y) {
  for (std::size_t line = 0; line < lines; ++line) {
    for_each_group(stride, [&](std::uint32_t v, auto vectors) {
      axpy_line<vectors.value>(cells + 4 * line * count, count, x + line * stride + v, stride,
                               y + v);
    });
  }
}

void dot_entries(const std::uint16_t* positions, const std::byte* values, std::size_t count,
                 const float* x, std::uint32_t stride, float* y) {
  for_each_group(stride, [&](std::uint32_t first, auto vectors) {
    float sums[2][vectors.value] = {};
    for (std::size_t i = 0; i < count; ++i) {
      const float* const at = x + std::size_t{positions[i]} * stride + first;
      for (std::size_t v = 0; v < vectors.value; ++v) sums[i % 2][v] += number(values, i) * at[v];
    }
    for (std::size_t v = 0; v < vectors.value; ++v) y[first + v] += sums[0][v] + sums[1][v];
  });
}

void axpy_entries(const std::uint16_t* positions, const std::byte* values, std::size_t count,
                  const float* x, std::uint32_t stride, float* y) {
  for_each_group(stride, [&](std::uint32_t first, auto vectors) {
    for (std::size_t i = 0; i < count; ++i) {
      float* const at = y + std::size_t{positions[i]} * stride + first;
      for (std::size_t v = 0; v < vectors.value; ++v) at[v] += number(values, i) * x[first + v];
    }
  });
}

}  // namespace

const ProductKernels product_portable{"portable", dot, axpy, dot_entries, axpy_entries};

}  // namespace pondus
