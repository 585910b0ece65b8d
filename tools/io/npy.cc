#include "tools/io/npy.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "codec/bits/little_endian.h"
#include "formats/matrix.h"
#include "tools/io/input.h"
#include "tools/io/npy_literal.h"

namespace pondus {
namespace {

constexpr Fault bad_magic{"input.npy-magic", Kind::malformed};
constexpr Fault bad_version{"input.npy-version", Kind::unsupported};
constexpr Fault bad_header{"input.npy-header", Kind::malformed};
constexpr Fault bad_dtype{"input.npy-dtype", Kind::unsupported};
constexpr Fault bad_rank{"input.npy-rank", Kind::unsupported};
constexpr Fault bad_shape{"input.npy-shape", Kind::malformed};
constexpr Fault bad_size{"input.npy-size", Kind::malformed};
constexpr Fault no_dtype{"request.npy-dtype", Kind::request};

constexpr std::size_t version_at = 6;
constexpr std::size_t length_at = 8;
constexpr std::size_t alignment = 64;

/// Kind and bytes of the element types that numpy and this format share, as numpy writes them.
struct Code {
  Dtype dtype;
  std::string_view text;
};
constexpr std::array<Code, 12> codes{{
    {Dtype::f64, "f8"},
    {Dtype::f32, "f4"},
    {Dtype::f16, "f2"},
    {Dtype::i64, "i8"},
    {Dtype::i32, "i4"},
    {Dtype::i16, "i2"},
    {Dtype::i8, "i1"},
    {Dtype::u64, "u8"},
    {Dtype::u32, "u4"},
    {Dtype::u16, "u2"},
    {Dtype::u8, "u1"},
    {Dtype::boolean, "b1"},
}};

/// What people call the other kinds.
std::string_view kind_of(char code) {
  switch (code) {
    case 'O':
      return "object";
    case 'c':
      return "complex";
    case 'S':
    case 'a':
    case 'U':
      return "string";
    case 'V':
      return "void or structured";
    case 'M':
    case 'm':
      return "datetime";
    default:
      return "unknown";
  }
}

/// The bytes of the header's text and where they begin; none if the version is not known.
struct HeaderText {
  std::size_t begin = 0;
  std::size_t bytes = 0;
};
Result<HeaderText> find_text(ByteSpan file) {
  const auto magic = std::as_bytes(std::span(npy_magic));
  const bool begins =
      file.size() >= magic.size() && std::ranges::equal(file.first(magic.size()), magic);
  if (!begins) return Error{bad_magic, 0, {}, {}};
  if (file.size() < length_at + 4) return Error{bad_header, version_at, {}, "cut short"};
  const auto major = load<std::uint8_t>(&file[version_at]);
  const auto minor = load<std::uint8_t>(&file[version_at + 1]);
  if (major < 1 || major > 3 || minor != 0) {
    return Error{bad_version, version_at, {}, std::to_string(major) + "." + std::to_string(minor)};
  }
  HeaderText text{length_at + 2, load<std::uint16_t>(&file[length_at])};
  if (major > 1) text = {length_at + 4, load<std::uint32_t>(&file[length_at])};
  if (text.bytes > npy_header_most)
    return Error{bad_header, length_at, {}, "longer than 65536 bytes"};
  if (text.bytes > file.size() - text.begin) return Error{bad_header, length_at, {}, "cut short"};
  return text;
}

/// Fills in dtype and byte order.
Result<void> read_descr(const std::string& descr, NpyHeader& header) {
  constexpr std::string_view orders = "<>|";
  const bool ordered = !descr.empty() && orders.find(descr[0]) != orders.npos;
  const std::string_view code = std::string_view(descr).substr(ordered ? 1 : 0);
  const auto known = std::ranges::find(codes, code, &Code::text);
  if (!ordered || known == codes.end()) {
    const std::string_view kind = code.empty() ? "unknown" : kind_of(code[0]);
    return Error{bad_dtype, length_at, {}, std::string(kind) + " elements, " + quoted(descr)};
  }
  header.dtype = known->dtype;
  header.big_endian = descr[0] == '>' && cell_bytes(known->dtype) > 1;
  if (descr[0] == '|' && cell_bytes(known->dtype) > 1)
    return Error{bad_header, length_at, {}, "no byte order"};
  return {};
}

/// Copies cells from Fortran to C order: the last index runs fastest in `to`, the first in `from`.
template <class Cell>
void reorder(const Shape& shape, const std::byte* from, std::byte* to) {
  const auto dims = shape.dims();
  const std::uint32_t last = shape.rank() - 1;
  const std::uint64_t stride = shape.product(0, last);
  std::array<std::uint64_t, rank_most> index{};
  const std::uint64_t runs = shape.cells() / dims[last];
  std::uint64_t start = 0;
  for (std::uint64_t run = 0; run < runs; ++run) {
    for (std::uint64_t i = 0; i < dims[last]; ++i, to += sizeof(Cell)) {
      std::memcpy(to, from + (start + i * stride) * sizeof(Cell), sizeof(Cell));
    }
    std::uint32_t axis = last;
    while (axis-- > 0) {
      start += shape.product(0, axis);
      if (++index[axis] < dims[axis]) break;
      start -= shape.product(0, axis + 1);
      index[axis] = 0;
    }
  }
}

class NpyInput : public Input {
 public:
  NpyInput(std::string path, MappedFile file, const NpyHeader& header)
      : Input(std::move(path), std::move(file)), header_(header) {
    tensors_.push_back({stem_of(this->path()), header.dtype, header.shape});
  }

