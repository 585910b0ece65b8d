// UTF-8 as the specification admits it (primitives, "Text").
#pragma once

#include <cstddef>
#include <string_view>

namespace pondus {

/// Bytes of the valid character that `text` begins with (1 to 4), or 0 if it begins with none.
/// `text` is not empty.
std::size_t utf8_length(std::string_view text);

/// Whether all of `text` is valid UTF-8 (RFC 3629).
bool valid_utf8(std::string_view text);

}  // namespace pondus
