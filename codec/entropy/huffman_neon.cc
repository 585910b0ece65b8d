#include <arm_neon.h>

#include <cstring>

#include "codec/entropy/huffman_kernels.h"

namespace pondus {
namespace {

uint64x2_t load_2(const std::byte* sequence, std::uint32_t last, const std::uint32_t* positions) {
  std::uint64_t words[2];
  for (int i = 0; i < 2; ++i) {
    const std::uint32_t at = positions[i] / 8;
    std::memcpy(words + i, sequence + (at < last ? at : last), 8);
    words[i] >>= positions[i] % 8;
  }
  return vld1q_u64(words);
}

/// The next 64 bits of 4 streams, of which at least 57 hold.
struct Window {
  uint64x2_t low;
  uint64x2_t high;

  /// Moves on by bits per stream.
  void skip(uint32x4_t bits) {
    low = vshlq_u64(low, vnegq_s64(vreinterpretq_s64_u64(vmovl_u32(vget_low_u32(bits)))));
    high = vshlq_u64(high, vnegq_s64(vreinterpretq_s64_u64(vmovl_high_u32(bits))));
  }
  /// The first 32 bits of each stream.
  uint32x4_t bits() const {
    return vuzp1q_u32(vreinterpretq_u32_u64(low), vreinterpretq_u32_u64(high));
  }
};

/// 16 numbers, of 16 streams.
struct Numbers {
  uint32x4_t parts[4];

  uint8x16_t low_bytes() const {
    const uint16x8_t low =
        vuzp1q_u16(vreinterpretq_u16_u32(parts[0]), vreinterpretq_u16_u32(parts[1]));
    const uint16x8_t high =
        vuzp1q_u16(vreinterpretq_u16_u32(parts[2]), vreinterpretq_u16_u32(parts[3]));
    return vuzp1q_u8(vreinterpretq_u8_u16(low), vreinterpretq_u8_u16(high));
  }
  explicit Numbers(uint8x16_t bytes) {
    const uint16x8_t low = vmovl_u8(vget_low_u8(bytes));
    const uint16x8_t high = vmovl_high_u8(bytes);
    parts[0] = vmovl_u16(vget_low_u16(low));
    parts[1] = vmovl_high_u16(low);
    parts[2] = vmovl_u16(vget_low_u16(high));
    parts[3] = vmovl_high_u16(high);
  }
  Numbers() : Numbers(vdupq_n_u8(0)) {}
};

uint32x4_t shifted_right(uint32x4_t numbers, uint32x4_t counts) {
  return vshlq_u32(numbers, vnegq_s32(vreinterpretq_s32_u32(counts)));
}

/// Byte `byte` of 32 numbers, by label.
uint8x16x2_t byte_table(const std::uint32_t* numbers, unsigned byte) {
  std::uint8_t bytes[32];
  for (int i = 0; i < 32; ++i) bytes[i] = static_cast<std::uint8_t>(numbers[i] >> 8 * byte);
  return {{vld1q_u8(bytes), vld1q_u8(bytes + 16)}};
}

/// Symbols are tokens, and their cells stay in registers.
template <unsigned cell_bytes>
struct TokenCells {
  uint8x16x2_t planes[cell_bytes];
  explicit TokenCells(const KernelCode& code) {
    for (unsigned i = 0; i < cell_bytes; ++i) planes[i] = byte_table(code.low_cells, i);
  }

  void put(std::uint8_t* to, uint8x16_t labels, Numbers&, Numbers&) const {
    const auto plane = [&](unsigned i) { return vqtbl2q_u8(planes[i], labels); };
    if constexpr (cell_bytes == 1) {
      vst1q_u8(to, plane(0));
    } else if constexpr (cell_bytes == 2) {
      vst2q_u8(to, {{plane(0), plane(1)}});
    } else {
      vst4q_u8(to, {{plane(0), plane(1), plane(2), plane(3)}});
    }
  }
  bool past_end() const { return false; }
};

/// Extra bits follow.
struct EntryNumbers {
  uint8x16x2_t firsts;
  uint8x16x2_t extras;
  std::uint32_t entries;
  uint32x4_t greatest = vdupq_n_u32(0);

  explicit EntryNumbers(const KernelCode& code)
      : firsts(byte_table(code.firsts, 0)),
        extras(byte_table(code.extras, 0)),
        entries(code.entries) {}

