// Options that several commands have.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <utility>
#include <vector>

#include "codec/base/limits.h"

namespace pondus {

void add_threads(CLI::App& app, unsigned& threads);
void add_limits(CLI::App& app, Limits& limits);

/// Names to values, in the order in which they are given, for help and errors.
template <class Value>
void add_choice(CLI::App& app, const std::string& name, Value& value,
                const std::vector<std::pair<std::string, Value>>& choices,
                const std::string& help) {
  std::string names;
  for (const auto& choice : choices) names += (names.empty() ? "" : "|") + choice.first;
  app.add_option_function<std::string>(
         name,
         [&value, choices](const std::string& text) {
           for (const auto& choice : choices) {
             if (choice.first == text) value = choice.second;
           }
         },
         help)
      ->check([choices, names](const std::string& text) {
        for (const auto& choice : choices) {
          if (choice.first == text) return std::string();
        }
        return "must be one of " + names;
      })
      ->type_name(names);
}

}  // namespace pondus
