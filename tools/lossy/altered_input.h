// An input some of whose tensors are pruned and shared as they are read.
#pragma once

#include <map>
#include <optional>

#include "lossy/quantiser.h"
#include "tools/io/input.h"

namespace pondus {

/// What is done to one tensor, in this order.
struct Alteration {
  std::optional<double> threshold;
  std::shared_ptr<const lossy::Quantiser> quantiser;  ///< null: none
  std::uint64_t seed = 0;
};

/// `cells`, of a dtype of lossy::is_weight, altered in place.
void alter(const Alteration& alteration, Dtype dtype, std::span<std::byte> cells, unsigned threads);

class AlteredInput : public Input {
 public:
  /// `alterations` by the number of the tensor; `metadata` joins that of the header, if there is
  /// one.
  AlteredInput(std::unique_ptr<Input> inner, std::map<std::size_t, Alteration> alterations,
               const std::map<std::string, std::string>& metadata, unsigned threads);

  Result<InputCells> cells(std::size_t number) const override;
  const InputHead* head() const override { return head_ ? &*head_ : nullptr; }
  void forget(const InputCells& cells) const override { inner_->forget(cells); }

 private:
  std::unique_ptr<Input> inner_;
  std::map<std::size_t, Alteration> alterations_;
  unsigned threads_;
  std::string text_;
  std::optional<InputHead> head_;
};

}  // namespace pondus
