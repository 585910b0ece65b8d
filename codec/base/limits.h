// The limits of the format and those of a caller (spec: validation, "Limits").
#pragma once

#include <cstdint>

namespace pondus {

inline constexpr std::uint32_t rank_most = 8;
inline constexpr std::uint64_t dimension_end = std::uint64_t{1}
                                               << 48;  ///< dimensions and element counts are below
inline constexpr std::uint32_t name_bytes_most = 4096;
inline constexpr std::uint32_t line_cells_most = 1u << 16;
inline constexpr std::uint32_t block_cells_most =
    1u << 24;  ///< of any encoding; each has its own limit below it
inline constexpr std::uint32_t coded_symbols_most = 1u << 16;
inline constexpr std::uint32_t codebook_entries_most = 1u << 24;
inline constexpr std::uint32_t distinct_most = 1u << 24;  ///< what a record counts exactly
inline constexpr std::uint32_t distinct_unknown =
    0xFFFFFFFF;  ///< in a record: more than distinct_most
inline constexpr std::uint32_t head_bytes_most = 1u << 27;
inline constexpr std::uint64_t window_bytes_most = 1u << 23;
inline constexpr std::uint64_t table_bytes_end = std::uint64_t{1} << 40;

/// What a caller is willing to read, judged from the directory before anything of these sizes is
/// read or allocated.
struct Limits {
  static constexpr std::uint64_t none = ~std::uint64_t{0};
  std::uint64_t tensors = none;
  std::uint64_t decoded_bytes = none;
  std::uint64_t ratio = none;  ///< decoded bytes per file byte
  std::uint64_t table_bytes = none;
  std::uint64_t metadata_bytes = std::uint64_t{1} << 24;
};

}  // namespace pondus
