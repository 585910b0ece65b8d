// A hash of cells for tables in memory; nothing of it reaches a file.
#pragma once

#include <cstdint>

namespace pondus {

/// Differs from process to process, so that no file can be made whose cells all collide.
std::uint64_t process_seed();

/// Spreads a bit pattern over all 64 bits (two rounds of multiply and fold).
inline std::uint64_t cell_hash(std::uint64_t cell, std::uint64_t seed) {
  std::uint64_t hash = (cell ^ seed) * 0x9E3779B97F4A7C15;
  hash = (hash ^ hash >> 32) * (seed | 1);
  return hash ^ hash >> 29;
}

}  // namespace pondus
