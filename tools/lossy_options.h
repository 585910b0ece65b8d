// The options of the lossy steps, for `prune`, `share` and `encode`.
#pragma once

#include <CLI/CLI.hpp>

#include "tools/lossy/request.h"

namespace pondus {

/// --percent and --scope.
void add_prune_options(CLI::App& app, LossyRequest& request);
/// --method, -k, --exact, --bits, --error, --unified and --seed.
void add_share_options(CLI::App& app, LossyRequest& request);
/// --prune P, --share METHOD:K, --scope, --unified and --seed.
void add_step_options(CLI::App& app, LossyRequest& request);
/// --tensors.
void add_pattern_option(CLI::App& app, LossyRequest& request);

}  // namespace pondus
