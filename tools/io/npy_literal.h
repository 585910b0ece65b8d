// The dictionary literal of an .npy header: the part of Python's syntax that numpy writes there,
// and no more.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pondus {

struct NpyLiteral {
  std::string descr;
  bool structured = false;  ///< `descr` is a list, of which nothing is kept
  bool fortran_order = false;
  std::vector<std::uint64_t> shape;
};

/// Whether `text` is {'descr': ..., 'fortran_order': ..., 'shape': (...)}, its keys once each in
/// any order, followed by nothing but white space; `literal` is then filled in. What follows a
/// structured `descr` is not read.
bool read_npy_literal(std::string_view text, NpyLiteral& literal);

}  // namespace pondus
