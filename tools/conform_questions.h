// The vectors as requests and wanted answers (spec: conformance, "Protocol").
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace pondus {

struct Question {
  std::string stage;
  nlohmann::ordered_json request;
  nlohmann::ordered_json wanted;
};

/// Gives `ask` every question of some stages (all if none is named) in staged order; the files of a
/// question are below `folder` while it is asked. Throws std::runtime_error where `vectors` has
/// none.
void each_question(const std::filesystem::path& vectors, const std::vector<std::string>& stages,
                   const std::filesystem::path& folder,
                   const std::function<void(const Question&)>& ask);

}  // namespace pondus
