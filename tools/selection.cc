#include "tools/selection.h"

#include <algorithm>
#include <unordered_map>

#include "formats/tensor_reader.h"
#include "tools/progress.h"

namespace pondus {
namespace {

constexpr Fault duplicate_name{"request.duplicate-name", Kind::request};
constexpr Fault no_such_tensor{"request.no-such-tensor", Kind::request};

bool has_shard_record(const OpenFile& file) {
  return std::ranges::count(file.model.file().tables(), TableKind::shard, &TableEntry::kind) != 0;
}

Result<void> check_tensor(const Selected& tensor, unsigned threads) {
  const auto reader = TensorReader::open(tensor.file->model, *tensor.record);
  return reader ? reader->check(threads) : reader.error();
}

}  // namespace

bool Selection::open() {
  for (const std::string& path : request_.files) {
    auto file = open_file(path, request_.limits);
    if (file) {
      files_.push_back(std::make_unique<OpenFile>(std::move(*file)));
    } else {
      reporter_.report(path, file.error());
    }
  }
  if (whole()) {
    for (const auto& file : files_) judge_file(*file);
  }
  judge_set();
  whole() ? select_all() : select_named();
  if (reporter_.worst() != 0 && !request_.keep_going) return false;
  return !files_.empty() && (whole() || !tensors_.empty());
}

std::vector<const OpenFile*> Selection::files() const {
  std::vector<const OpenFile*> files;
  for (const auto& file : files_) files.push_back(file.get());
  return files;
}

std::uint64_t Selection::bytes() const {
  std::uint64_t sum = 0;
  for (const Selected& tensor : tensors_) sum += tensor.record->decoded_bytes();
  return sum;
}

void Selection::report(const OpenFile& file, const Error& error) {
  const bool of_file = error.fault.kind != Kind::request;
  // A lower rule may be broken by what was not read yet: the verdict is the same as that of
  // `check`.
  const auto verdict = of_file && whole() && !request_.keep_going
                           ? check_all(file.model, request_.threads)
                           : Result<void>();
  reporter_.report(file.path, verdict ? error : verdict.error());
}

void Selection::judge_file(const OpenFile& file) {
  auto parts = file.model.check_parts();
  auto judged = parts ? check_sources(file.model) : parts;
  if (!judged) report(file, judged.error());
}

void Selection::judge_set() {
  const bool of_set =
      std::ranges::any_of(files_, [](const auto& file) { return has_shard_record(*file); });
  if (files_.size() < 2 || !of_set) return;
  std::vector<const File*> files;
  for (const auto& file : files_) files.push_back(&file->model.file());
  if (const auto broken = judge_shard_set(files))
    reporter_.report(files_[broken->file]->path, broken->error);
}

void Selection::select_all() {
  std::unordered_map<std::string_view, const OpenFile*> owners;
  for (const auto& file : files_) {
    for (const Record& record : file->model.records()) {
      const auto [at, added] = owners.emplace(record.name, file.get());
      if (added) {
        tensors_.push_back({file.get(), &record});
      } else {
        reporter_.report(file->path,
                         {duplicate_name, 0, record.name, "also in " + quoted(at->second->path)});
      }
    }
  }
}

void Selection::select_named() {
  std::vector<std::string> names = request_.tensors;
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (const std::string& name : names) {
    Selected found;
    for (const auto& file : files_) {
      const Record* const record = file->model.find(name);
      if (record == nullptr) continue;
      if (found.record != nullptr) {
        reporter_.report(file->path,
                         {duplicate_name, 0, name, "also in " + quoted(found.file->path)});
      }
      found = {file.get(), record};
    }
    if (found.record != nullptr) {
      tensors_.push_back(found);
    } else {
      reporter_.report(request_.files.front(), {no_such_tensor, 0, name, {}});
    }
  }
}

bool Selection::drop_unsound() {
  Progress progress("checking", bytes());
  const auto unsound = [&](const Selected& tensor) {
    const auto checked = check_tensor(tensor, request_.threads);
    if (!checked) report(*tensor.file, checked.error());
    tensor.file->forget(*tensor.record);
    progress.add(tensor.record->decoded_bytes());
    return !checked;
  };
  if (request_.keep_going) return std::erase_if(tensors_, unsound) == 0;
  const auto first = std::ranges::find_if(tensors_, unsound);
  return first == tensors_.end();
}

}  // namespace pondus
