#include <immintrin.h>

#include <cstring>

#include "codec/bits/lookup_kernels.h"

namespace pondus {
namespace {

__m256i load_32(const void* bytes) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(bytes));
}

__m256i load_twice(const void* bytes) {
  return _mm256_broadcastsi128_si256(_mm_loadu_si128(static_cast<const __m128i*>(bytes)));
}

void store_32(void* to, __m256i bytes) { _mm256_storeu_si256(static_cast<__m256i*>(to), bytes); }

/// 32 packed indices at a time, from 16 + 2 * width bytes.
class Unpacker {
 public:
  explicit Unpacker(std::uint32_t width)
      : half_bytes_(2 * width), shift_(_mm_cvtsi32_si128(static_cast<int>(16 - width))) {
    alignas(32) std::uint8_t from[32];
    alignas(32) std::uint16_t multipliers[16];
    for (std::uint32_t i = 0; i < 16; ++i) {
      const std::uint32_t at = i * width / 8, above = i * width % 8;
      constexpr std::uint8_t none = 0x80;
      from[2 * i] = static_cast<std::uint8_t>(at);
      from[2 * i + 1] = above + width > 8 ? static_cast<std::uint8_t>(at + 1) : none;
      multipliers[i] = static_cast<std::uint16_t>(1u << (16 - width - above));
    }
    from_ = load_32(from);
    multipliers_ = load_32(multipliers);
  }

  __m256i operator()(const std::byte* packed) const {
    const __m256i both = _mm256_packus_epi16(half(packed), half(packed + half_bytes_));
    return _mm256_permute4x64_epi64(both, 0xD8);
  }

 private:
  __m256i half(const std::byte* packed) const {
    const __m256i words = _mm256_shuffle_epi8(load_twice(packed), from_);
    return _mm256_srl_epi16(_mm256_mullo_epi16(words, multipliers_), shift_);
  }

  std::uint32_t half_bytes_;
  __m128i shift_;
  __m256i from_;
  __m256i multipliers_;
};

/// A byte for each index below 16, 32 or 64.
template <unsigned parts>
__m256i look_up_plane(const std::uint8_t* plane, __m256i indices) {
  const auto part = [&](int i) { return _mm256_shuffle_epi8(load_twice(plane + 16 * i), indices); };
  if constexpr (parts == 1) return part(0);
  const __m256i bit_4 = _mm256_slli_epi16(indices, 3);
  const __m256i low = _mm256_blendv_epi8(part(0), part(1), bit_4);
  if constexpr (parts == 2) return low;
  const __m256i high = _mm256_blendv_epi8(part(2), part(3), bit_4);
  return _mm256_blendv_epi8(low, high, _mm256_slli_epi16(indices, 2));
}

/// Interleaving works within halves of 16 bytes: puts each index where its cell will stand at its
/// place among the 32.
template <unsigned width>
__m256i spread(__m256i indices) {
  if constexpr (width == 1) return indices;
  constexpr unsigned each = 16 / width;  // cells of a half of one vector of the result
  alignas(16) std::uint8_t from[16];
  for (unsigned n = 0; n < 16; ++n)
    from[n] = static_cast<std::uint8_t>((2 * (n % 8 / each) + n / 8) * each + n % each);
  return _mm256_permute4x64_epi64(_mm256_shuffle_epi8(indices, load_twice(from)), 0xD8);
}

template <unsigned width, unsigned parts>
void look_up_32(const LookupPlanes& table, const std::uint8_t* indices, std::byte* cells) {
  const __m256i from = spread<width>(load_32(indices));
  __m256i planes[width];
  for (unsigned p = 0; p < width; ++p) planes[p] = look_up_plane<parts>(table.planes[p], from);
  for (unsigned round = 1; round < width; round *= 2) {
    __m256i next[width];
    for (unsigned p = 0; p < width / 2; ++p) {
      next[2 * p] = _mm256_unpacklo_epi8(planes[p], planes[p + width / 2]);
      next[2 * p + 1] = _mm256_unpackhi_epi8(planes[p], planes[p + width / 2]);
    }
    for (unsigned p = 0; p < width; ++p) planes[p] = next[p];
  }
  for (unsigned p = 0; p < width; ++p) store_32(cells + 32 * p, planes[p]);
}

template <unsigned width>
void look_up(const LookupPlanes& table, const std::uint8_t* indices, std::size_t count,
             std::byte* cells) {
  std::size_t i = 0;
  const std::size_t whole =
      table.entries <= 64 ? count / 32 * 32 : 0;  // else one by one is quicker
  for (; i < whole; i += 32) {
    std::byte* const to = cells + i * width;
    if (table.entries <= 16)
      look_up_32<width, 1>(table, indices + i, to);
    else if (table.entries <= 32)
      look_up_32<width, 2>(table, indices + i, to);
    else
      look_up_32<width, 4>(table, indices + i, to);
  }
  for (; i < count; ++i) std::memcpy(cells + i * width, table.cells + indices[i] * width, width);
}

}  // namespace

std::uint8_t unpack_bytes_avx2(const std::byte* packed, std::uint32_t width, std::size_t count,
                               std::uint8_t* indices) {
  const Unpacker unpack(width);
  const std::size_t bytes = (count * width + 7) / 8;
  __m256i greatest = _mm256_setzero_si256();
  std::size_t i = 0, at = 0;
  for (; at + 2 * width + 16 <= bytes && i + 32 <= count; i += 32, at += 4 * width) {
    const __m256i unpacked = unpack(packed + at);
    greatest = _mm256_max_epu8(greatest, unpacked);
    store_32(indices + i, unpacked);
  }
  std::uint8_t parts[32];
  store_32(parts, greatest);
  std::uint8_t most = 0;
  for (const std::uint8_t part : parts) most = part > most ? part : most;
  for (; i < count; i += 32, at += 4 * width) {
    std::byte few[32] = {};
    std::memcpy(few, packed + at, bytes - at < sizeof few ? bytes - at : sizeof few);
    store_32(parts, unpack(few));
    const std::size_t some = count - i < 32 ? count - i : 32;
    std::memcpy(indices + i, parts, some);
    for (std::size_t n = 0; n < some; ++n) most = parts[n] > most ? parts[n] : most;
  }
  return most;
}

const LookUpKernels look_up_avx2{look_up<1>, look_up<2>, look_up<4>, look_up<8>};

}  // namespace pondus
