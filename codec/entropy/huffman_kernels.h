// Kernels of coded sequences in 32 streams, by instruction set.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pondus {

/// Cells that fit into registers.
inline constexpr std::uint32_t cell_slots = 32;

/// A code of at least two tokens, and its cells, as kernels take them. Tokens go by labels: those
/// with codewords of 8 bits have the first, so that the two with the same 7 bits in front have
/// labels that differ in bit 0 only, which is then the codeword's last bit.
struct KernelCode {
  /// By the next 7 bits: 32 * (code length - 1), and the label XOR the codeword's last bit. For
  /// codewords of 8 bits, whose last bit is not among the 7, the label of the one that ends in 0.
  alignas(64) std::uint8_t places[128] = {};
  alignas(64) std::uint32_t firsts[32] = {};     ///< by label: the token's first entry
  alignas(64) std::uint32_t extras[32] = {};     ///< by label
  alignas(64) std::uint32_t low_cells[32] = {};  ///< by label: 32 bits of the first entry's cell
  /// Where all entries have slots, by label: the slot of the token's first entry, a multiple of the
  /// entries for which it stands.
  alignas(64) std::uint32_t slots[32] = {};
  alignas(64) std::uint32_t slot_cells[cell_slots] = {};  ///< by slot: 32 bits of the cell
  std::uint32_t cell_bytes = 0;  ///< 0: numbers of entries, 32 bits each, in place of cells
  std::uint32_t entries = 0;
  std::uint32_t symbol_bits_most = 0;
  std::uint32_t last_slot = 0;  ///< all behind it are empty
  float common_bits = 0;        ///< of the likeliest symbol
  float other_bits = 0;         ///< of all others on average
  float other_squares = 0;      ///< of these bits, on average
  bool has_extras = false;
  bool has_slots = false;
  bool partial = false;        ///< whether the last token stands for more entries than there are
  bool gives_numbers = false;  ///< numbers of entries, a byte each, in place of cells
};

/// Whether kernels with wide registers hold all cells in them; symbols then take 13 bits at most.
inline bool cells_in_registers(const KernelCode& code) {
  return code.entries != 0 && code.cell_bytes <= 4 && code.cell_bytes != 0 &&
         (code.has_slots || !code.has_extras);
}

/// A place of DirectCode that leads past the last entry, in a partial last token.
inline constexpr unsigned past_entries = 128;

/// A code of few bits per symbol, extra bits included, and its cells: both by the next 8, 11 or 12
/// bits.
struct DirectCode {
  const std::uint8_t* symbol_bits =
      nullptr;  ///< with `past_entries` above them, where they lead there
  const std::byte* cells = nullptr;
  std::uint32_t place_bits = 0;  ///< 8, 11 or 12; 12 if `partial`
  std::uint32_t cell_bytes = 0;  ///< 1, 2, 4 or 8
  bool partial = false;          ///< whether some place leads past the last entry
};

/// Streams in a sequence, each at its bit position, which moves on. Reads 8 bytes at most behind
/// `last`.
struct KernelStreams {
  const std::byte* sequence = nullptr;
  std::uint32_t last = 0;
  std::uint32_t positions[32] = {};
  std::uint32_t symbols_often = 0;  ///< how many take at most group_bits, but for some in thousands
  bool past_end = false;            ///< whether a symbol past the last entry came
};

/// What kernels take from a stream between two looks, wherever it stands.
inline constexpr std::uint32_t group_bits = 28;

/// Decodes the first of `rows` symbols of all 32 streams to cells, as many as come in whole steps,
/// and gives their number; maybe none. `table` has the cells of all entries.
using DecodeRows = std::size_t(const KernelCode& code, const std::byte* table,
                               KernelStreams& streams, std::size_t rows, std::byte* cells);

/// Numbers by which the cells of a sequence, float32, are multiplied: for each symbol the place of
/// its number, 16 bits, little endian. Places are any, and held to the last as they are used.
struct Multipliers {
  const std::byte* places = nullptr;
  std::uint16_t last_place = 0;
  const float* numbers = nullptr;
};

/// The same to products; for codes with cells_in_registers.
using DecodeProducts = std::size_t(const KernelCode& code, const Multipliers& by,
                                   KernelStreams& streams, std::size_t rows, std::byte* products);

struct RowKernels {
  DecodeRows* decode = nullptr;
  DecodeProducts* decode_products = nullptr;  ///< null where there is none
  bool all_rows = false;  ///< whether symbols of group_bits at most are decoded in all rows
};

extern const RowKernels rows_avx512;
extern const RowKernels rows_neon;

/// Decodes `symbols` of 1 or 32 streams to cells.
using DecodeDirect = void(const DirectCode& code, unsigned stream_count, KernelStreams& streams,
                          std::size_t symbols, std::byte* to);

DecodeDirect decode_direct_avx2;

}  // namespace pondus
