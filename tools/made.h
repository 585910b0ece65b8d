// A file that a command makes: it appears as the command's last step.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "tools/io/input_set.h"
#include "tools/io/target.h"

namespace pondus {

/// What was written, and what is to be said of it.
struct Made {
  std::optional<Target> target;
  std::string report;
};

/// Calls `make`, which fills what it is given or gives an error, and lets the file appear under
/// `output` when the inputs are gone: nothing can fail after that. Reports; gives the exit code.
int make_file(const std::string& output,
              const std::function<std::optional<InputError>(Made&)>& make);

}  // namespace pondus
