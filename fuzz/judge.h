// Opens and checks a file the way every reader does, and holds the library to its promises.
#pragma once

#include "codec/base/limits.h"
#include "codec/base/result.h"
#include "codec/bits/byte_writer.h"

namespace pondus::fuzz {

/// What a fuzzer's file may make the library allocate.
inline constexpr Limits small_limits{.tensors = 1u << 16,
                                     .decoded_bytes = 1u << 24,
                                     .table_bytes = 1u << 24,
                                     .metadata_bytes = 1u << 20};

struct Judged {
  Result<void> verdict;  ///< the checker's
  bool reached = false;  ///< the bytes of a coded payload came to their decoder
  bool decoded = false;  ///< and all of them to cells, whatever these hash to
};

/// Whether the bytes of a coded payload come to their decoder.
bool reaches_decoder(ByteSpan file, const Limits& limits);

/// Promises: the verdict does not depend on threads; of a sound file every tensor reads and its
/// bytes hash to its record, and laying the file out again gives the same bytes.
Judged judge(ByteSpan file, const Limits& limits);

}  // namespace pondus::fuzz
