// The rules of names and keys (spec: container, [record.name]).
#pragma once

#include <string_view>

#include "codec/base/limits.h"
#include "codec/base/utf8.h"

namespace pondus {

/// Of tensors and metadata keys: 1 to 4096 bytes of UTF-8 without U+0000.
inline bool valid_name(std::string_view name) {
  return !name.empty() && name.size() <= name_bytes_most && name.find('\0') == name.npos &&
         valid_utf8(name);
}

/// Of files, in source tables: a name and never a path.
inline bool valid_file_name(std::string_view name) {
  return !name.empty() && name.size() <= 255 && name != "." && name != ".." &&
         name.find_first_of(std::string_view("/\\\0", 3)) == name.npos && valid_utf8(name);
}

}  // namespace pondus
