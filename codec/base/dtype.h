// The registry of cell types (spec: README, "Identifiers").
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace pondus {

enum class Dtype : std::uint8_t {
  f64 = 1,
  f32,
  f16,
  bf16,
  f8_e4m3,
  f8_e5m2,
  i64,
  i32,
  i16,
  i8,
  u64,
  u32,
  u16,
  u8,
  boolean
};

struct DtypeInfo {
  Dtype dtype;
  std::string_view name;
  std::uint8_t bits;
};

/// All defined dtypes, by id from 1.
std::span<const DtypeInfo> all_dtypes();

/// The registry's line for an id from a file; null if this version does not define it.
const DtypeInfo* find_dtype(std::uint8_t id);
const DtypeInfo* find_dtype(std::string_view name);

inline std::uint32_t cell_bytes(Dtype dtype) {
  return find_dtype(static_cast<std::uint8_t>(dtype))->bits / 8u;
}

/// Whether cells of `bits` can be decoded: 8, 16, 32 or 64.
constexpr bool decodable_bits(std::uint32_t bits) {
  return bits == 8 || bits == 16 || bits == 32 || bits == 64;
}

}  // namespace pondus
