#include "tools/encode_report.h"

#include <algorithm>

namespace pondus {
namespace {

constexpr std::size_t left_columns = 4;
constexpr std::size_t left_candidate_columns = 3;

std::string dtype_name(Dtype dtype) {
  return std::string(find_dtype(static_cast<std::uint8_t>(dtype))->name);
}

/// "-" where there is nothing to divide by.
std::string ratio(double amount, std::uint64_t by, int digits) {
  return by == 0 ? "-" : fixed(amount / static_cast<double>(by), digits);
}

std::string why(const TensorReport& report, const Candidate& candidate) {
  using enum Candidate::Outcome;
  if (candidate.outcome == inapplicable) return "does not apply";
  if (candidate.outcome == given_up) return "larger, at a look";
  return candidate.encoding == report.encoding ? "taken" : "larger";
}

}  // namespace

EncodeReport::EncodeReport(bool verbose)
    : verbose_(verbose), table_(left_columns), candidates_(left_candidate_columns) {
  candidates_.add({"tensor", "considered", "lines", "bytes", "of taken", "verdict"});
  table_.add({"tensor", "dtype", "shape", "encoding", "nonzero %", "distinct", "bytes", "stored",
              "bits/weight", "entropy"});
}

void EncodeReport::add(const InputTensor& tensor, const TensorReport& report) {
  const CellStatistics& statistics = report.statistics;
  table_.add({shown(tensor.name), dtype_name(tensor.dtype), shape_text(tensor.shape.dims()),
              std::string(report.encoding->name),
              ratio(100.0 * static_cast<double>(statistics.nonzero), statistics.cells, 2),
              std::to_string(statistics.distinct), std::to_string(report.raw_bytes),
              std::to_string(report.stored_bytes),
              ratio(8.0 * static_cast<double>(report.stored_bytes), statistics.cells, 3),
              fixed(statistics.entropy_bits, 3)});
  raw_bytes_ += report.raw_bytes;
  stored_bytes_ += report.stored_bytes;
  ++tensors_;
  if (verbose_) add_candidates(tensor, report);
}

/// Prices are those of the choice: with the block table and a table of the tensor's own.
void EncodeReport::add_candidates(const InputTensor& tensor, const TensorReport& report) {
  const auto taken = std::ranges::find(report.candidates, report.encoding, &Candidate::encoding);
  const std::uint64_t least = taken == report.candidates.end() ? 0 : taken->bytes;
  for (const Candidate& candidate : report.candidates) {
    const bool priced = candidate.outcome != Candidate::Outcome::inapplicable;
    candidates_.add({shown(tensor.name), std::string(candidate.encoding->name),
                     candidate.direction == Direction::rows ? "rows" : "columns",
                     priced ? std::to_string(candidate.bytes) : "-",
                     priced ? ratio(static_cast<double>(candidate.bytes), least, 3) : "-",
                     why(report, candidate)});
  }
}

void EncodeReport::add_alias(const InputTensor& tensor, const std::string& target) {
  const std::uint64_t raw_bytes = tensor.shape.cells() * cell_bytes(tensor.dtype);
  table_.add({shown(tensor.name), dtype_name(tensor.dtype), shape_text(tensor.shape.dims()),
              "= " + shown(target), "", "", std::to_string(raw_bytes), "0",
              ratio(0, tensor.shape.cells(), 3), ""});
  raw_bytes_ += raw_bytes;
  ++tensors_;
}

std::string EncodeReport::text(std::uint64_t file_bytes) const {
  std::string totals = std::to_string(tensors_) + (tensors_ == 1 ? " tensor: " : " tensors: ");
  totals += std::to_string(raw_bytes_) + " bytes -> " + std::to_string(stored_bytes_) + " stored, ";
  totals += std::to_string(file_bytes) + " in the file";
  if (raw_bytes_ != 0) {
    totals += " (" + ratio(100.0 * static_cast<double>(file_bytes), raw_bytes_, 2) + " %, 1 : ";
    totals += ratio(static_cast<double>(raw_bytes_), file_bytes, 2) + ")";
  }
  const std::string considered = verbose_ ? candidates_.text() + "\n" : "";
  return considered + table_.text() + totals + "\n";
}

}  // namespace pondus
