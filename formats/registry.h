// The encodings that this library knows.
#pragma once

#include <span>

#include "codec/container/directory.h"
#include "formats/encoding.h"

namespace pondus {

std::span<const Encoding* const> all_encodings();

/// Null if there is none of that id or name.
const Encoding* find_encoding(std::uint16_t id);
const Encoding* find_encoding(std::string_view name);

/// What the container asks of the registry.
std::optional<EncodingRules> find_encoding_rules(std::uint16_t id);

}  // namespace pondus
