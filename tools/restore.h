// Rebuilds the files that source tables name (spec: container, "Source"), and gives the verdict on
// a whole file.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "codec/container/tables.h"
#include "formats/model.h"

namespace pondus {

/// Step 9 of validation: [source.mismatch]. Errors also of step 7 for source tables.
Result<void> check_sources(const Model& model);

/// Steps 6 to 9: the verdict on a file that was opened. `progress` as for Model::check.
Result<void> check_all(const Model& model, unsigned threads, const Model::Progress& progress = {});

/// A source table with the tensors that came from it, in record order. `source` is without its
/// head.
struct SourceTensors {
  const TableEntry* table = nullptr;
  Source source;
  std::vector<const Record*> records;
};

/// Those of all forms, by table. Errors of step 7.
Result<std::vector<SourceTensors>> list_sources(const Model& model);

/// The bytes before the tensors' data in a file, and the tensors in the order of their data.
struct RestoredFile {
  std::string name;
  std::string head;
  std::vector<const Record*> records;
};

using StringMetadata = std::map<std::string, std::string>;
StringMetadata string_metadata(const Model& model);

/// A .safetensors file as the library writes it. The error request.safetensors-dtype for dtypes
/// that it does not have.
Result<RestoredFile> rebuild_safetensors(std::string name, const StringMetadata& metadata,
                                         std::vector<const Record*> records);

/// The file that `from` names. Its source is sound: check_sources found nothing.
Result<RestoredFile> restore_source(const Model& model, const SourceTensors& from);

}  // namespace pondus
