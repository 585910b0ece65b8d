// Decides what an encoded file keeps of its inputs: source tables and metadata.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "codec/container/directory.h"
#include "codec/container/tables.h"
#include "tools/io/input_set.h"

namespace pondus {

struct SourcePlan {
  std::vector<MetadataEntry> metadata;
  std::vector<std::optional<Source>> of_inputs;  ///< by input; none for .npy and .npz
  std::vector<Source> of_indexes;
};

/// `own` metadata comes before that of headers. A header is rebuilt where that gives the same
/// bytes, else kept. The strings of all headers become metadata, the first input's where keys are
/// equal. The error request.source-name where two inputs have the same file name.
Result<SourcePlan> plan_sources(const InputSet& set, const std::map<std::string, std::string>& own);

}  // namespace pondus
