// One Zstandard frame of known content size (spec: primitives, "Zstandard frames").
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "codec/base/result.h"
#include "codec/bits/byte_writer.h"

namespace pondus {

/// Decodes `frame` into all of `content`. Faults zstd.*, each at `offset`.
Result<void> decode_zstd(ByteSpan frame, std::span<std::byte> content, std::uint64_t offset);

/// `content` as one frame that keeps the rules. The frame's blocks end at every multiple of
/// `segment_bytes` (0: where the library likes), so that parts of different statistics do not share
/// a code. Depends on the library's version.
Bytes encode_zstd(ByteSpan content, int level, std::size_t segment_bytes = 0);

}  // namespace pondus
