#include "codec/base/fault.h"

#include <array>

#include "codec/base/utf8.h"

namespace pondus {

std::string_view kind_name(Kind kind) {
  constexpr std::array<std::string_view, 4> names{"malformed", "unsupported", "over a limit",
                                                  "error"};
  return names[static_cast<std::size_t>(kind)];
}

std::string describe(const Error& error) {
  std::string text(kind_name(error.fault.kind));
  text.append(" [").append(error.fault.id).append("]");
  if (error.fault.kind != Kind::request) text += " at offset " + std::to_string(error.offset);
  if (!error.tensor.empty()) text += " in tensor " + quoted(error.tensor);
  if (!error.detail.empty()) text += ": " + error.detail;
  return text;
}

std::string quoted(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "\"";
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const auto byte = static_cast<unsigned char>(text.front());
    const bool c1_control =
        length == 2 && byte == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0;
    if (length == 0 || byte < 0x20 || byte == 0x7F || c1_control) {
      const std::size_t bytes = c1_control ? 2 : 1;
      for (const char c : text.substr(0, bytes)) {
        const auto value = static_cast<unsigned char>(c);
        out.append("\\x").append(1, digits[value >> 4]).append(1, digits[value & 15]);
      }
      text.remove_prefix(bytes);
      continue;
    }
    if (byte == '"' || byte == '\\') out += '\\';
    out.append(text.substr(0, length));
    text.remove_prefix(length);
  }
  return out += '"';
}

}  // namespace pondus
