// The table that `encode` ends with.
#pragma once

#include "formats/tensor_writer.h"
#include "tools/encode_plan.h"
#include "tools/report.h"

namespace pondus {

class EncodeReport {
 public:
  /// `verbose`: with a table of the encodings that were considered for each tensor.
  explicit EncodeReport(bool verbose);
  void add(const InputTensor& tensor, const TensorReport& report);
  void add_alias(const InputTensor& tensor, const std::string& target);
  /// With totals; `file_bytes` is the size of the whole file.
  std::string text(std::uint64_t file_bytes) const;

 private:
  void add_candidates(const InputTensor& tensor, const TensorReport& report);

  bool verbose_;
  TextTable table_;
  TextTable candidates_;
  std::uint64_t raw_bytes_ = 0;
  std::uint64_t stored_bytes_ = 0;
  std::size_t tensors_ = 0;
};

}  // namespace pondus
