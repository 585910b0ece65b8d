#include <immintrin.h>

#include "formats/index_product_kernels.h"

namespace pondus {
namespace {

/// The cells of 64 indices, by 16.
struct Cells {
  __m512 parts[4];
};

/// Tables of up to 16 or 32 cells, which registers hold.
template <unsigned vectors>
struct FewCells {
  __m512 table[2];
  explicit FewCells(const LookupPlanes& planes) {
    for (unsigned i = 0; i < 2; ++i) table[i] = _mm512_loadu_ps(planes.cells + 64 * i);
  }
  Cells operator()(const std::uint8_t* indices) const {
    Cells cells;
    for (unsigned i = 0; i < 4; ++i) {
      const auto* const some = reinterpret_cast<const __m128i*>(indices + 16 * i);
      const __m512i from = _mm512_cvtepu8_epi32(_mm_loadu_si128(some));
      cells.parts[i] = vectors == 1 ? _mm512_permutexvar_ps(from, table[0])
                                    : _mm512_permutex2var_ps(table[0], from, table[1]);
    }
    return cells;
  }
};

/// Larger tables by planes of bytes, each of `vectors` registers.
template <unsigned vectors>
struct ManyCells {
  __m512i planes[4][vectors];
  __m512i order;

  explicit ManyCells(const LookupPlanes& table) {
    for (unsigned p = 0; p < 4; ++p) {
      for (unsigned i = 0; i < vectors; ++i)
        planes[p][i] = _mm512_load_si512(table.planes[p] + 64 * i);
    }
    alignas(64) std::uint8_t from[64];  // so that interleaving within quarters restores the order
    for (unsigned i = 0; i < 64; ++i)
      from[i] = static_cast<std::uint8_t>(i % 16 / 4 * 16 + i / 16 * 4 + i % 4);
    order = _mm512_load_si512(from);
  }
  __m512i plane(unsigned p, __m512i indices) const {
    if constexpr (vectors == 1) return _mm512_permutexvar_epi8(indices, planes[p][0]);
    const __m512i low = _mm512_permutex2var_epi8(planes[p][0], indices, planes[p][1]);
    if constexpr (vectors == 2) return low;
    const __m512i high =
        _mm512_permutex2var_epi8(planes[p][vectors - 2], indices, planes[p][vectors - 1]);
    return _mm512_mask_blend_epi8(_mm512_movepi8_mask(indices), low, high);
  }
  Cells operator()(const std::uint8_t* indices) const {
    const __m512i from = _mm512_permutexvar_epi8(order, _mm512_loadu_si512(indices));
    const __m512i bytes[4] = {plane(0, from), plane(1, from), plane(2, from), plane(3, from)};
    const __m512i low[2] = {_mm512_unpacklo_epi8(bytes[0], bytes[1]),
                            _mm512_unpackhi_epi8(bytes[0], bytes[1])};
    const __m512i high[2] = {_mm512_unpacklo_epi8(bytes[2], bytes[3]),
                             _mm512_unpackhi_epi8(bytes[2], bytes[3])};
    Cells cells;
    for (unsigned i = 0; i < 2; ++i) {
      cells.parts[2 * i] = _mm512_castsi512_ps(_mm512_unpacklo_epi16(low[i], high[i]));
      cells.parts[2 * i + 1] = _mm512_castsi512_ps(_mm512_unpackhi_epi16(low[i], high[i]));
    }
    return cells;
  }
};

/// The last indices of a line, fewer than 64, and which of 64 numbers are theirs.
struct Rest {
  std::uint8_t indices[64] = {};
  __mmask16 masks[4];

