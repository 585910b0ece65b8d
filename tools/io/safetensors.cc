#include "tools/io/safetensors.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "codec/base/checked.h"
#include "codec/bits/little_endian.h"

namespace pondus {
namespace {

/// Spelling and the library's rank of each dtype, by id from 1.
struct Spelling {
  std::string_view text;
  int rank;
};
constexpr std::array<Spelling, 15> spellings{{
    {"F64", 2},
    {"F32", 3},
    {"F16", 7},
    {"BF16", 6},
    {"F8_E4M3", 10},
    {"F8_E5M2", 11},
    {"I64", 1},
    {"I32", 5},
    {"I16", 9},
    {"I8", 12},
    {"U64", 0},
    {"U32", 4},
    {"U16", 8},
    {"U8", 13},
    {"BOOL", 14},
}};

const Spelling& spelling_of(Dtype dtype) { return spellings[static_cast<std::size_t>(dtype) - 1]; }

class HeadVisitor : public JsonVisitor {
 public:
  explicit HeadVisitor(Head& head) : head_(head) {}

  bool visit(std::span<const std::string> path, const JsonEvent& event) override {
    using enum JsonEvent::Kind;
    if (path.empty()) return event.kind == object || event.kind == end;
    if (path[0] == "__metadata__") return visit_metadata(path, event);
    switch (path.size()) {
      case 1:
        return event.kind == object ? begin_tensor(path[0]) : event.kind == end && fields_ == 7;
      case 2:
        return visit_field(path[1], event);
      case 3:
        return visit_number(path[1], event);
      default:
        return path[1] != "shape" && path[1] != "data_offsets";
    }
  }

 private:
  bool visit_metadata(std::span<const std::string> path, const JsonEvent& event) {
    using enum JsonEvent::Kind;
    const bool entry = path.size() == 2 && event.kind == text;
    const bool whole = path.size() == 1 && (event.kind == object || event.kind == end);
    if (entry) head_.metadata.emplace(path[1], event.text);
    if (!entry && !whole) head_.plain_metadata = false;
    return true;
  }

  bool begin_tensor(const std::string& name) {
    head_.tensors.emplace_back().name = name;
    fields_ = 0;
    offsets_ = 0;
    return true;
  }

  bool visit_field(const std::string& field, const JsonEvent& event) {
    using enum JsonEvent::Kind;
    if (field == "dtype") {
      fields_ |= 1;
      head_.tensors.back().dtype = event.text;
      return event.kind == text;
    }
    if (field == "shape") {
      fields_ |= 2;
      return event.kind == array || event.kind == end;
    }
    if (field == "data_offsets") {
      fields_ |= 4;
      return event.kind == array || (event.kind == end && offsets_ == 2);
    }
    return true;
  }

  bool visit_number(const std::string& field, const JsonEvent& event) {
    if (field != "shape" && field != "data_offsets") return true;
    if (event.kind != JsonEvent::Kind::number) return false;
    HeadTensor& tensor = head_.tensors.back();
    if (field == "shape") {
      tensor.dims.push_back(event.number);
      return true;
    }
    (offsets_ == 0 ? tensor.begin : tensor.end) = event.number;
    return ++offsets_ <= 2;
  }

  Head& head_;
  unsigned fields_ = 0;  ///< bit 0 dtype, 1 shape, 2 data_offsets
  unsigned offsets_ = 0;
};

/// Whether the data's bytes are those of the shape; true where the dtype is not known.
bool has_its_bytes(const HeadTensor& tensor) {
  const auto dtype = find_safetensors_dtype(tensor.dtype);
  if (!dtype) return true;
  std::uint64_t bytes = cell_bytes(*dtype);
  for (const std::uint64_t dim : tensor.dims) {
    const auto product = checked_multiply(bytes, dim);
    if (!product) return false;
    bytes = *product;
  }
  return tensor.end - tensor.begin == bytes;
}

void append_shape(std::string& text, const Shape& shape) {
  std::string_view comma;
  for (const std::uint64_t dim : shape.dims()) {
    text.append(comma).append(std::to_string(dim));
    comma = ",";
  }
}

}  // namespace

std::optional<JsonFault> read_head(std::string_view text, Head& head) {
  HeadVisitor visitor(head);
  if (auto fault = read_json(text, visitor)) return fault;
  std::ranges::sort(head.tensors, {}, [](const HeadTensor& t) {
    return std::tuple(t.begin, t.end, std::string_view(t.name));
  });
  return std::nullopt;
}

const HeadTensor* find_misplaced(const Head& head) {
  std::uint64_t due = 0;
  for (const HeadTensor& tensor : head.tensors) {
    if (tensor.begin != due || tensor.end < due || !has_its_bytes(tensor)) return &tensor;
    due = tensor.end;
  }
  return nullptr;
}

std::optional<Dtype> find_safetensors_dtype(std::string_view spelling) {
  const auto at = std::ranges::find(spellings, spelling, &Spelling::text);
  if (at == spellings.end()) return std::nullopt;
  return static_cast<Dtype>(at - spellings.begin() + 1);
}

std::string_view safetensors_dtype(Dtype dtype) { return spelling_of(dtype).text; }

bool library_order(const NamedTensor& a, const NamedTensor& b) {
  const int rank_a = spelling_of(a.dtype).rank;
  const int rank_b = spelling_of(b.dtype).rank;
  return rank_a != rank_b ? rank_a < rank_b : a.name < b.name;
}

std::string write_head(const std::map<std::string, std::string>& metadata,
                       std::span<const NamedTensor> tensors) {
  std::string text = "{";
  std::string_view comma;
  for (const auto& [key, value] : metadata) {
    text.append(comma.empty() ? "\"__metadata__\":{" : comma).append(json_text(key));
    text.append(":").append(json_text(value));
    comma = ",";
  }
  if (!metadata.empty()) text += '}';
  std::uint64_t offset = 0;
  for (const NamedTensor& tensor : tensors) {
    text.append(comma).append(json_text(tensor.name)).append(":{\"dtype\":\"");
    text.append(safetensors_dtype(tensor.dtype)).append("\",\"shape\":[");
    append_shape(text, tensor.shape);
    text.append("],\"data_offsets\":[").append(std::to_string(offset));
    offset += tensor.shape.cells() * cell_bytes(tensor.dtype);
    text.append(",").append(std::to_string(offset)).append("]}");
    comma = ",";
  }
  text += '}';
  constexpr std::size_t alignment = 8;
  text.append((alignment - text.size() % alignment) % alignment, ' ');
  return text;
}

std::string with_length(std::string_view text) {
  std::string head(safetensors_length_bytes, '\0');
  store<std::uint64_t>(std::as_writable_bytes(std::span(head)).data(), text.size());
  return head.append(text);
}

}  // namespace pondus
