// Stops a fuzz target where the library breaks a promise.
#pragma once

#include <cstdio>
#include <cstdlib>

#include "codec/base/result.h"

namespace pondus::fuzz {

/// Ends the process with `promise` unless it is kept; in every build.
inline void require(bool kept, const char* promise) {
  if (kept) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

/// The same for a call that must succeed; prints its error.
template <class T>
void require_success(const Result<T>& result, const char* promise) {
  if (!result) std::fprintf(stderr, "%s\n", describe(result.error()).c_str());
  require(result.has_value(), promise);
}

}  // namespace pondus::fuzz
