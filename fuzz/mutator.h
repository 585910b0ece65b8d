// A structure-aware mutator: changes what a field means, then makes lengths and checksums fit
// again.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pondus::fuzz {

/// Mutates the file in [data, data + size) in place, to at most `most` bytes, and gives its new
/// size. The same arguments give the same bytes. Once in a while it leaves lengths or checksums
/// broken; bytes that are no file are mutated as bytes.
std::size_t mutate_file(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed);

/// Mutates any bytes: with libFuzzer's own mutations where it is linked.
std::size_t mutate_bytes(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed);

}  // namespace pondus::fuzz
