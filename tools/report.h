// What people see: errors, exit codes, and tables of text.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "codec/base/result.h"

namespace pondus {

/// 0 ok, 1 usage, request or I/O, 2 malformed, 3 unsupported, 4 over a limit.
int exit_code(Kind kind);

/// A path or name as it is if that is safe for a terminal, else quoted.
std::string shown(const std::string& text);

/// `describe`, with the option of the command line that sets the limit, and without the path if
/// `error` repeats it.
std::string explain(const std::string& path, const Error& error);

/// Prints errors to standard error, and remembers the greatest exit code.
class Reporter {
 public:
  void report(const std::string& path, const Error& error);
  void add(int code) { worst_ = code > worst_ ? code : worst_; }
  int worst() const { return worst_; }

 private:
  int worst_ = 0;
};

/// Columns of text, as wide as they must be; all but the first `left` are aligned to the right.
class TextTable {
 public:
  explicit TextTable(std::size_t left) : left_(left) {}
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  std::string text() const;

 private:
  std::size_t left_;
  std::vector<std::vector<std::string>> rows_;
};

/// "3.25": `value` with so many digits after the point.
std::string fixed(double value, int digits);
std::string hexadecimal(std::uint64_t value);
/// "64x128", "scalar" for rank 0.
std::string shape_text(std::span<const std::uint64_t> dims);

}  // namespace pondus
