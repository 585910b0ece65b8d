// Where the entries of a block are: counts per line, and positions (spec: sparse).
#pragma once

#include <vector>

#include "codec/bits/byte_reader.h"
#include "formats/encoding.h"

namespace pondus {

/// counts has one number per line, at most its cells; positions has their sum, at most 2^16,
/// ascending strictly within a line and lying in it.
struct SparseLines {
  std::vector<std::uint32_t> counts;
  std::vector<std::uint16_t> positions;

  bool operator==(const SparseLines&) const = default;
};

/// Bytes that `write_sparse_lines` takes for lines with these counts.
std::uint64_t sparse_lines_bytes(const BlockLines& block, std::span<const std::uint32_t> counts);
void write_sparse_lines(const SparseLines& lines, const BlockLines& block, ByteWriter& out);
/// The same for lines whose cells are all entries.
void write_full_lines(const BlockLines& block, ByteWriter& out);

/// The same as they are stored: counts, and places at `offset`, each line's in the form that its
/// count says (line_form.h), and otherwise any. Positions have `position_bytes` each.
struct StoredLines {
  std::vector<std::uint32_t> counts;
  std::uint32_t entries = 0;  ///< the sum of counts
  ByteSpan places;
  std::uint64_t offset = 0;
  std::uint32_t position_bytes = 0;
  bool all_listed = false;
};

/// Reads them at the front of a block into `lines`, whose buffer is reused, and judges all but the
/// places (faults sparse.*); unspecified after a fault.
void read_stored_lines(ByteReader& in, const BlockLines& block, StoredLines& lines);
/// Judges the places, too; empty after a fault, of which `in` may have one already.
SparseLines list_places(ByteReader& in, const BlockLines& block, const StoredLines& lines);

/// Bytes of a position, by the lines of the tensor.
std::uint32_t position_bytes(const BlockLines& block);
void write_positions(std::span<const std::uint16_t> positions, const BlockLines& block,
                     ByteWriter& out);
/// The next `count` positions, not judged; `in` has their bytes.
std::vector<std::uint16_t> take_positions(ByteReader& in, const BlockLines& block,
                                          std::size_t count);
/// Whether they ascend strictly and are below `cells`; without a branch for each.
bool positions_in_order(std::span<const std::uint16_t> positions, std::uint32_t cells);

/// The places of the entries among cells in line order, and their cells one after another.
SparseLines find_entries(const BlockLines& block, ByteSpan cells, Bytes& values);

/// The mirror: zeros, and `values` in their places. Pure, and cannot fail.
void place_entries(const SparseLines& lines, const BlockLines& block, ByteSpan values,
                   std::span<std::byte> cells);
/// The same from what is stored, if the machine has a kernel for it. Gives whether it has, and
/// found places that list_places accepts and no value 0; else cells are unspecified.
bool place_stored(const StoredLines& lines, const BlockLines& block, ByteSpan values,
                  std::span<std::byte> cells);

}  // namespace pondus
