#include "tools/io/target.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "tools/io/spool.h"
#include "tools/shrinking.h"

namespace pondus {
namespace {

namespace fs = std::filesystem;

Error path_error(const std::string& path, const std::error_code& error) {
  return io_error(path, error.value());
}

/// Without separators at its end.
std::string trimmed(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

}  // namespace

Result<Target> Target::create(const std::string& path) {
  Target target;
  if (path == stream_path) {
    target.stream_ = std::make_unique<StreamOutput>(STDOUT_FILENO, "standard output");
    return target;
  }
  struct stat status {};
  const bool exists = ::stat(path.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) return io_error(path, EISDIR);
  if (exists && !S_ISREG(status.st_mode)) {
    const int descriptor =
        ::open(path.c_str(), O_WRONLY | O_CLOEXEC);  // open until the process ends
    if (descriptor < 0) return io_error(path, errno);
    target.stream_ = std::make_unique<StreamOutput>(descriptor, path);
    return target;
  }
  std::error_code failed;
  const std::string followed = exists ? fs::canonical(path, failed).string() : path;
  const auto held = hold_signals();
  auto file = FileOutput::create(failed ? path : followed);
  if (!file) return file.error();
  target.temporary_.emplace(file->temporary_path());
  target.file_ = std::make_unique<FileOutput>(std::move(*file));
  return target;
}

Result<std::string> Target::flush() {
  if (auto flushed = file_->flush(); !flushed) return flushed.error();
  return file_->temporary_path();
}

Result<void> Target::commit() {
  if (auto whole = require_no_shrinking(); !whole) return whole;
  const auto held = hold_signals();
  return file_ ? file_->commit() : Result<void>();
}

TargetFolder::TargetFolder(std::string path, std::string staging, Temporary temporary)
    : path_(std::move(path)), staging_(std::move(staging)), temporary_(std::move(temporary)) {}

Result<TargetFolder> TargetFolder::create(const std::string& path) {
  std::string folder = trimmed(path);
  const std::string own = ".pondus-" + std::to_string(::getpid()) + ".tmp";
  std::error_code error;
  std::string staging = fs::is_directory(folder, error) ? folder + "/" + own : folder + own;
  const auto held = hold_signals();
  if (fs::exists(staging, error)) return io_error(staging, EEXIST);
  Temporary temporary(staging);
  fs::create_directory(staging, error);
  if (error) return path_error(folder, error);
  return TargetFolder(std::move(folder), std::move(staging), std::move(temporary));
}

std::string TargetFolder::path_of(const std::string& name) {
  names_.push_back(name);
  return staging_ + "/" + name;
}

Result<void> TargetFolder::commit() {
  if (auto whole = require_no_shrinking(); !whole) return whole;
  const auto held = hold_signals();
  std::error_code error;
  if (!fs::is_directory(path_, error)) {
    fs::rename(staging_, path_, error);
    return error ? path_error(path_, error) : Result<void>();
  }
  std::vector<std::pair<fs::path, fs::path>> moves;  // before the first: memory may run out
  for (const std::string& name : names_)
    moves.emplace_back(staging_ + "/" + name, path_ + "/" + name);
  for (const auto& [from, to] : moves) {
    fs::rename(from, to, error);
    if (error) return path_error(to.string(), error);
  }
  return {};
}

}  // namespace pondus
