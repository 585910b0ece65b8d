// Decoded files before they are written: a head, then the cells of tensors.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "tools/open_file.h"
#include "tools/restore.h"

namespace pondus {

/// A tensor of one of the files that are decoded.
struct Selected {
  const OpenFile* file = nullptr;
  const Record* record = nullptr;
};

/// An error, and the file and tensor that it is in; `file` is null if in none.
struct DecodeError {
  const OpenFile* file = nullptr;
  Error error;
};

struct Assembly {
  std::string name;  ///< of the file, where a folder gets it
  std::string head;
  std::vector<Selected> tensors;
};

/// The errors request.npy-dtype and request.safetensors-dtype are of tensors that the format cannot
/// hold.
using AssemblyResult = std::optional<DecodeError>;

/// One .npy file.
AssemblyResult assemble_npy(const Selected& tensor, std::vector<Assembly>& out);

/// One .safetensors file of all `tensors`, with the metadata of `files`, at least one: the file
/// that they came from if it is exactly that, else one as the library writes it.
AssemblyResult assemble_safetensors(const std::vector<Selected>& tensors,
                                    const std::vector<const OpenFile*>& files,
                                    std::vector<Assembly>& out);

/// All files that `tensors` came from, restored, and a .npy file of each that came from none. Where
/// tensors of a source are missing from `tensors` it is rebuilt without them, and no index is
/// restored.
AssemblyResult assemble_folder(const std::vector<Selected>& tensors,
                               const std::vector<const OpenFile*>& files,
                               std::vector<Assembly>& out);

}  // namespace pondus
