// Reads JSON that others wrote: no repeated keys, bounded depth, and nothing after the text.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pondus {

/// What the safetensors library's parser admits.
inline constexpr std::size_t json_depth_most = 128;

/// A value, or the beginning or end of one. `other` stands for null, booleans, negative and
/// fractional numbers.
struct JsonEvent {
  enum class Kind { object, array, end, text, number, other };
  Kind kind = Kind::other;
  std::string_view text{};
  std::uint64_t number = 0;
};

/// Receives the values of a text in order.
class JsonVisitor {
 public:
  virtual ~JsonVisitor() = default;
  /// `path` names the value: one key per enclosing object, an empty string per enclosing array.
  /// Gives false to refuse the text.
  virtual bool visit(std::span<const std::string> path, const JsonEvent& event) = 0;
};

struct JsonFault {
  std::size_t offset = 0;  ///< in the text; 0 where the visitor refused
  std::string why;
};

/// Gives every value of `text` to `visitor`; none if the text is one JSON value, in valid UTF-8,
/// followed by nothing but white space, and the visitor refused nothing.
std::optional<JsonFault> read_json(std::string_view text, JsonVisitor& visitor);

/// `text`, valid UTF-8, as a JSON string with the escapes of the safetensors library.
std::string json_text(std::string_view text);

}  // namespace pondus