  void put(std::uint8_t* to, uint8x16_t labels, Numbers& bits, Numbers& used) {
    const Numbers counts(vqtbl2q_u8(extras, labels));
    Numbers found(vqtbl2q_u8(firsts, labels));
    for (int i = 0; i < 4; ++i) {
      const uint32x4_t count = counts.parts[i];
      const uint32x4_t above = vshlq_u32(vdupq_n_u32(~0u), vreinterpretq_s32_u32(count));
      found.parts[i] = vaddq_u32(found.parts[i], vbicq_u32(bits.parts[i], above));
      greatest = vmaxq_u32(greatest, found.parts[i]);
      bits.parts[i] = shifted_right(bits.parts[i], count);
      used.parts[i] = vaddq_u32(used.parts[i], count);
    }
    vst1q_u8(to, found.low_bytes());
  }
  bool past_end() const { return vmaxvq_u32(greatest) >= entries; }
};

/// What the next 7 bits say.
struct Places {
  uint8x16x4_t low;
  uint8x16x4_t high;
  explicit Places(const std::uint8_t* places) {
    for (int i = 0; i < 4; ++i) {
      low.val[i] = vld1q_u8(places + 16 * i);
      high.val[i] = vld1q_u8(places + 64 + 16 * i);
    }
  }
  uint8x16_t operator()(uint8x16_t low_7) const {
    return vqtbx4q_u8(vqtbl4q_u8(low, low_7), high, vsubq_u8(low_7, vdupq_n_u8(64)));
  }
};

/// One symbol of each of 16 streams.
template <class Cells>
void decode_16(const Places& places, Cells& cells, Numbers& bits, Numbers& used, std::uint8_t* to) {
  const uint8x16_t place = places(vandq_u8(bits.low_bytes(), vdupq_n_u8(127)));
  const Numbers before_last(vshrq_n_u8(place, 5));
  for (int i = 0; i < 4; ++i) bits.parts[i] = shifted_right(bits.parts[i], before_last.parts[i]);
  const uint8x16_t last_bits = vandq_u8(bits.low_bytes(), vdupq_n_u8(1));
  for (int i = 0; i < 4; ++i) {
    bits.parts[i] = vshrq_n_u32(bits.parts[i], 1);
    used.parts[i] = vaddq_u32(used.parts[i], before_last.parts[i]);
  }
  cells.put(to, vandq_u8(veorq_u8(place, last_bits), vdupq_n_u8(31)), bits, used);
}

/// `most` symbols from each half of a window, of 16 streams: 28 bits.
template <unsigned cell_bytes, class Cells>
void decode_step(const KernelStreams& streams, const Places& places, Cells& cells,
                 std::uint32_t* positions, unsigned most, std::uint8_t* to) {
  Window windows[4];
  for (int i = 0; i < 4; ++i) {
    windows[i].low = load_2(streams.sequence, streams.last, positions + 4 * i);
    windows[i].high = load_2(streams.sequence, streams.last, positions + 4 * i + 2);
  }
  for (int half = 0; half < 2; ++half) {
    Numbers bits;
    Numbers used;
    for (int i = 0; i < 4; ++i) bits.parts[i] = windows[i].bits();
    for (int i = 0; i < 4; ++i) used.parts[i] = vdupq_n_u32(most);  // each codeword's last bit
    for (unsigned i = 0; i < most; ++i, to += std::size_t{32} * cell_bytes)
      decode_16(places, cells, bits, used, to);
    for (int i = 0; i < 4; ++i) {
      vst1q_u32(positions + 4 * i, vaddq_u32(vld1q_u32(positions + 4 * i), used.parts[i]));
      windows[i].skip(used.parts[i]);
    }
  }
}

template <unsigned cell_bytes, class Cells>
std::size_t decode(const KernelCode& code, KernelStreams& streams, std::size_t rows,
                   std::byte* cells_begin) {
  const std::uint32_t bits = code.symbol_bits_most;
  const unsigned most = bits <= 7 ? 4 : bits <= 9 ? 3 : bits <= 14 ? 2 : 1;
  const Places places(code.places);
  Cells cells(code);
  auto* to = reinterpret_cast<std::uint8_t*>(cells_begin);
  std::size_t row = 0;
  for (; row + 2 * most <= rows; row += 2 * most, to += std::size_t{64} * most * cell_bytes) {
    decode_step<cell_bytes>(streams, places, cells, streams.positions, most, to);
    decode_step<cell_bytes>(streams, places, cells, streams.positions + 16, most,
                            to + 16 * cell_bytes);
  }
  streams.past_end = streams.past_end || cells.past_end();
  return row;
}

std::size_t decode_sequence(const KernelCode& code, const std::byte*, KernelStreams& streams,
                            std::size_t rows, std::byte* to) {
  if (code.gives_numbers) return decode<1, EntryNumbers>(code, streams, rows, to);
  if (code.has_extras || code.cell_bytes == 0) return 0;
  if (code.cell_bytes == 1) return decode<1, TokenCells<1>>(code, streams, rows, to);
  if (code.cell_bytes == 2) return decode<2, TokenCells<2>>(code, streams, rows, to);
  return decode<4, TokenCells<4>>(code, streams, rows, to);
}

}  // namespace

const RowKernels rows_neon{decode_sequence};

}  // namespace pondus
