// What `encode` must know of all tensors before it writes the first: which are equal, and which
// share tables.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "formats/tensor_writer.h"
#include "tools/io/input_set.h"

namespace pondus {

/// A tensor on its way from an input to the file.
struct EncodeJob {
  const Input* input = nullptr;
  std::size_t input_number = 0;
  std::size_t tensor_number = 0;
  std::optional<std::size_t> alias_of;  ///< an earlier job with the same cells
  const ValueSet* shared = nullptr;

  const InputTensor& tensor() const { return input->tensors()[tensor_number]; }
  std::uint64_t raw_bytes() const { return tensor().shape.cells() * cell_bytes(tensor().dtype); }
};

/// All tensors of all inputs, in their order.
std::vector<EncodeJob> list_jobs(const InputSet& set);

/// Finds tensors of at least 64 cells that equal an earlier one: type, shape and bytes.
std::optional<InputError> find_aliases(std::vector<EncodeJob>& jobs);

/// Collects the values per dtype and group (matrices; convolution kernels) of tensors of at least
/// 1024 cells and at most 2^16 distinct ones. The jobs view what is given.
std::optional<InputError> share_tables(std::vector<EncodeJob>& jobs,
                                       std::vector<std::unique_ptr<ValueSet>>& shared);

}  // namespace pondus
