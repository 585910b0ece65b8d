#include "fuzz/import_mutator.h"

#include <algorithm>
#include <array>
#include <string>

#include "fuzz/field_values.h"
#include "fuzz/mutator.h"
#include "tools/io/npy.h"
#include "tools/io/safetensors.h"
#include "tools/io/zip_writer.h"

namespace pondus::fuzz {
namespace {

constexpr std::array<std::string_view, 13> descrs{"f8", "f4", "f2", "i8", "i4", "i2", "i1",
                                                  "u8", "u4", "u2", "u1", "b1", "c8"};
/// Data is not made longer than this.
constexpr std::uint64_t data_bytes_most = 4096;

std::string random_text(std::uint64_t bytes, Random& random) {
  std::string text(bytes, '\0');
  for (char& c : text) c = static_cast<char>(random.next());
  return text;
}

Shape random_shape(Random& random) {
  std::array<std::uint64_t, rank_most> dims{};
  const std::size_t rank = random.one_in(16) ? random.below(rank_most + 1) : random.below(4);
  for (std::uint64_t& dim : dims) dim = random.below(random.one_in(16) ? 200 : 5);
  return Shape::make(std::span(dims).first(rank)).value_or(Shape());
}

std::string name(std::size_t number) { return std::string(1, static_cast<char>('a' + number)); }

/// The text of a header: any order of bytes and of cells, and any version.
std::string npy_file(Random& random) {
  const std::string_view descr = descrs[random.below(descrs.size())];
  const auto width = static_cast<std::uint64_t>(descr[1] - '0');
  const Shape shape = random_shape(random);
  std::string text = "{'descr': '";
  text.append(1, width == 1 ? '|' : "<>"[random.below(2)]).append(descr).append("', ");
  text.append("'fortran_order': ").append(random.one_in(2) ? "True" : "False");
  text.append(", 'shape': (");
  for (const std::uint64_t dim : shape.dims()) text.append(std::to_string(dim)).append(",");
  text.append(")}\n");
  const auto version = static_cast<char>(1 + random.below(3));
  std::string file(npy_magic);
  file.append({version, '\0', static_cast<char>(text.size()), '\0'});
  if (version > 1) file.append({'\0', '\0'});
  const std::uint64_t bytes = shape.cells() * width;
  return file.append(text).append(random_text(std::min(bytes, data_bytes_most), random));
}

std::string npz_file(Random& random) {
  MemoryOutput output;
  ZipWriter archive(output);
  for (std::size_t left = random.below(4); left > 0; --left) {
    const std::string member = npy_file(random);
    const ByteSpan piece = std::as_bytes(std::span(member));
    static_cast<void>(archive.add(name(left) + ".npy", std::span(&piece, 1)));
  }
  static_cast<void>(archive.finish());
  return std::string(as_text(output.bytes()));
}

std::string safetensors_file(Random& random) {
  std::vector<std::string> names(random.below(4));
  std::vector<NamedTensor> tensors;
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    names[i] = name(i);
    const Dtype dtype = all_dtypes()[random.below(all_dtypes().size())].dtype;
    tensors.push_back({names[i], dtype, random_shape(random)});
    bytes += tensors.back().shape.cells() * cell_bytes(dtype);
  }
  std::map<std::string, std::string> metadata;
  if (random.one_in(4)) metadata.emplace("format", "pt");
  return with_length(write_head(metadata, tensors)) +
         random_text(std::min(bytes, data_bytes_most), random);
}

std::string index_file(Random& random) {
  std::string text = "{\"metadata\":{\"total_size\":9},\"weight_map\":{";
  for (std::size_t left = random.below(4); left > 0; --left) {
    text.append("\"").append(name(left)).append("\":\"").append(name(random.below(3)));
    text.append(left > 1 ? "\"," : "\"");
  }
  return text + "}}";
}

/// Behind the byte that names its format.
std::string new_file(Random& random) {
  constexpr std::array draws{npy_file, npz_file, safetensors_file, index_file};
  const std::size_t format = random.below(draws.size());
  std::string file = static_cast<char>(format) + draws[format](random);
  if (random.one_in(2)) {
    const auto bytes = std::as_writable_bytes(std::span(file));
    change_field(bytes.subspan(random.below(bytes.size()), 1), random);
  }
  return file;
}

void repair_npy(std::string& file) {
  const std::size_t end = file.find('\n', npy_magic.size() + 4);
  if (end == file.npos || end > 0xFF) return;
  file[8] = static_cast<char>(end + 1 - 10);
  file[9] = '\0';
  const auto header = read_npy_header(std::as_bytes(std::span(file)), {});
  if (!header) return;
  const std::uint64_t bytes = header->shape.cells() * cell_bytes(header->dtype);
  file.resize(header->bytes + std::min(bytes, data_bytes_most));
}

/// The end of the JSON object that `text` begins with.
std::size_t object_end(std::string_view text) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    depth += text[i] == '{';
    depth -= text[i] == '}';
    if (depth == 0) return i + 1;
  }
  return text.size();
}

void repair_safetensors(std::string& file) {
  if (file.size() <= safetensors_length_bytes) return;
  const std::string text(file.substr(safetensors_length_bytes));
  const std::size_t end = object_end(text);
  Head head;
  if (read_head(std::string_view(text).substr(0, end), head)) return;
  const std::uint64_t bytes = head.tensors.empty() ? 0 : head.tensors.back().end;
  file = with_length(text.substr(0, end));
  file.append(text.substr(end))
      .resize(safetensors_length_bytes + end + std::min(bytes, data_bytes_most));
}

}  // namespace

std::size_t mutate_import(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  Random random(seed);
  std::string file;
  if (size == 0 || random.one_in(2)) {
    file = new_file(random);
  } else {
    size = mutate_bytes(data, size, most, seed);
    if (size == 0 || random.one_in(4)) return size;
    file.assign(reinterpret_cast<const char*>(data) + 1, size - 1);
    if (data[0] % 4 == 0) repair_npy(file);
    if (data[0] % 4 == 2) repair_safetensors(file);
    file.insert(file.begin(), static_cast<char>(data[0]));
  }
  if (file.size() > most) return size;
  std::ranges::copy(file, data);
  return file.size();
}

}  // namespace pondus::fuzz
