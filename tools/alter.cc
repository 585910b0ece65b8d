// `pondus prune` and `pondus share`: inputs with fewer and fewer different weights.
#include <algorithm>
#include <array>
#include <filesystem>

#include "tools/commands.h"
#include "tools/io/npy.h"
#include "tools/io/spool.h"
#include "tools/io/zip_writer.h"
#include "tools/lossy/steps.h"
#include "tools/made.h"

namespace pondus {
namespace {

constexpr Fault bad_output{"request.output-format", Kind::request};
constexpr Fault bad_name{"request.safetensors-name", Kind::request};

/// A tensor of one of the inputs.
struct Place {
  const Input* input = nullptr;
  std::size_t number = 0;

  const InputTensor& tensor() const { return input->tensors()[number]; }
  NamedTensor named() const { return {tensor().name, tensor().dtype, tensor().shape}; }
};

std::vector<Place> list_places(const InputSet& set) {
  std::vector<Place> places;
  for (const auto& input : set.inputs) {
    for (std::size_t k = 0; k < input->tensors().size(); ++k) places.push_back({input.get(), k});
  }
  return places;
}

/// Calls `write` with the cells of a tensor.
template <class Write>
Result<void> with_cells(const Place& place, Write write) {
  const auto cells = place.input->cells(place.number);
  if (!cells) return cells.error();
  auto written = write(cells->view);
  place.input->forget(*cells);
  return written;
}

Result<void> write_safetensors(const InputSet& set, const LossyResult& result, Output& output) {
  auto places = list_places(set);
  std::ranges::sort(
      places, [](const Place& a, const Place& b) { return library_order(a.named(), b.named()); });
  std::vector<NamedTensor> named;
  for (const Place& place : places) {
    if (place.tensor().name == "__metadata__")
      return Error{bad_name, 0, place.tensor().name, "not a tensor's name there"};
    named.push_back(place.named());
  }
  std::map<std::string, std::string> metadata = result.metadata;
  for (const auto& input : set.inputs) {
    if (input->head() != nullptr)
      metadata.insert(input->head()->head.metadata.begin(), input->head()->head.metadata.end());
  }
  const std::string head = with_length(write_head(metadata, named));
  if (auto written = output.write(std::as_bytes(std::span(head))); !written) return written;
  for (const Place& place : places) {
    auto written = with_cells(place, [&](ByteSpan cells) { return output.write(cells); });
    if (!written) return written;
  }
  return {};
}

Result<void> write_npz(const InputSet& set, Output& output) {
  ZipWriter zip(output);
  for (const Place& place : list_places(set)) {
    const InputTensor& tensor = place.tensor();
    const auto head = write_npy_header(tensor.name, tensor.dtype, tensor.shape);
    if (!head) return head.error();
    auto written = with_cells(place, [&](ByteSpan cells) {
      const std::array pieces{ByteSpan(std::as_bytes(std::span(*head))), cells};
      return zip.add(tensor.name + ".npy", pieces);
    });
    if (!written) return written;
  }
  return zip.finish();
}

std::uint64_t file_bytes(const std::string& path) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path, error);
  return error ? 0 : bytes;
}

/// What the inputs take and what is written.
std::string bytes_text(const InputSet& set, std::uint64_t after) {
  std::uint64_t before = 0;
  for (const auto& input : set.inputs) before += file_bytes(input->path());
  return std::to_string(before) + " bytes -> " + std::to_string(after) + "\n";
}

Result<std::uint64_t> written_bytes(Target& target) {
  if (target.is_stream()) return 0;
  const auto path = target.flush();
  if (!path) return path.error();
  return file_bytes(*path);
}

std::optional<InputError> write(const AlterRequest& request, Made& made) {
  InputSet set;
  LossyResult result;
  if (auto error = open_inputs(request.inputs, set)) return error;
  if (auto error = alter_inputs(set, request.lossy, request.threads, result)) return error;
  auto created = Target::create(request.output);
  if (!created) return InputError{request.output, created.error()};
  Target& target = made.target.emplace(std::move(*created));
  const auto written = request.output.ends_with(".npz")
                           ? write_npz(set, target.output())
                           : write_safetensors(set, result, target.output());
  if (!written) return InputError{request.output, written.error()};
  const auto bytes = written_bytes(target);
  if (!bytes) return InputError{request.output, bytes.error()};
  made.report = result.text() + bytes_text(set, *bytes);
  return std::nullopt;
}

}  // namespace

int alter(const AlterRequest& request) {
  if (request.output.ends_with(".pondus")) {
    EncodeRequest encoding;
    encoding.inputs = request.inputs;
    encoding.output = request.output;
    encoding.options.threads = request.threads;
    encoding.shared_codebooks = request.lossy.share && request.lossy.share->unified;
    encoding.lossy = request.lossy;
    return encode(encoding);
  }
  return make_file(request.output, [&](Made& made) -> std::optional<InputError> {
    if (request.output.ends_with(".npz") || request.output.ends_with(".safetensors"))
      return write(request, made);
    return InputError{request.output,
                      {bad_output, 0, {}, "expected .npz, .safetensors or .pondus"}};
  });
}

}  // namespace pondus
