// The loops of products, once for all instruction sets: a set gives its vectors.
#pragma once

#include "formats/product_kernels.h"

namespace pondus {

template <unsigned size>
struct FloatVector {
  using Type [[gnu::vector_size(4 * size)]] = float;
};

template <>
struct FloatVector<1> {
  using Type = float;
};

/// `Set` has internal linkage, so that each file that includes this has code of its own, and gives:
///   lanes: floats of a vector, 4, 8 or 16; Floats: FloatVector<lanes>::Type
///   spread<n>(cells): the first lanes / n cells, each n times
///   number(cells): the first cell
/// No inline function of another header may be called here: tests/kernel_symbols.py.
template <class Set>
struct ProductLoops {
  static constexpr unsigned lanes = Set::lanes;
  using Floats = typename Set::Floats;
  static constexpr unsigned lines_at_once = 4;

  template <class Vector>
  static Vector load(const float* at) {
    Vector vector;
    __builtin_memcpy(&vector, at, sizeof vector);
    return vector;
  }
  template <class Vector>
  static void store(float* at, Vector vector) {
    __builtin_memcpy(at, &vector, sizeof vector);
  }

  /// Up to a vector of numbers, and zeros behind them.
  struct Partial {
    float numbers[lanes] = {};
    Partial(const void* from, std::size_t count) {
      __builtin_memcpy(numbers, from, count * sizeof(float));
    }
    const std::byte* cells() const { return reinterpret_cast<const std::byte*>(numbers); }
  };

  /// Calls `work(first vector, constant: how many)` for groups of vectors that fill `lanes`, or are
  /// all there are.
  template <class Work>
  static void for_each_group(std::uint32_t stride, Work&& work) {
    if (stride == 1) return work(0u, Constant<1>());
    if (stride == 2) return work(0u, Constant<2>());
    if constexpr (lanes >= 8) {
      if (stride == 4) return work(0u, Constant<4>());
    }
    if constexpr (lanes >= 16) {
      if (stride == 8) return work(0u, Constant<8>());
    }
    for (std::uint32_t v = 0; v < stride; v += lanes) work(v, Constant<lanes>());
  }
  template <unsigned number>
  struct Constant {
    static constexpr unsigned value = number;
  };

  /// `lines` lines times `vectors` vectors, which lie without gaps if they are fewer than lanes.
  template <unsigned lines, unsigned vectors>
  static void dot_lines(const std::byte* cells, std::size_t count, const float* x,
                        std::uint32_t stride, float* y) {
    constexpr unsigned step = lanes / vectors;
    constexpr unsigned sums_each = 2 * lines_at_once / lines;  // enough for additions side by side
    Floats sums[lines][sums_each] = {};
    std::size_t i = 0;
    const auto add = [&](std::size_t at, unsigned n) {
      const auto xs = load<Floats>(x + at * stride);
      for (unsigned line = 0; line < lines; ++line)
        sums[line][n] += Set::template spread<vectors>(cells + 4 * (line * count + at)) * xs;
    };
    for (; i + sums_each * step <= count; i += sums_each * step) {
#pragma GCC unroll 8
      for (unsigned n = 0; n < sums_each; ++n) add(i + n * step, n);
    }
    for (; i + step <= count; i += step) add(i, 0);
    for (; i < count; i += step) {
      const std::size_t some = count - i < step ? count - i : step;
      const auto xs = load<Floats>(Partial(x + i * stride, some * vectors).numbers);
      for (unsigned line = 0; line < lines; ++line) {
        const Partial part(cells + 4 * (line * count + i), some);
        sums[line][0] += Set::template spread<vectors>(part.cells()) * xs;
      }
    }
    for (unsigned line = 0; line < lines; ++line) {
      for (unsigned half = sums_each / 2; half > 0; half /= 2) {
        for (unsigned n = 0; n < half; ++n) sums[line][n] += sums[line][half + n];
      }
      add_up<vectors>(sums[line][0], y + line * stride);
    }
  }

  /// Adds the sums of each vector's lanes to y.
  template <unsigned vectors>
  static void add_up(Floats sums, float* y) {
    float parts[lanes];
    store(parts, sums);
    for (unsigned half = lanes / 2; half >= vectors; half /= 2) {
      for (unsigned lane = 0; lane < half; ++lane) parts[lane] += parts[half + lane];
    }
    for (unsigned v = 0; v < vectors; ++v) y[v] += parts[v];
  }