  Result<InputCells> cells(std::size_t) const override {
    const ByteSpan stored = bytes().subspan(header_.bytes);
    if (npy_in_order(header_)) return InputCells{stored, {}};
    InputCells cells{{}, npy_cells(header_, stored)};
    cells.view = cells.own;
    return cells;
  }

 private:
  NpyHeader header_;
};

}  // namespace

Result<NpyHeader> read_npy_header(ByteSpan file, const std::string& name) {
  const auto fail = [&name](Error error) {
    error.tensor = name;
    return error;
  };
  const auto found = find_text(file);
  if (!found) return fail(found.error());
  const auto bytes = file.subspan(found->begin, found->bytes);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  NpyLiteral literal;
  if (!read_npy_literal(text, literal))
    return fail({bad_header, found->begin, {}, "not a header's dictionary"});
  if (literal.structured) return fail({bad_dtype, found->begin, {}, "structured elements"});
  NpyHeader header{.fortran_order = literal.fortran_order, .bytes = found->begin + found->bytes};
  if (auto read = read_descr(literal.descr, header); !read) return fail(read.error());
  if (literal.shape.size() > rank_most)
    return fail({bad_rank, found->begin, {}, "more than 8 dimensions"});
  const auto shape = Shape::make(literal.shape);
  if (!shape) return fail({bad_shape, found->begin, {}, "2^48 elements or more"});
  header.shape = *shape;
  return header;
}

bool npy_in_order(const NpyHeader& header) {
  const bool one_order = header.shape.rank() <= 1 || header.shape.cells() == 0;
  return !header.big_endian && (!header.fortran_order || one_order);
}

Bytes npy_cells(const NpyHeader& header, ByteSpan stored) {
  const std::uint32_t width = cell_bytes(header.dtype);
  Bytes cells(stored.size());
  if (npy_in_order(header) || !header.fortran_order || header.shape.rank() <= 1 || stored.empty()) {
    std::ranges::copy(stored, cells.begin());
  } else {
    with_cell(width, [&](auto cell) {
      reorder<decltype(cell)>(header.shape, stored.data(), cells.data());
    });
  }
  if (!header.big_endian) return cells;
  for (std::size_t i = 0; i < cells.size(); i += width) {
    std::reverse(&cells[i], &cells[i] + width);
  }
  return cells;
}

Result<std::string> write_npy_header(const std::string& name, Dtype dtype, const Shape& shape) {
  const auto known = std::ranges::find(codes, dtype, &Code::dtype);
  if (known == codes.end()) {
    const auto* info = find_dtype(static_cast<std::uint8_t>(dtype));
    return Error{no_dtype, 0, name,
                 "numpy has no " + std::string(info->name) + "; decode to .safetensors"};
  }
  std::string text = "{'descr': '" + std::string(cell_bytes(dtype) == 1 ? "|" : "<");
  text.append(known->text).append("', 'fortran_order': False, 'shape': (");
  for (const std::uint64_t dim : shape.dims())
    text += std::to_string(dim) + (shape.rank() == 1 ? "," : ", ");
  if (shape.rank() > 1) text.resize(text.size() - 2);
  text += "), }";
  text.append((alignment - (length_at + 2 + text.size() + 1) % alignment) % alignment, ' ')
      .append("\n");
  std::string header(npy_magic);
  header.append(
      {'\1', '\0', static_cast<char>(text.size() & 0xFF), static_cast<char>(text.size() >> 8)});
  return header + text;
}

Result<std::unique_ptr<Input>> open_npy(std::string path, MappedFile file) {
  const std::string name = stem_of(path);
  const auto header = read_npy_header(file.bytes(), name);
  if (!header) return header.error();
  const std::uint64_t bytes = header->shape.cells() * cell_bytes(header->dtype);
  if (file.bytes().size() - header->bytes != bytes) {
    return Error{bad_size, header->bytes, name,
                 "the shape has " + std::to_string(bytes) + " bytes"};
  }
  return std::unique_ptr<Input>(
      std::make_unique<NpyInput>(std::move(path), std::move(file), *header));
}

}  // namespace pondus
