// `pondus encode`: inputs into one file.
#include <algorithm>

#include "formats/model.h"
#include "tools/commands.h"
#include "tools/encode_plan.h"
#include "tools/encode_report.h"
#include "tools/io/spool.h"
#include "tools/lossy/steps.h"
#include "tools/made.h"
#include "tools/progress.h"
#include "tools/sources.h"

namespace pondus {
namespace {

constexpr Fault stream_hint{"request.head-hint", Kind::request};
constexpr Fault same_stream{"request.stream-twice", Kind::request};

std::uint64_t raw_bytes(const std::vector<EncodeJob>& jobs) {
  std::uint64_t sum = 0;
  for (const EncodeJob& job : jobs) sum += job.raw_bytes();
  return sum;
}

/// Writes jobs one after another, each source table before the first tensor that needs it.
class Encoder {
 public:
  Encoder(const EncodeRequest& request, SourcePlan plan, Output& output)
      : plan_(std::move(plan)),
        writer_(output, request.frame),
        tensors_(writer_, request.options),
        report_(request.verbose) {
    tables_.resize(plan_.of_inputs.size());
  }

  std::optional<InputError> write(const std::vector<EncodeJob>& jobs) {
    Progress progress("encoding", raw_bytes(jobs));
    for (const EncodeJob& job : jobs) {
      const auto written = job.alias_of ? write_alias(job, jobs[*job.alias_of]) : write_tensor(job);
      if (!written) return InputError{job.input->path(), written.error()};
      progress.add(job.raw_bytes());
    }
    return std::nullopt;
  }

  /// Sources without tensors, metadata, directory.
  Result<void> finish() {
    for (std::size_t i = 0; i < plan_.of_inputs.size(); ++i) {
      if (auto table = source_table(i); !table) return table.error();
    }
    for (const Source& index : plan_.of_indexes) {
      if (auto table = writer_.add_table(TableKind::source, 0, write_source(index)); !table)
        return table.error();
    }
    for (const MetadataEntry& entry : plan_.metadata) {
      if (auto added = writer_.add_metadata(entry); !added) return added;
    }
    return writer_.finish();
  }

  std::string report() const { return report_.text(writer_.file_bytes()); }

 private:
  /// The number of the input's source table, written when it is first asked for.
  Result<TableRef> source_table(std::size_t input) {
    const auto& source = plan_.of_inputs[input];
    if (!source || tables_[input]) return tables_[input];
    const auto table = writer_.add_table(TableKind::source, 0, write_source(*source));
    if (!table) return table.error();
    tables_[input] = *table;
    return tables_[input];
  }

  Result<void> write_tensor(const EncodeJob& job) {
    const auto source = source_table(job.input_number);
    if (!source) return source.error();
    const InputTensor& tensor = job.tensor();
    const auto cells = job.input->cells(job.tensor_number);
    if (!cells) return cells.error();
    const auto report =
        tensors_.write({tensor.name, tensor.dtype, tensor.shape, cells->view, *source, job.shared});
    if (!report) return report.error();
    job.input->forget(*cells);
    report_.add(tensor, *report);
    return {};
  }

  Result<void> write_alias(const EncodeJob& job, const EncodeJob& target) {
    const auto source = source_table(job.input_number);
    if (!source) return source.error();
    report_.add_alias(job.tensor(), target.tensor().name);
    return writer_.add_alias(job.tensor().name, target.tensor().name, *source);
  }

  SourcePlan plan_;
  Writer writer_;
  TensorWriter tensors_;
  std::vector<TableRef> tables_;  ///< of each input, once it is written
  EncodeReport report_;
};

/// Opens what was written as any reader would.
Result<void> reopen(Target& target) {
  const auto path = target.flush();
  if (!path) return path.error();
  const auto file = MappedFile::open(*path);
  if (!file) return file.error();
  const auto model = Model::open(file->bytes());
  return model ? Result<void>() : model.error();
}

std::optional<InputError> prepare(const EncodeRequest& request, InputSet& set,
                                  std::vector<EncodeJob>& jobs,
                                  std::vector<std::unique_ptr<ValueSet>>& shared,
                                  LossyResult& lossy) {
  const bool stream = request.output == stream_path;
  if (stream && request.frame.head_hint) {
    return InputError{request.output, {stream_hint, 0, {}, "a stream cannot go back to its head"}};
  }
  if (std::ranges::count(request.inputs, stream_path) > 1) {
    return InputError{std::string(stream_path),
                      {same_stream, 0, {}, "standard input can be read once"}};
  }
  if (auto error = open_inputs(request.inputs, set)) return error;
  if (request.lossy.any()) {
    if (auto error = alter_inputs(set, request.lossy, request.options.threads, lossy)) return error;
  }
  jobs = list_jobs(set);
  if (request.aliases) {
    if (auto error = find_aliases(jobs)) return error;
  }
  return request.shared_codebooks ? share_tables(jobs, shared) : std::nullopt;
}

std::optional<InputError> run(const EncodeRequest& request, Made& made) {
  InputSet set;
  std::vector<EncodeJob> jobs;
  std::vector<std::unique_ptr<ValueSet>> shared;
  LossyResult lossy;
  if (auto error = prepare(request, set, jobs, shared, lossy)) return error;
  auto plan = plan_sources(set, lossy.metadata);
  if (!plan) return InputError{request.inputs.front(), plan.error()};
  const auto output_error = [&request](const Error& error) {
    return InputError{request.output, error};
  };
  auto created = Target::create(request.output);
  if (!created) return output_error(created.error());
  Target& target = made.target.emplace(std::move(*created));
  Encoder encoder(request, std::move(*plan), target.output());
  if (auto error = encoder.write(jobs)) {
    const bool of_output = error->error.fault.id == io_error({}, 0).fault.id;
    return of_output ? output_error(error->error) : error;
  }
  if (auto finished = encoder.finish(); !finished) return output_error(finished.error());
  if (request.options.verify && !target.is_stream()) {
    if (auto sound = reopen(target); !sound) return output_error(sound.error());
  }
  made.report = (request.lossy.any() ? lossy.text() + "\n" : "") + encoder.report();
  return std::nullopt;
}

}  // namespace

int encode(const EncodeRequest& request) {
  return make_file(request.output, [&](Made& made) { return run(request, made); });
}

}  // namespace pondus