  template <unsigned lines, unsigned vectors>
  static void axpy_lines(const std::byte* cells, std::size_t count, const float* x,
                         std::uint32_t stride, float* y) {
    constexpr unsigned step = lanes / vectors;
    Floats xs[lines];
    for (unsigned line = 0; line < lines; ++line) {
      float pattern[lanes];
      for (unsigned lane = 0; lane < lanes; ++lane)
        pattern[lane] = x[line * stride + lane % vectors];
      xs[line] = load<Floats>(pattern);
    }
    std::size_t i = 0;
    for (; i + step <= count; i += step) {
      auto ys = load<Floats>(y + i * stride);
      for (unsigned line = 0; line < lines; ++line)
        ys += Set::template spread<vectors>(cells + 4 * (line * count + i)) * xs[line];
      store(y + i * stride, ys);
    }
    if (i == count) return;
    Partial rest(y + i * stride, (count - i) * vectors);
    auto ys = load<Floats>(rest.numbers);
    for (unsigned line = 0; line < lines; ++line) {
      const Partial part(cells + 4 * (line * count + i), count - i);
      ys += Set::template spread<vectors>(part.cells()) * xs[line];
    }
    store(rest.numbers, ys);
    __builtin_memcpy(y + i * stride, rest.numbers, (count - i) * vectors * sizeof(float));
  }

  static void dot(const std::byte* cells, std::size_t lines, std::size_t count, const float* x,
                  std::uint32_t stride, float* y) {
    for_each_group(stride, [&](std::uint32_t v, auto vectors) {
      std::size_t line = 0;
      for (; line + lines_at_once <= lines; line += lines_at_once) {
        dot_lines<lines_at_once, vectors.value>(cells + 4 * line * count, count, x + v, stride,
                                                y + line * stride + v);
      }
      for (; line < lines; ++line) {
        dot_lines<1, vectors.value>(cells + 4 * line * count, count, x + v, stride,
                                    y + line * stride + v);
      }
    });
  }

  static void axpy(const std::byte* cells, std::size_t lines, std::size_t count, const float* x,
                   std::uint32_t stride, float* y) {
    for_each_group(stride, [&](std::uint32_t v, auto vectors) {
      std::size_t line = 0;
      for (; line + lines_at_once <= lines; line += lines_at_once) {
        axpy_lines<lines_at_once, vectors.value>(cells + 4 * line * count, count,
                                                 x + line * stride + v, stride, y + v);
      }
      for (; line < lines; ++line) {
        axpy_lines<1, vectors.value>(cells + 4 * line * count, count, x + line * stride + v, stride,
                                     y + v);
      }
    });
  }

  template <class Vector>
  static Vector sum_at(const std::uint16_t* positions, std::size_t count, const float* x,
                       std::uint32_t stride) {
    constexpr unsigned at_once = 4;
    Vector sums[at_once] = {};
    const auto add = [&](std::size_t i, Vector& sum) {
      sum += load<Vector>(x + std::size_t{positions[i]} * stride);
    };
    std::size_t i = 0;
    for (; i + at_once <= count; i += at_once) {
      for (unsigned n = 0; n < at_once; ++n) add(i + n, sums[n]);
    }
    for (; i < count; ++i) add(i, sums[0]);
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
  }

  /// Calls `work(vector type, positions, count, value, first vector)` for each group.
  template <class Work>
  static void for_each_line_group(const LineGroups& line, std::uint32_t stride, Work&& work) {
    for_each_group(stride, [&](std::uint32_t v, auto vectors) {
      const std::uint16_t* positions = line.positions;
      for (std::size_t group = 0; group < line.groups; positions += line.counts[group++]) {
        work(typename FloatVector<decltype(vectors)::value>::Type{}, positions, line.counts[group],
             Set::number(line.values + 4 * group), v);
      }
    });
  }

  static void dot_groups(const LineGroups& line, const float* x, std::uint32_t stride, float* y) {
    for_each_line_group(line, stride,
                        [&](auto vector, auto positions, auto count, float value, std::uint32_t v) {
                          using Vector = decltype(vector);
                          const auto sum = sum_at<Vector>(positions, count, x + v, stride);
                          store(y + v, load<Vector>(y + v) + sum * value);
                        });
  }

  static void axpy_groups(const LineGroups& line, const float* x, std::uint32_t stride, float* y) {
    for_each_line_group(line, stride,
                        [&](auto vector, auto positions, auto count, float value, std::uint32_t v) {
                          using Vector = decltype(vector);
                          const Vector product = load<Vector>(x + v) * value;
                          for (std::size_t i = 0; i < count; ++i) {
                            float* const at = y + std::size_t{positions[i]} * stride + v;
                            store(at, load<Vector>(at) + product);
                          }
                        });
  }

  static constexpr ProductKernels kernels{dot, axpy, dot_groups, axpy_groups};
};

}  // namespace pondus
