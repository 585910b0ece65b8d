// Files that another process shortens while they are mapped: an error instead of the end of the
// process.
#pragma once

#include "codec/base/result.h"

namespace pondus {

/// From now on pages past the new end of a mapped file read as zeros, and are remembered.
void survive_shrinking();

/// Whether that ever happened: then nothing that was read can be trusted.
bool a_file_shrank();

/// request.io if it happened.
Result<void> require_no_shrinking();

}  // namespace pondus
