// Mutates inputs of an encoding's target, so that many of them decode.
#pragma once

#include <cstddef>
#include <cstdint>

#include "formats/encoding.h"
#include "fuzz/random.h"

namespace pondus::fuzz {

/// Copies cells over others, or sets them to an entry of `entries`, or where there are none to
/// zero or anything.
void change_cells(Bytes& cells, std::uint32_t cell_bytes, ByteSpan entries, Random& random);

/// Every other one is mutated as bytes. Of the others a payload that decodes gets a few other
/// cells; else there is a new payload, or new choices for a round trip.
std::size_t mutate_block(const Encoding& encoding, std::uint8_t* data, std::size_t size,
                         std::size_t most, unsigned seed);

}  // namespace pondus::fuzz
