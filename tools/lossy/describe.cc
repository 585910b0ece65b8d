// What the lossy steps did, as metadata and as a table.
#include <array>
#include <cstdio>

#include "tools/io/json_strict.h"
#include "tools/lossy/steps.h"
#include "tools/report.h"

namespace pondus {
namespace {

/// In as few digits as keep it.
std::string number(double value) {
  std::array<char, 40> text{};
  for (int digits = 1; digits <= 17; ++digits) {
    std::snprintf(text.data(), text.size(), "%.*g", digits, value);
    if (std::strtod(text.data(), nullptr) == value) break;
  }
  return text.data();
}

std::string rounded(double value) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.4g", value);
  return text.data();
}

std::string sharing_text(const SharingRequest& share) {
  const lossy::ShareOptions& options = share.options;
  std::string text = "{\"method\":" + json_text(share.method);
  if (options.k) text += ",\"k\":" + std::to_string(*options.k);
  if (options.bits) text += ",\"bits\":" + number(*options.bits);
  if (options.error) text += ",\"error\":" + number(*options.error);
  text += std::string(",\"unified\":") + (share.unified ? "true" : "false");
  return text + ",\"seed\":" + std::to_string(options.seed) + "}";
}

double part(std::uint64_t some, std::uint64_t all) {
  return all == 0 ? 0 : static_cast<double>(some) / static_cast<double>(all);
}

std::string tensor_text(const LossyTensor& row) {
  const std::string lambda = row.lambda ? ",\"lambda\":" + number(*row.lambda) : "";
  return json_text(row.tensor.name) +
         ":{\"density\":" + rounded(part(row.nonzero, row.tensor.shape.cells())) +
         ",\"distinct\":" + std::to_string(row.distinct) +
         ",\"mean_squared_error\":" + rounded(row.mean_squared_error) +
         ",\"entropy_bits\":" + rounded(row.entropy) + lambda + "}";
}

}  // namespace

void LossyResult::describe(const LossyRequest& request) {
  if (request.prune) {
    metadata["pondus.prune"] = "{\"percent\":" + number(request.prune->percent) + ",\"scope\":\"" +
                               (request.prune->over_model ? "model" : "tensor") + "\"}";
  }
  if (request.share) metadata["pondus.share"] = sharing_text(*request.share);
  std::string text = "{";
  for (const LossyTensor& row : tensors) text += (text.size() > 1 ? "," : "") + tensor_text(row);
  metadata["pondus.weights"] = text + "}";
}

std::string LossyResult::text() const {
  constexpr std::size_t left_columns = 1;
  TextTable table(left_columns);
  table.add({"altered", "weights", "nonzero %", "distinct", "mean sq. error", "of mean square",
             "entropy", "before"});
  for (const LossyTensor& row : tensors) {
    const double relative = row.mean_square == 0 ? 0 : row.mean_squared_error / row.mean_square;
    table.add({shown(row.tensor.name), std::to_string(row.tensor.shape.cells()),
               fixed(100 * part(row.nonzero, row.tensor.shape.cells()), 2),
               std::to_string(row.distinct), rounded(row.mean_squared_error), rounded(relative),
               fixed(row.entropy, 3), fixed(row.entropy_before, 3)});
  }
  return table.text();
}

}  // namespace pondus
