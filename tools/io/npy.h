// The .npy format, versions 1.0 to 3.0: one array behind a header that is a Python dictionary
// literal.
#pragma once

#include <string>

#include "codec/base/dtype.h"
#include "codec/base/result.h"
#include "codec/base/shape.h"
#include "codec/bits/byte_writer.h"

namespace pondus {

inline constexpr std::string_view npy_magic{"\x93NUMPY", 6};
/// Longer headers are refused; numpy's own readers stop at 10,000 bytes.
inline constexpr std::size_t npy_header_most = std::size_t{1} << 16;

struct NpyHeader {
  Dtype dtype{};
  Shape shape{};
  bool big_endian = false;
  bool fortran_order = false;
  std::size_t bytes = 0;  ///< before the cells
};

/// Reads the header that `file`, or a beginning of it, starts with. `name` is of the tensor, for
/// errors.
Result<NpyHeader> read_npy_header(ByteSpan file, const std::string& name);

/// `stored` cells, of exactly their bytes, as little-endian cells in C order.
Bytes npy_cells(const NpyHeader& header, ByteSpan stored);
/// Whether `stored` cells are so already.
bool npy_in_order(const NpyHeader& header);

/// The header of cells that are little endian and in C order; an error for dtypes that numpy does
/// not have.
Result<std::string> write_npy_header(const std::string& name, Dtype dtype, const Shape& shape);

}  // namespace pondus
