#include "tools/io/safetensors_index.h"

namespace pondus {
namespace {

class IndexVisitor : public JsonVisitor {
 public:
  explicit IndexVisitor(WeightMap& map) : map_(map) {}

  bool visit(std::span<const std::string> path, const JsonEvent& event) override {
    using enum JsonEvent::Kind;
    if (path.empty()) return event.kind == object || event.kind == end;
    if (path[0] != "weight_map") return true;
    if (path.size() == 1) {
      found_ = true;
      return event.kind == object || event.kind == end;
    }
    if (path.size() != 2 || event.kind != text) return false;
    map_.emplace(path[1], event.text);
    return true;
  }

  bool found() const { return found_; }

 private:
  WeightMap& map_;
  bool found_ = false;
};

}  // namespace

std::optional<JsonFault> read_weight_map(std::string_view text, WeightMap& map) {
  IndexVisitor visitor(map);
  if (auto fault = read_json(text, visitor)) return fault;
  if (!visitor.found()) return JsonFault{0, "no weight_map"};
  return std::nullopt;
}

}  // namespace pondus
