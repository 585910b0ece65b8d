#include "tools/report.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "tools/shrinking.h"

namespace pondus {
namespace {

/// The options that set a caller's limits.
struct LimitOption {
  std::string_view label;
  std::string_view option;
};
constexpr std::array<LimitOption, 5> limit_options{{
    {"limit.tensors", "--max-tensors"},
    {"limit.decoded-bytes", "--max-bytes"},
    {"limit.ratio", "--max-ratio"},
    {"limit.table-bytes", "--max-bytes"},
    {"limit.metadata-bytes", "--max-metadata"},
}};

/// Characters of valid UTF-8, which is what names are padded by.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

int exit_code(Kind kind) {
  switch (kind) {
    case Kind::malformed:
      return 2;
    case Kind::unsupported:
      return 3;
    case Kind::over_limit:
      return 4;
    default:
      return 1;
  }
}

std::string shown(const std::string& text) {
  std::string safe = quoted(text);
  return safe.size() == text.size() + 2 ? text : safe;
}

std::string explain(const std::string& path, const Error& error) {
  Error told = error;
  if (told.detail.starts_with(path + ": ")) told.detail.erase(0, path.size() + 2);
  const auto option = std::ranges::find(limit_options, told.fault.id, &LimitOption::label);
  if (option != limit_options.end()) told.detail.append(" (").append(option->option).append(")");
  return describe(told);
}

void Reporter::report(const std::string& path, const Error& error) {
  const auto whole = require_no_shrinking();
  const Error& told = whole ? error : whole.error();
  std::fprintf(stderr, "pondus: %s: %s\n", shown(path).c_str(), explain(path, told).c_str());
  add(exit_code(told.fault.kind));
}

std::string TextTable::text() const {
  std::vector<std::size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string text;
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - width_of(row[i]), ' ');
      if (i != 0) text += "  ";
      text += i < left_ ? row[i] + padding : padding + row[i];
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

std::string fixed(double value, int digits) {
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.*f", digits, value);
  return buffer.data();
}

std::string hexadecimal(std::uint64_t value) {
  std::array<char, 17> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%016llx", static_cast<unsigned long long>(value));
  return buffer.data();
}

std::string shape_text(std::span<const std::uint64_t> dims) {
  std::string text;
  for (const std::uint64_t dim : dims) {
    if (!text.empty()) text += 'x';
    text += std::to_string(dim);
  }
  return text.empty() ? "scalar" : text;
}

}  // namespace pondus
