// `pondus decode`: files back into tensors.
#include <array>
#include <filesystem>

#include "formats/tensor_reader.h"
#include "tools/assembly.h"
#include "tools/commands.h"
#include "tools/io/spool.h"
#include "tools/io/target.h"
#include "tools/io/zip_writer.h"
#include "tools/progress.h"
#include "tools/selection.h"

namespace pondus {
namespace {

constexpr Fault bad_output{"request.output-format", Kind::request};
constexpr Fault one_tensor{"request.one-tensor", Kind::request};

enum class Format { safetensors, npz, npy, folder, unknown };

Format format_of(const std::string& path) {
  std::error_code ignored;
  if (path == stream_path) return Format::safetensors;
  if (path.ends_with('/') || std::filesystem::is_directory(path, ignored)) return Format::folder;
  if (path.ends_with(".safetensors")) return Format::safetensors;
  if (path.ends_with(".npz")) return Format::npz;
  return path.ends_with(".npy") ? Format::npy : Format::unknown;
}

AssemblyResult assemble(Format format, const Selection& selection, std::vector<Assembly>& out) {
  switch (format) {
    case Format::folder:
      return assemble_folder(selection.tensors(), selection.files(), out);
    case Format::safetensors:
      return assemble_safetensors(selection.tensors(), selection.files(), out);
    default:
      for (const Selected& tensor : selection.tensors()) {
        if (auto error = assemble_npy(tensor, out)) return error;
      }
      return std::nullopt;
  }
}

/// What was written and is to appear under its name, when the inputs are gone: nothing can fail
/// after that.
struct Written {
  std::optional<Target> file;
  std::optional<TargetFolder> folder;

  Result<void> commit() {
    if (file) return file->commit();
    return folder ? folder->commit() : Result<void>();
  }
  void drop() {
    file.reset();
    folder.reset();
  }
};

/// Writes assemblies; an error of a tensor comes with its file, one of the output without.
class Decoder {
 public:
  Decoder(const DecodeRequest& request, std::uint64_t bytes)
      : request_(request), progress_("decoding", bytes) {}

  AssemblyResult write(Format format, const std::vector<Assembly>& assemblies, Written& written) {
    if (format == Format::folder) return write_folder(assemblies, written.folder);
    auto target = Target::create(request_.output);
    if (!target) return DecodeError{nullptr, target.error()};
    Output& output = written.file.emplace(std::move(*target)).output();
    return format == Format::npz ? write_zip(assemblies, output)
                                 : write_one(assemblies.front(), output);
  }

 private:
  static AssemblyResult of_output(const Result<void>& result) {
    if (result) return std::nullopt;
    return DecodeError{nullptr, result.error()};
  }

  AssemblyResult write_folder(const std::vector<Assembly>& assemblies,
                              std::optional<TargetFolder>& written) {
    auto created = TargetFolder::create(request_.output);
    if (!created) return DecodeError{nullptr, created.error()};
    TargetFolder& folder = written.emplace(std::move(*created));
    for (const Assembly& assembly : assemblies) {
      auto target = Target::create(folder.path_of(assembly.name));
      if (!target) return DecodeError{nullptr, target.error()};
      auto error = write_one(assembly, target->output());
      if (!error) error = of_output(target->commit());
      if (error) return error;
    }
    return std::nullopt;
  }

  AssemblyResult write_one(const Assembly& assembly, Output& output) {
    auto head = of_output(output.write(std::as_bytes(std::span(assembly.head))));
    if (head) return head;
    for (const Selected& tensor : assembly.tensors) {
      Result<void> written;
      const auto reader = TensorReader::open(tensor.file->model, *tensor.record);
      if (!reader) return DecodeError{tensor.file, reader.error()};
      const auto streamed = reader->stream(request_.threads, [&](ByteSpan cells) -> Result<void> {
        progress_.add(cells.size());
        return written = output.write(cells);
      });
      if (!written) return of_output(written);
      if (!streamed) return DecodeError{tensor.file, streamed.error()};
      tensor.file->forget(*tensor.record);
    }
    return std::nullopt;
  }

  AssemblyResult write_zip(const std::vector<Assembly>& assemblies, Output& output) {
    ZipWriter zip(output);
    for (const Assembly& assembly : assemblies) {
      const Selected& tensor = assembly.tensors.front();
      const auto reader = TensorReader::open(tensor.file->model, *tensor.record);
      if (!reader) return DecodeError{tensor.file, reader.error()};
      Bytes cells(tensor.record->decoded_bytes());
      if (auto read = reader->read(cells, request_.threads); !read)
        return DecodeError{tensor.file, read.error()};
      const std::array pieces{ByteSpan(std::as_bytes(std::span(assembly.head))), ByteSpan(cells)};
      if (auto error = of_output(zip.add(assembly.name, pieces))) return error;
      tensor.file->forget(*tensor.record);
      progress_.add(cells.size());
    }
    return of_output(zip.finish());
  }

  const DecodeRequest& request_;
  Progress progress_;
};

void run(const DecodeRequest& request, Reporter& reporter, Written& written) {
  const Format format = format_of(request.output);
  if (format == Format::unknown) {
    return reporter.report(request.output,
                           {bad_output, 0, {}, "expected .safetensors, .npz, .npy, a folder or -"});
  }
  Selection selection(request, reporter);
  if (!selection.open()) return;
  const bool judge_first = request.keep_going || request.output == stream_path;
  if (judge_first && !selection.drop_unsound() && !request.keep_going) return;
  if (selection.tensors().empty() && reporter.worst() != 0) return;
  if (format == Format::npy && selection.tensors().size() != 1) {
    const std::string count = std::to_string(selection.tensors().size());
    return reporter.report(request.output,
                           {one_tensor, 0, {}, "a .npy file holds one tensor, not " + count});
  }
  std::vector<Assembly> assemblies;
  auto error = assemble(format, selection, assemblies);
  if (!error) error = Decoder(request, selection.bytes()).write(format, assemblies, written);
  if (!error) return;
  written.drop();
  if (error->file == nullptr) return reporter.report(request.output, error->error);
  selection.report(*error->file, error->error);
}

}  // namespace

int decode(const DecodeRequest& request) {
  Reporter reporter;
  Written written;
  run(request, reporter, written);
  if (auto committed = written.commit(); !committed)
    reporter.report(request.output, committed.error());
  return reporter.worst();
}

}  // namespace pondus
