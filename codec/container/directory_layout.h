// Sizes and offsets of the directory's structures (spec: container, "Directory").
#pragma once

#include <cstdint>

namespace pondus::directory_layout {

inline constexpr std::uint32_t head_bytes = 40;
inline constexpr std::uint32_t record_bytes = 64;
inline constexpr std::uint32_t dim_bytes = 8;
inline constexpr std::uint32_t table_entry_bytes = 32;
inline constexpr std::uint32_t block_entry_bytes = 16;
inline constexpr std::uint32_t metadata_entry_bytes = 8;

/// Fields of a record.
inline constexpr std::uint32_t decoded_checksum_at = 0;
inline constexpr std::uint32_t offset_at = 8;
inline constexpr std::uint32_t nonzero_at = 16;
inline constexpr std::uint32_t distinct_at = 24;
inline constexpr std::uint32_t block_count_at = 28;
inline constexpr std::uint32_t alias_at = 32;
inline constexpr std::uint32_t codebook_at = 36;
inline constexpr std::uint32_t code_at = 40;
inline constexpr std::uint32_t source_at = 44;
inline constexpr std::uint32_t encoding_at = 48;
inline constexpr std::uint32_t name_bytes_at = 50;
inline constexpr std::uint32_t dtype_at = 52;
inline constexpr std::uint32_t bits_at = 53;
inline constexpr std::uint32_t rank_at = 54;
inline constexpr std::uint32_t split_at = 55;
inline constexpr std::uint32_t direction_at = 56;
inline constexpr std::uint32_t reserved_at = 57;

/// Fields of a block entry and of a table entry.
inline constexpr std::uint32_t block_stored_bytes_at = 8;
inline constexpr std::uint32_t block_lines_at = 12;
inline constexpr std::uint32_t table_bytes_at = 8;
inline constexpr std::uint32_t table_kind_at = 24;
inline constexpr std::uint32_t table_bits_at = 26;
inline constexpr std::uint32_t table_reserved_at = 28;

}  // namespace pondus::directory_layout
