// The fast decoder of coded sequences, made from a code: to the cells of entries, or to their
// numbers.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "codec/base/result.h"
#include "codec/bits/lookup_kernels.h"
#include "codec/entropy/huffman_code.h"
#include "codec/entropy/huffman_kernels.h"
#include "codec/entropy/huffman_stream.h"

namespace pondus {

/// Immutable, so threads may share one.
class SymbolDecoder {
 public:
  SymbolDecoder() = default;
  /// To cells of 1, 2, 4 or 8 bytes, one per entry, which outlive the decoder.
  SymbolDecoder(const HuffmanCode& code, ByteSpan cells, std::uint32_t cell_bytes);
  /// To numbers of entries, 32 bits each, little endian. Makes larger tables for more `symbols`,
  /// all that are to come.
  SymbolDecoder(const HuffmanCode& code, std::size_t symbols);

  /// Decodes a sequence that lies at `offset` in the file into all of `to`. Faults huffman.*.
  Result<void> decode(ByteSpan sequence, std::uint64_t offset, std::span<std::byte> to) const;
  /// The same to products of the cells, which are float32, with a number for each.
  Result<void> decode_products(ByteSpan sequence, std::uint64_t offset, const Multipliers& by,
                               std::span<std::byte> to) const;
  /// Whether the machine has a kernel for that, else it takes a second pass.
  bool has_products() const;

 private:
  template <class Rows>
  Result<void> decode_by(ByteSpan sequence, std::uint64_t offset, std::span<std::byte> to,
                         Rows&& decode_first) const;
  void make_places(const HuffmanCode& code, bool direct);
  template <class Cell>
  void make_direct(const HuffmanCode& code);
  void make_runs(const HuffmanCode& code);
  void fill(std::span<std::byte> to) const;
  void expect_symbols(KernelStreams& streams, std::size_t symbols) const;
  std::size_t decode_rows(KernelStreams& streams, std::span<std::byte> to) const;
  std::size_t decode_bytes(KernelStreams& streams, std::size_t rows, std::byte* to) const;
  void decode_rest(unsigned stream_count, KernelStreams& streams, std::span<std::byte> to) const;
  DirectCode direct() const;

  std::uint32_t entries_ = 0;
  std::uint32_t symbol_bits_most_ = 0;
  std::uint32_t cell_bytes_ = 0;  ///< 0: numbers
  ByteSpan cells_;
  std::uint32_t place_bits_ = 0;  ///< of direct places, 0 where there are none
  bool partial_ = false;
  std::vector<std::uint8_t> direct_bits_;
  Bytes direct_cells_;
  std::vector<std::uint64_t> runs_;  ///< what the next 8 bits say, for longer symbols
  KernelCode kernel_code_;
  std::shared_ptr<const LookupPlanes> planes_;  ///< where kernels give numbers of a byte
};

}  // namespace pondus
