#include "tools/lossy/altered_input.h"

#include <algorithm>

#include "lossy/prune.h"
#include "lossy/share.h"

namespace pondus {

void alter(const Alteration& alteration, Dtype dtype, std::span<std::byte> cells,
           unsigned threads) {
  if (alteration.threshold) lossy::prune(dtype, cells, *alteration.threshold, threads);
  if (alteration.quantiser)
    lossy::apply(*alteration.quantiser, dtype, cells, alteration.seed, threads);
}

AlteredInput::AlteredInput(std::unique_ptr<Input> inner,
                           std::map<std::size_t, Alteration> alterations,
                           const std::map<std::string, std::string>& metadata, unsigned threads)
    : Input(inner->path(), MappedFile()),
      inner_(std::move(inner)),
      alterations_(std::move(alterations)),
      threads_(threads) {
  tensors_ = inner_->tensors();
  if (inner_->head() == nullptr) return;
  Head head = inner_->head()->head;
  for (const auto& [key, value] : metadata) head.metadata[key] = value;
  std::vector<NamedTensor> named;
  for (const InputTensor& tensor : tensors_)
    named.push_back({tensor.name, tensor.dtype, tensor.shape});
  std::ranges::sort(named, library_order);
  text_ = write_head(head.metadata, named);
  head_ = InputHead{text_, std::move(head)};
}

Result<InputCells> AlteredInput::cells(std::size_t number) const {
  auto cells = inner_->cells(number);
  const auto alteration = alterations_.find(number);
  if (!cells || alteration == alterations_.end()) return cells;
  const InputCells given{cells->view, {}};
  const bool borrowed = cells->own.empty();
  alter(alteration->second, tensors_[number].dtype, own_cells(*cells), threads_);
  if (borrowed) inner_->forget(given);
  return cells;
}

}  // namespace pondus
