#include "tests/judge_vector.h"

#include <cstdio>

#include "codec/container/tables.h"
#include "formats/tensor_reader.h"
#ifdef PONDUS_WITH_TOOLS
#include "tools/restore.h"
#endif

namespace pondus {
namespace {

std::string verdict_name(const Result<void>& result) {
  if (result) return "ok";
  switch (result.error().fault.kind) {
    case Kind::malformed:
      return "malformed";
    case Kind::unsupported:
      return "unsupported";
    case Kind::over_limit:
      return "over-limit";
    default:
      return "error";
  }
}

Result<void> check_one(const Model& model, unsigned threads) {
#ifdef PONDUS_WITH_TOOLS
  return check_all(model, threads, {});
#else
  return model.check(threads);
#endif
}

Result<void> judge(const Vector& vector, unsigned threads, std::vector<std::string>& hashes) {
  std::vector<Model> models;
  for (const Bytes& file : vector.files) {
    auto model = Model::open(file, vector.limits);
    if (!model) return model.error();
    models.push_back(std::move(*model));
    if (auto checked = check_one(models.back(), threads); !checked) return checked;
    for (const Record& record : models.back().records()) {
      char hex[17];
      std::snprintf(
          hex, sizeof hex, "%016llx",
          static_cast<unsigned long long>(models.back().file().stored(record).decoded_checksum));
      hashes.push_back(std::string(hex) + " " + json_string(record.name));
    }
  }
  if (models.size() < 2) return {};
  std::vector<const File*> files;
  for (const Model& model : models) files.push_back(&model.file());
  if (const auto broken = judge_shard_set(files)) return broken->error;
  return {};
}

}  // namespace

std::string difference(const Vector& vector, unsigned threads) {
  std::vector<std::string> hashes;
  const auto result = judge(vector, threads, hashes);
  const std::string said = result ? "ok" : describe(result.error());
  if (verdict_name(result) != vector.verdict) return said;
  if (result) return !vector.hashes.empty() && hashes != vector.hashes ? "other hashes" : "";
  const Error& error = result.error();
  const std::string tensor = error.tensor.empty() ? "" : json_string(error.tensor);
  const bool same =
      error.fault.id == vector.label && error.offset == vector.offset && tensor == vector.tensor;
  return same ? "" : said;
}

bool applies(const Vector& vector) {
#ifdef PONDUS_WITH_TOOLS
  return !vector.verdict.empty();
#else
  return vector.label != "source.mismatch";
#endif
}

}  // namespace pondus
