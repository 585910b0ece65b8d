// What this library says of a vector.
#pragma once

#include <string>

#include "tools/vector_file.h"

namespace pondus {

/// What the library says, where that is not what the vector says; else empty.
std::string difference(const Vector& vector, unsigned threads);

/// Whether this build can judge the vector.
bool applies(const Vector& vector);

}  // namespace pondus
