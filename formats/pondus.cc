#include <algorithm>

#include "formats/c_interface.h"
#include "formats/registry.h"
#include "formats/tensor_reader.h"
#include "formats/tensor_writer.h"

using pondus::Error;
using pondus::Kind;
using pondus::Result;
using pondus::c_interface::guarded;

struct pondus_writer {
  explicit pondus_writer(pondus::FileOutput file) : output(std::move(file)), writer(output) {}
  pondus::FileOutput output;
  pondus::Writer writer;
  pondus::EncodeOptions options;
};

namespace {

constexpr pondus::Fault stopped{"request.stopped", Kind::request};

pondus::Limits to_limits(const pondus_limits* limits) {
  if (limits == nullptr) return {};
  return {limits->tensors, limits->decoded_bytes, limits->ratio, limits->table_bytes,
          limits->metadata_bytes};
}

template <class Work>
Result<void> with_reader(const pondus_file* file, std::size_t index, Work&& work) {
  if (index >= file->model.records().size())
    return Error{pondus::c_interface::bad_argument, 0, {}, "no such tensor"};
  const auto reader = pondus::TensorReader::open(file->model, file->model.records()[index]);
  if (!reader) return reader.error();
  return work(*reader);
}

std::span<std::byte> as_span(void* cells, std::size_t bytes) {
  return {static_cast<std::byte*>(cells), bytes};
}

Result<pondus::EncodeOptions> to_options(const pondus_options* options) {
  pondus::EncodeOptions out;
  if (options == nullptr) return out;
  out.fallback = options->fallback != 0;
  out.threads = options->threads;
  out.verify = options->skip_verify == 0;
  const std::string_view name = options->encoding == nullptr ? "auto" : options->encoding;
  if (name == "auto") return out;
  out.encoding = pondus::find_encoding(name);
  if (out.encoding == nullptr)
    return Error{pondus::c_interface::bad_argument, 0, {}, "no encoding " + pondus::quoted(name)};
  return out;
}

}  // namespace

