// Mutates inputs of `importers`, so that many of them can be opened.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pondus::fuzz {

/// One in two becomes a new file of some format, sound or with one byte changed; the others are
/// mutated as bytes, and mostly get the lengths that follow from their header.
std::size_t mutate_import(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed);

}  // namespace pondus::fuzz
