// A loop over independent work on several threads.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>

#include "codec/base/result.h"

namespace pondus {

/// Calls `work(i)` for i in [0, count) on up to `threads` threads (0: as many as the machine has),
/// and gives the error with the lowest i: all below it have run, so the result does not depend on
/// threads. Exceptions of `work` reach the caller.
Result<void> parallel_for(std::size_t count, unsigned threads,
                          const std::function<Result<void>(std::size_t)>& work);

}  // namespace pondus
