// Opens a path for reading as mapped bytes; "-" is standard input.
#pragma once

#include <string>

#include "codec/container/mapped_file.h"

namespace pondus {

/// What stands for standard input, or standard output, among paths.
inline constexpr std::string_view stream_path = "-";

/// A pipe, or standard input, is first copied to an unlinked temporary file. Errors request.io.
Result<MappedFile> open_mapped(const std::string& path);

}  // namespace pondus
