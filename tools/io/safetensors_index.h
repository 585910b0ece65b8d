// The index of a sharded model, *.safetensors.index.json: which tensor is in which file.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "tools/io/json_strict.h"

namespace pondus {

/// From names of tensors to names of files.
using WeightMap = std::map<std::string, std::string>;

/// Reads the member `weight_map`, which must be there; the others may be anything.
std::optional<JsonFault> read_weight_map(std::string_view text, WeightMap& map);

}  // namespace pondus