extern "C" {

const char* pondus_version(void) { return "0.1.0"; }

pondus_file* pondus_open(const char* path, const pondus_limits* limits, pondus_error* error) {
  pondus_file* file = nullptr;
  guarded(error, [&]() -> Result<void> {
    auto mapped = pondus::MappedFile::open(path);
    if (!mapped) return mapped.error();
    auto model = pondus::Model::open(mapped->bytes(), to_limits(limits));
    if (!model) return model.error();
    file = new pondus_file{std::move(*mapped), std::move(*model)};
    return {};
  });
  return file;
}

pondus_file* pondus_open_memory(const void* bytes, size_t size, const pondus_limits* limits,
                                pondus_error* error) {
  pondus_file* file = nullptr;
  guarded(error, [&]() -> Result<void> {
    auto model =
        pondus::Model::open({static_cast<const std::byte*>(bytes), size}, to_limits(limits));
    if (!model) return model.error();
    file = new pondus_file{std::nullopt, std::move(*model)};
    return {};
  });
  return file;
}

void pondus_close(pondus_file* file) { delete file; }

size_t pondus_tensor_count(const pondus_file* file) { return file->model.records().size(); }

pondus_tensor pondus_tensor_at(const pondus_file* file, size_t index) {
  const auto& records = file->model.records();
  const pondus::Record& record = records[index];
  const pondus::Record& stored = file->model.file().stored(record);
  const auto* const dtype = pondus::find_dtype(record.dtype);
  const auto* const encoding = pondus::find_encoding(stored.encoding);
  const pondus::Lines lines = stored.lines();
  pondus_tensor tensor{};
  tensor.name = record.name.c_str();
  tensor.dtype = dtype == nullptr ? nullptr : dtype->name.data();
  tensor.encoding = encoding == nullptr ? nullptr : encoding->name.data();
  tensor.cell_bits = record.bits;
  tensor.rank = record.shape.rank();
  std::ranges::copy(record.shape.dims(), tensor.dims);
  tensor.rows = lines.rows();
  tensor.cols = lines.cols();
  tensor.line_count = lines.count();
  tensor.lines_are_columns = lines.direction() == pondus::Direction::columns;
  tensor.nonzero = stored.nonzero;
  tensor.distinct = stored.distinct;
  tensor.decoded_bytes = record.decoded_bytes();
  tensor.stored_bytes = stored.stored_bytes();
  tensor.decoded_xxh3 = stored.decoded_checksum;
  tensor.stored_as = static_cast<std::size_t>(&stored - records.data());
  return tensor;
}

size_t pondus_find(const pondus_file* file, const char* name) {
  const pondus::Record* const record = file->model.find(name);
  return record == nullptr ? SIZE_MAX
                           : static_cast<std::size_t>(record - file->model.records().data());
}

pondus_status pondus_read(const pondus_file* file, size_t index, void* cells, size_t bytes,
                          unsigned threads, pondus_error* error) {
  return guarded(error, [&] {
    return with_reader(file, index, [&](const auto& reader) {
      return reader.read(as_span(cells, bytes), threads);
    });
  });
}

pondus_status pondus_read_lines(const pondus_file* file, size_t index, uint64_t begin, uint64_t end,
                                void* cells, size_t bytes, unsigned threads, pondus_error* error) {
  return guarded(error, [&] {
    return with_reader(file, index, [&](const auto& reader) {
      return reader.read_lines({begin, end}, as_span(cells, bytes), threads);
    });
  });
}

pondus_status pondus_for_each_block(const pondus_file* file, size_t index, pondus_visit visit,
                                    void* user, pondus_error* error) {
  return guarded(error, [&] {
    return with_reader(file, index, [&](const auto& reader) {
      return reader.for_each_block(
          [&](pondus::LineRange lines, pondus::ByteSpan cells) -> Result<void> {
            if (visit(user, lines.begin, lines.end, cells.data(), cells.size()) == 0) return {};
            return Error{stopped, 0, {}, "by the caller"};
          });
    });
  });
}

pondus_status pondus_check(const pondus_file* file, unsigned threads, pondus_error* error) {
  return guarded(error, [&] { return file->model.check(threads); });
}

pondus_writer* pondus_create(const char* path, const pondus_options* options, pondus_error* error) {
  pondus_writer* writer = nullptr;
  guarded(error, [&]() -> Result<void> {
    auto encode_options = to_options(options);
    if (!encode_options) return encode_options.error();
    auto output = pondus::FileOutput::create(path);
    if (!output) return output.error();
    writer = new pondus_writer(std::move(*output));
    writer->options = *encode_options;
    return {};
  });
  return writer;
}

pondus_status pondus_write(pondus_writer* writer, const char* name, const char* dtype,
                           uint32_t rank, const uint64_t* dims, const void* cells, size_t bytes,
                           pondus_error* error) {
  return guarded(error, [&]() -> Result<void> {
    if (name == nullptr || dtype == nullptr)
      return Error{pondus::c_interface::bad_argument, 0, {}, "no name or no dtype"};
    const auto* const known = pondus::find_dtype(std::string_view(dtype));
    const auto shape = pondus::Shape::make(std::span(dims, rank));
    if (known == nullptr || !shape)
      return Error{pondus::c_interface::bad_argument, 0, name,
                   known ? "impossible shape" : "no such dtype"};
    pondus::TensorInput input;
    input.name = name;
    input.dtype = known->dtype;
    input.shape = *shape;
    input.cells = {static_cast<const std::byte*>(cells), bytes};
    const auto report = pondus::TensorWriter(writer->writer, writer->options).write(input);
    return report ? Result<void>() : report.error();
  });
}

pondus_status pondus_write_alias(pondus_writer* writer, const char* name, const char* target,
                                 pondus_error* error) {
  return guarded(error, [&] { return writer->writer.add_alias(name, target, std::nullopt); });
}

pondus_status pondus_write_metadata(pondus_writer* writer, const char* key, const char* value,
                                    pondus_error* error) {
  return guarded(error, [&] {
    return writer->writer.add_metadata({key, pondus::MetadataType::string, value});
  });
}

pondus_status pondus_commit(pondus_writer* writer, pondus_error* error) {
  return guarded(error, [&] {
    auto finished = writer->writer.finish();
    return finished ? writer->output.commit() : finished;
  });
}

void pondus_discard(pondus_writer* writer) { delete writer; }

}  // extern "C"
