// Coders of bytes that are measured beside our encodings.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "codec/bits/byte_writer.h"

namespace pondus::bench {

using IndexSpan = std::span<const std::uint8_t>;

/// Codes pieces of `piece_bytes`; 0: all in one piece.
struct Coder {
  std::string name;
  std::size_t piece_bytes = 0;
  std::function<Bytes(IndexSpan)> encode;
  /// Whether `symbols` were decoded in full.
  std::function<bool(ByteSpan coded, std::span<std::uint8_t> symbols)> decode;
};

/// Those that this program was built with; a line on standard error for each of the others.
std::vector<Coder> coders();

}  // namespace pondus::bench
