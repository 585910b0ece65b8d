#include "tools/io/npy_literal.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace pondus {
namespace {

constexpr std::string_view white = " \t\r\n";

/// Takes tokens from the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool accept(std::string_view token) {
    skip();
    if (!text_.starts_with(token)) return false;
    text_.remove_prefix(token.size());
    return true;
  }

  bool at_end() {
    skip();
    return text_.empty();
  }

  /// A string without escapes, in single or double quotes.
  std::optional<std::string> string() {
    skip();
    if (text_.empty() || (text_[0] != '\'' && text_[0] != '"')) return std::nullopt;
    const auto end = text_.find(text_[0], 1);
    if (end == text_.npos) return std::nullopt;
    std::string value(text_.substr(1, end - 1));
    text_.remove_prefix(end + 1);
    if (value.find('\\') != value.npos) return std::nullopt;
    return value;
  }

  std::optional<std::uint64_t> number() {
    skip();
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (error != std::errc()) return std::nullopt;
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    return value;
  }

 private:
  void skip() { text_.remove_prefix(std::min(text_.find_first_not_of(white), text_.size())); }

  std::string_view text_;
};

bool read_shape(Scanner& in, std::vector<std::uint64_t>& shape) {
  if (!in.accept("(")) return false;
  bool comma = true;
  while (!in.accept(")")) {
    const auto dim = comma ? in.number() : std::nullopt;
    if (!dim) return false;
    shape.push_back(*dim);
    comma = in.accept(",");
  }
  return shape.size() != 1 || comma;  // (3) is a number
}

bool read_value(Scanner& in, const std::string& key, NpyLiteral& literal) {
  if (key == "shape") return read_shape(in, literal.shape);
  if (key == "fortran_order") {
    literal.fortran_order = in.accept("True");
    return literal.fortran_order || in.accept("False");
  }
  if (in.accept("[")) return literal.structured = true;
  auto text = in.string();
  if (text) literal.descr = std::move(*text);
  return text.has_value();
}

}  // namespace

bool read_npy_literal(std::string_view text, NpyLiteral& literal) {
  Scanner in(text);
  std::vector<std::string> keys{"descr", "fortran_order", "shape"};
  if (!in.accept("{")) return false;
  bool comma = true;
  while (!in.accept("}")) {
    const auto key = comma ? in.string() : std::nullopt;
    if (!key || std::erase(keys, *key) != 1 || !in.accept(":")) return false;
    if (!read_value(in, *key, literal)) return false;
    if (literal.structured) return true;
    comma = in.accept(",");
  }
  return keys.empty() && in.at_end();
}

}  // namespace pondus
