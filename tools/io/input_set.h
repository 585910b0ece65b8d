// All inputs of one `encode`: the files of the command line, and the shards that indexes among them
// name.
#pragma once

#include "tools/io/input.h"

namespace pondus {

/// A *.safetensors.index.json, kept as it is.
struct InputIndex {
  std::string path;
  std::string text;
};

struct InputSet {
  std::vector<std::unique_ptr<Input>> inputs;
  std::vector<InputIndex> indexes;
};

/// An error, and the input that it is in.
struct InputError {
  std::string path;
  Error error;
};

/// Opens `paths` into `set`. Formats are recognised by content, then by extension. Names of tensors
/// are valid, and differ among all inputs.
std::optional<InputError> open_inputs(const std::vector<std::string>& paths, InputSet& set);

}  // namespace pondus
