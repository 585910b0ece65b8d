// A .pondus file that a command reads.
#pragma once

#include <string>

#include "codec/container/mapped_file.h"
#include "formats/model.h"

namespace pondus {

/// The model views the mapping.
struct OpenFile {
  std::string path;
  MappedFile mapped;
  Model model;

  /// Says that a tensor's stored bytes are not needed soon.
  void forget(const Record& record) const;
};

/// Steps 1 to 5 of validation; also errors request.io. "-" is standard input.
Result<OpenFile> open_file(const std::string& path, const Limits& limits);

}  // namespace pondus
