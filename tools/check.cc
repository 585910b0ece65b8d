// `pondus check`: the verdict on each file, and on its parts.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "tools/commands.h"
#include "tools/open_file.h"
#include "tools/progress.h"
#include "tools/report.h"
#include "tools/restore.h"
#include "tools/shrinking.h"

namespace pondus {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view schema = "pondus-check/1";

struct Part {
  std::string name;
  Result<void> judged;
  bool is_tensor = false;
};

/// The verdict on one file and, in order, on the parts that were judged.
struct Verdict {
  std::string path;
  Result<void> judged;
  std::vector<Part> parts;
};

std::string verdict_word(const Result<void>& judged) {
  if (judged) return "ok";
  const Kind kind = judged.error().fault.kind;
  return kind == Kind::over_limit ? "over-limit" : std::string(kind_name(kind));
}

std::string count_text(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

/// Steps 1 to 9. Parts are only gathered if they are wanted: a file may have very many.
Verdict judge(const CheckRequest& request, const std::string& path) {
  Verdict verdict{path, {}, {}};
  const auto file = open_file(path, request.limits);
  if (!file) {
    verdict.judged = file.error();
    return verdict;
  }
  const Model& model = file->model;
  const bool parts = request.verbose;
  if (parts) {
    verdict.parts.push_back({"header and trailer", {}});
    verdict.parts.push_back({"directory, " + count_text(model.records().size(), "tensor"), {}});
  }
  Progress progress("checking", model.file().trailer().decoded_bytes);
  const auto note = [&](const Record& record, const Result<void>& judged) {
    const bool first = parts && !verdict.parts.back().is_tensor;
    if (first)
      verdict.parts.push_back(
          {"padding and " + count_text(model.file().tables().size(), "table"), {}});
    if (parts) verdict.parts.push_back({record.name, judged, true});
    file->forget(record);
    progress.add(record.decoded_bytes());
  };
  verdict.judged = check_all(model, request.threads, note);
  return verdict;
}

void print(const Verdict& verdict) {
  for (const Part& part : verdict.parts) {
    const std::string name = part.is_tensor ? "tensor " + pondus::quoted(part.name) : part.name;
    const std::string word = part.judged ? "ok" : explain(verdict.path, part.judged.error());
    std::printf("  %s: %s\n", name.c_str(), word.c_str());
  }
  const std::string word = verdict.judged ? "ok" : explain(verdict.path, verdict.judged.error());
  std::printf("%s: %s\n", shown(verdict.path).c_str(), word.c_str());
}

ordered_json to_json(const Result<void>& judged) {
  ordered_json out{{"verdict", verdict_word(judged)}};
  if (judged) return out;
  const Error& error = judged.error();
  out["label"] = error.fault.id;
  if (error.fault.kind != Kind::request) out["offset"] = error.offset;
  if (!error.tensor.empty()) out["tensor"] = error.tensor;
  if (!error.detail.empty()) out["detail"] = error.detail;
  return out;
}

ordered_json to_json(const Verdict& verdict, bool verbose) {
  ordered_json out{{"file", verdict.path}};
  out.update(to_json(verdict.judged));
  if (!verbose) return out;
  out["parts"] = ordered_json::array();
  for (const Part& part : verdict.parts) {
    ordered_json one{{part.is_tensor ? "tensor" : "part", part.name}};
    one.update(to_json(part.judged));
    out["parts"].push_back(std::move(one));
  }
  return out;
}

}  // namespace

int check(const CheckRequest& request) {
  Reporter reporter;
  ordered_json files = ordered_json::array();
  for (const std::string& path : request.files) {
    Verdict verdict = judge(request, path);
    if (const auto whole = require_no_shrinking(); !whole) verdict.judged = whole.error();
    const bool unread = !verdict.judged && verdict.judged.error().fault.kind == Kind::request;
    if (!verdict.judged) reporter.add(exit_code(verdict.judged.error().fault.kind));
    if (request.json) {
      files.push_back(to_json(verdict, request.verbose));
    } else if (unread) {
      reporter.report(path, verdict.judged.error());
    } else {
      print(verdict);
    }
  }
  if (request.json) {
    const ordered_json out{{"schema", schema}, {"files", std::move(files)}};
    std::printf("%s\n", out.dump(1, ' ', true, ordered_json::error_handler_t::replace).c_str());
  }
  return reporter.worst();
}

}  // namespace pondus
