// Where output goes: a file that appears only when it is complete, a stream, or a folder of such
// files.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "codec/container/output.h"
#include "tools/cleanup.h"

namespace pondus {

/// One output. "-" is standard output; a device or pipe is written to as it is.
class Target {
 public:
  static Result<Target> create(const std::string& path);

  Output& output() { return file_ ? static_cast<Output&>(*file_) : *stream_; }
  bool is_stream() const { return stream_ != nullptr; }
  /// All that was written, to be looked at; nothing for a stream.
  Result<std::string> flush();
  /// Lets the file appear under its name. Without it nothing is left behind.
  Result<void> commit();

 private:
  Target() = default;
  std::unique_ptr<FileOutput> file_;
  std::unique_ptr<StreamOutput> stream_;
  std::optional<Temporary> temporary_;
};

/// A folder that gets all its files at once, or none. Files of the same names are replaced.
class TargetFolder {
 public:
  static Result<TargetFolder> create(const std::string& path);

  /// Where to write the file that will be called `name`, which must be a plain file name.
  std::string path_of(const std::string& name);
  Result<void> commit();

 private:
  TargetFolder(std::string path, std::string staging, Temporary temporary);
  std::string path_;
  std::string staging_;
  std::vector<std::string> names_;
  Temporary temporary_;
};

}  // namespace pondus
