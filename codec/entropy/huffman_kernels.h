// Kernels of coded sequences in 32 streams, by instruction set.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pondus {

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
  std::uint32_t cell_bytes = 0;  ///< 0: numbers of entries, 32 bits each, in place of cells
  std::uint32_t entries = 0;
  std::uint32_t symbol_bits_most = 0;
  bool has_extras = false;
  bool gives_numbers = false;  ///< numbers of entries, a byte each, in place of cells
};

/// Streams in a sequence, each at its bit position, which moves on. Reads 8 bytes at most behind
/// `last`.
struct KernelStreams {
  const std::byte* sequence = nullptr;
  std::uint32_t last = 0;
  std::uint32_t positions[32] = {};
  bool past_end = false;  ///< whether a symbol past the last entry came
};

/// Decodes the first of `rows` symbols of all 32 streams to cells, as many as come in whole steps,
/// and gives their number; maybe none. `table` has the cells of all entries.
using DecodeRows = std::size_t(const KernelCode& code, const std::byte* table,
                               KernelStreams& streams, std::size_t rows, std::byte* cells);

DecodeRows decode_rows_avx2;
DecodeRows decode_rows_avx512;
DecodeRows decode_rows_neon;

}  // namespace pondus