  Rest(const std::uint8_t* from, std::size_t count) {
    __builtin_memcpy(indices, from, count);
    const std::uint64_t mask = (std::uint64_t{1} << count) - 1;
    for (unsigned i = 0; i < 4; ++i) masks[i] = static_cast<__mmask16>(mask >> 16 * i);
  }
};

template <class Table>
float dot_line(const Table& table, const std::uint8_t* indices, std::size_t count, const float* x) {
  __m512 sums[4] = {};
  std::size_t i = 0;
  for (; i + 64 <= count; i += 64) {
    const Cells cells = table(indices + i);
    for (unsigned n = 0; n < 4; ++n)
      sums[n] = _mm512_fmadd_ps(cells.parts[n], _mm512_loadu_ps(x + i + 16 * n), sums[n]);
  }
  if (i < count) {
    const Rest rest(indices + i, count - i);
    const Cells cells = table(rest.indices);
    for (unsigned n = 0; n < 4; ++n) {
      const __m512 xs = _mm512_maskz_loadu_ps(rest.masks[n], x + i + 16 * n);
      sums[n] = _mm512_mask3_fmadd_ps(cells.parts[n], xs, sums[n], rest.masks[n]);
    }
  }
  const __m512 sum =
      _mm512_add_ps(_mm512_add_ps(sums[0], sums[1]), _mm512_add_ps(sums[2], sums[3]));
  return _mm512_reduce_add_ps(sum);
}

template <unsigned lines, class Table>
void axpy_lines(const Table& table, const std::uint8_t* indices, std::size_t count, const float* x,
                float* y) {
  __m512 xs[lines];
  for (unsigned line = 0; line < lines; ++line) xs[line] = _mm512_set1_ps(x[line]);
  std::size_t i = 0;
  for (; i + 64 <= count; i += 64) {
    __m512 ys[4];
    for (unsigned n = 0; n < 4; ++n) ys[n] = _mm512_loadu_ps(y + i + 16 * n);
    for (unsigned line = 0; line < lines; ++line) {
      const Cells cells = table(indices + line * count + i);
      for (unsigned n = 0; n < 4; ++n) ys[n] = _mm512_fmadd_ps(cells.parts[n], xs[line], ys[n]);
    }
    for (unsigned n = 0; n < 4; ++n) _mm512_storeu_ps(y + i + 16 * n, ys[n]);
  }
  for (unsigned line = 0; line < lines && i < count; ++line) {
    const Rest rest(indices + line * count + i, count - i);
    const Cells cells = table(rest.indices);
    for (unsigned n = 0; n < 4; ++n) {
      float* const at = y + i + 16 * n;
      const __m512 ys = _mm512_maskz_loadu_ps(rest.masks[n], at);
      _mm512_mask_storeu_ps(at, rest.masks[n], _mm512_fmadd_ps(cells.parts[n], xs[line], ys));
    }
  }
}

/// Calls `work` with the kind of table that has the cells.
template <class Work>
void with_table(const LookupPlanes& table, Work&& work) {
  if (table.entries <= 16) return work(FewCells<1>(table));
  if (table.entries <= 32) return work(FewCells<2>(table));
  if (table.entries <= 64) return work(ManyCells<1>(table));
  if (table.entries <= 128) return work(ManyCells<2>(table));
  work(ManyCells<4>(table));
}

void dot(const LookupPlanes& table, const std::uint8_t* indices, std::size_t lines,
         std::size_t count, const float* x, float* y) {
  with_table(table, [&](const auto& cells) {
    for (std::size_t line = 0; line < lines; ++line)
      y[line] += dot_line(cells, indices + line * count, count, x);
  });
}

void axpy(const LookupPlanes& table, const std::uint8_t* indices, std::size_t lines,
          std::size_t count, const float* x, float* y) {
  with_table(table, [&](const auto& cells) {
    std::size_t line = 0;
    for (; line + 4 <= lines; line += 4)
      axpy_lines<4>(cells, indices + line * count, count, x + line, y);
    for (; line + 2 <= lines; line += 2)
      axpy_lines<2>(cells, indices + line * count, count, x + line, y);
    for (; line < lines; ++line) axpy_lines<1>(cells, indices + line * count, count, x + line, y);
  });
}

}  // namespace

const IndexProductKernels index_product_avx512{dot, axpy};

}  // namespace pondus
