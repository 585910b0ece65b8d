#include "tools/encode_report.h"

namespace pondus {
namespace {

constexpr std::size_t left_columns = 4;

std::string dtype_name(Dtype dtype) {
  return std::string(find_dtype(static_cast<std::uint8_t>(dtype))->name);
}

/// "-" where there is nothing to divide by.
std::string ratio(double amount, std::uint64_t by, int digits) {
  return by == 0 ? "-" : fixed(amount / static_cast<double>(by), digits);
}

}  // namespace

EncodeReport::EncodeReport() : table_(left_columns) {
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
  return table_.text() + totals + "\n";
}

}  // namespace pondus
