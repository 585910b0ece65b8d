// Stores a matrix with every encoding and holds the sizes against the bounds.
#pragma once

#include <map>
#include <string>

#include "tests/support.h"

namespace pondus::test {

/// Encodes `tensor`, of rank 2, with every encoding and with the choice among them; requires that
/// all bits come back, and that payloads and numbers of blocks keep the bounds of the specification
/// and of the papers. Gives the bytes of each file, 0 where the encoding cannot apply, that of the
/// choice as "auto".
std::map<std::string, std::uint64_t> check_bounds(const Tensor& tensor);

/// The papers' formulas for the better orientation of a matrix, in bits, by encoding.
std::map<std::string, std::uint64_t> papers_bits(const Tensor& tensor);

}  // namespace pondus::test
