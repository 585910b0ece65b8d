// The test of canonical form (spec: canonical): a payload made anew from its cells and the choices
// that it shows.
#pragma once

#include <optional>

#include "formats/encoding.h"

namespace pondus::fuzz {

/// `payload` decodes to `cells`. None for Zstandard frames, whose bytes are choices.
std::optional<Bytes> from_choices(const Encoding& encoding, const Tables& tables,
                                  const BlockLines& block, ByteSpan payload, ByteSpan cells);

}  // namespace pondus::fuzz
