#include "codec/base/dtype.h"

#include <algorithm>
#include <array>

namespace pondus {
namespace {

constexpr std::array<DtypeInfo, 15> dtypes{{
    {Dtype::f64, "f64", 64},
    {Dtype::f32, "f32", 32},
    {Dtype::f16, "f16", 16},
    {Dtype::bf16, "bf16", 16},
    {Dtype::f8_e4m3, "f8_e4m3", 8},
    {Dtype::f8_e5m2, "f8_e5m2", 8},
    {Dtype::i64, "i64", 64},
    {Dtype::i32, "i32", 32},
    {Dtype::i16, "i16", 16},
    {Dtype::i8, "i8", 8},
    {Dtype::u64, "u64", 64},
    {Dtype::u32, "u32", 32},
    {Dtype::u16, "u16", 16},
    {Dtype::u8, "u8", 8},
    {Dtype::boolean, "bool", 8},
}};

}  // namespace

std::span<const DtypeInfo> all_dtypes() { return dtypes; }

const DtypeInfo* find_dtype(std::uint8_t id) {
  return id >= 1 && id <= dtypes.size() ? &dtypes[id - 1u] : nullptr;
}

const DtypeInfo* find_dtype(std::string_view name) {
  const auto at =
      std::find_if(dtypes.begin(), dtypes.end(), [&](const auto& d) { return d.name == name; });
  return at == dtypes.end() ? nullptr : &*at;
}

}  // namespace pondus
