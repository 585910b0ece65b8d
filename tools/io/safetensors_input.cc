// Reads tensors from .safetensors files.
#include "codec/bits/little_endian.h"
#include "tools/io/input.h"

namespace pondus {
namespace {

constexpr Fault bad_length{"input.safetensors-length", Kind::malformed};
constexpr Fault bad_header{"input.safetensors-header", Kind::malformed};
constexpr Fault bad_metadata{"input.safetensors-metadata", Kind::malformed};
constexpr Fault bad_dtype{"input.safetensors-dtype", Kind::unsupported};
constexpr Fault bad_rank{"input.safetensors-rank", Kind::unsupported};
constexpr Fault bad_shape{"input.safetensors-shape", Kind::malformed};
constexpr Fault bad_offsets{"input.safetensors-offsets", Kind::malformed};

class SafetensorsInput : public Input {
 public:
  using Input::Input;

  Result<void> open() {
    if (auto found = find_head(); !found) return found;
    if (head_.text.front() != '{')
      return Error{bad_header, safetensors_length_bytes, {}, "no JSON object"};
    if (const auto fault = read_head(head_.text, head_.head)) {
      return Error{bad_header, safetensors_length_bytes + fault->offset, {}, fault->why};
    }
    if (!head_.head.plain_metadata) return Error{bad_metadata, safetensors_length_bytes, {}, {}};
    for (const HeadTensor& tensor : head_.head.tensors) {
      if (auto added = add(tensor); !added) return added;
    }
    return judge_data();
  }

  Result<InputCells> cells(std::size_t number) const override {
    const HeadTensor& tensor = head_.head.tensors[number];
    return InputCells{data().subspan(tensor.begin, tensor.end - tensor.begin), {}};
  }

  const InputHead* head() const override { return &head_; }

 private:
  ByteSpan data() const { return bytes().subspan(safetensors_length_bytes + head_.text.size()); }

  Result<void> find_head() {
    const ByteSpan file = bytes();
    if (file.size() <= safetensors_length_bytes) return Error{bad_length, 0, {}, "cut short"};
    const auto length = load<std::uint64_t>(file.data());
    if (length == 0 || length > file.size() - safetensors_length_bytes) {
      return Error{bad_length, 0, {}, "a header of " + std::to_string(length) + " bytes"};
    }
    if (length > safetensors_head_most)
      return Error{bad_length, 0, {}, "a header of more than 100000000 bytes"};
    const auto text = file.subspan(safetensors_length_bytes, length);
    head_.text = {reinterpret_cast<const char*>(text.data()), text.size()};
    return {};
  }

  Result<void> add(const HeadTensor& tensor) {
    const auto fail = [&tensor](Fault fault, std::string detail) {
      return Error{fault, safetensors_length_bytes, tensor.name, std::move(detail)};
    };
    const auto dtype = find_safetensors_dtype(tensor.dtype);
    if (!dtype) return fail(bad_dtype, quoted(tensor.dtype));
    if (tensor.dims.size() > rank_most) return fail(bad_rank, "more than 8 dimensions");
    const auto shape = Shape::make(tensor.dims);
    if (!shape) return fail(bad_shape, "2^48 elements or more");
    tensors_.push_back({tensor.name, *dtype, *shape});
    return {};
  }

  Result<void> judge_data() const {
    const auto& tensors = head_.head.tensors;
    if (const HeadTensor* const misplaced = find_misplaced(head_.head)) {
      return Error{bad_offsets, safetensors_length_bytes, misplaced->name,
                   "a hole, an overlap, or not its shape's bytes"};
    }
    const std::uint64_t end = tensors.empty() ? 0 : tensors.back().end;
    if (end == data().size()) return {};
    return Error{bad_offsets,
                 bytes().size(),
                 {},
                 "the header names " + std::to_string(end) + " bytes of data, the file has " +
                     std::to_string(data().size())};
  }

  InputHead head_;
};

}  // namespace

Result<std::unique_ptr<Input>> open_safetensors(std::string path, MappedFile file) {
  auto input = std::make_unique<SafetensorsInput>(std::move(path), std::move(file));
  if (auto opened = input->open(); !opened) return opened.error();
  return std::unique_ptr<Input>(std::move(input));
}

}  // namespace pondus
