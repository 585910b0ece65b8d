#include "tools/io/json_strict.h"

#include <nlohmann/json.hpp>
#include <set>
#include <utility>
#include <vector>

namespace pondus {
namespace {

using nlohmann::json;

/// Keeps the path, and refuses what JsonVisitor must not see.
class StrictHandler : public nlohmann::json_sax<json> {
 public:
  explicit StrictHandler(JsonVisitor& visitor) : visitor_(visitor) {}

  bool null() override { return give({}); }
  bool boolean(bool) override { return give({}); }
  bool number_integer(number_integer_t) override { return give({}); }
  bool number_float(number_float_t, const string_t&) override { return give({}); }
  bool binary(binary_t&) override { return false; }
  bool number_unsigned(number_unsigned_t value) override {
    return give({JsonEvent::Kind::number, {}, value});
  }
  bool string(string_t& value) override { return give({JsonEvent::Kind::text, value, 0}); }
  bool start_object(std::size_t) override { return begin(JsonEvent::Kind::object); }
  bool start_array(std::size_t) override { return begin(JsonEvent::Kind::array); }
  bool end_object() override { return end(); }
  bool end_array() override { return end(); }

  bool key(string_t& value) override {
    if (!keys_.back().insert(value).second) return refuse("a key is repeated");
    path_.back() = std::move(value);
    return true;
  }

  bool parse_error(std::size_t offset, const std::string&, const json::exception&) override {
    fault_ = {offset == 0 ? 0 : offset - 1, "not valid JSON"};
    return false;
  }

  JsonFault take_fault() { return std::move(fault_); }

 private:
  bool refuse(const char* why) {
    fault_ = {0, why};
    return false;
  }

  bool give(const JsonEvent& event) {
    return visitor_.visit(path_, event) || refuse("not of the expected form");
  }

  bool begin(JsonEvent::Kind kind) {
    if (path_.size() == json_depth_most) return refuse("nested too deeply");
    if (!give({kind, {}, 0})) return false;
    path_.emplace_back();
    keys_.emplace_back();
    return true;
  }

  bool end() {
    path_.pop_back();
    keys_.pop_back();
    return give({JsonEvent::Kind::end, {}, 0});
  }

  JsonVisitor& visitor_;
  std::vector<std::string> path_;
  std::vector<std::set<std::string>> keys_;  ///< of each enclosing object; empty for arrays
  JsonFault fault_;
};

}  // namespace

std::optional<JsonFault> read_json(std::string_view text, JsonVisitor& visitor) {
  // The parser takes a zero byte for the end of the text, and skips a byte order mark.
  if (const auto zero = text.find('\0'); zero != text.npos) return JsonFault{zero, "a zero byte"};
  if (text.starts_with("\xEF\xBB\xBF")) return JsonFault{0, "a byte order mark"};
  StrictHandler handler(visitor);
  if (json::sax_parse(text.begin(), text.end(), &handler)) return std::nullopt;
  return handler.take_fault();
}

std::string json_text(std::string_view text) { return json(text).dump(); }

}  // namespace pondus
