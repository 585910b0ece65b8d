// What can be wrong with a file, and where it was found.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pondus {

/// Three verdicts on a file, and one for what is not about a file's bytes: the caller's request or
/// the environment.
enum class Kind { malformed, unsupported, over_limit, request };

/// A rule of the specification that can be broken; `id` is its label there ("csc.zero-value").
/// Faults of kind `request` have labels "request.*" that the specification does not know.
struct Fault {
  std::string_view id;
  Kind kind;
};

/// A fault that was found. `offset` is in bytes from the start of the file, as the specification
/// says for the rule; `tensor` is empty where the fault is in none; `detail` says more for people
/// ("bit 3", "--max-bytes").
struct Error {
  Fault fault{};
  std::uint64_t offset = 0;
  std::string tensor;
  std::string detail;
};

std::string_view kind_name(Kind kind);

/// "malformed [csc.zero-value] at offset 103 in tensor "w": detail", with control characters
/// escaped.
std::string describe(const Error& error);

/// `text` in double quotes, with quotes, backslashes, control characters and invalid UTF-8 as
/// \-escapes, safe for a terminal.
std::string quoted(std::string_view text);

}  // namespace pondus
