#include "tools/lossy/steps.h"

#include <fnmatch.h>

#include <array>
#include <cstdio>

#include "formats/statistics.h"
#include "lossy/floats.h"
#include "lossy/prune.h"
#include "lossy/random.h"
#include "tools/lossy/altered_input.h"
#include "tools/lossy/code_lengths.h"
#include "tools/report.h"

namespace pondus {
namespace {

constexpr Fault no_tensors{"request.tensors", Kind::request};
constexpr std::uint32_t rank_least = 2;
constexpr std::uint64_t weights_least = 1024;

bool is_chosen(const InputTensor& tensor, const LossyRequest& request) {
  if (tensor.shape.rank() < rank_least) return false;
  if (request.pattern) return fnmatch(request.pattern->c_str(), tensor.name.c_str(), 0) == 0;
  return lossy::is_weight(tensor.dtype) && tensor.shape.cells() >= weights_least;
}

/// A chosen tensor.
struct Chosen {
  const Input* input = nullptr;
  std::size_t input_number = 0;
  std::size_t number = 0;
  Alteration alteration;

  const InputTensor& tensor() const { return input->tensors()[number]; }
  bool is_kernel() const { return tensor().shape.rank() > rank_least; }
};

/// Tensors that share a threshold or a codebook, read and altered so far, with their weights
/// judged.
struct Group {
  std::vector<InputCells> cells;
  std::vector<lossy::Weights> weights;
};

class Steps {
 public:
  Steps(const InputSet& set, const LossyRequest& request, unsigned threads)
      : request_(request), threads_(threads) {
    for (std::size_t i = 0; i < set.inputs.size(); ++i) {
      const Input* const input = set.inputs[i].get();
      for (std::size_t k = 0; k < input->tensors().size(); ++k) {
        if (is_chosen(input->tensors()[k], request)) chosen_.push_back({input, i, k, {}});
      }
    }
  }

  std::vector<Chosen>& chosen() { return chosen_; }

  std::optional<InputError> prune() {
    const auto& prune = *request_.prune;
    return each_group(prune.over_model ? groups_of([](const Chosen&) { return 0; }) : singles(),
                      [&](const Group& group, const std::vector<Chosen*>& members) -> Result<void> {
                        const double threshold =
                            lossy::magnitude_percentile(group.weights, prune.percent, threads_);
                        for (Chosen* const member : members)
                          member->alteration.threshold = threshold;
                        return {};
                      });
  }

  std::optional<InputError> share() {
    const auto& share = *request_.share;
    const auto is_kernel = [](const Chosen& chosen) { return chosen.is_kernel() ? 1 : 0; };
    return each_group(share.unified ? groups_of(is_kernel) : singles(),
                      [&](const Group& group, const std::vector<Chosen*>& members) -> Result<void> {
                        lossy::ShareOptions options = share.options;
                        options.lengths = code_lengths(group.weights);
                        auto found = lossy::fit(group.weights, options);
                        if (!found) return found.error();
                        const auto quantiser =
                            std::make_shared<const lossy::Quantiser>(std::move(*found));
                        for (Chosen* const member : members) {
                          const auto place = static_cast<std::uint64_t>(member - chosen_.data());
                          member->alteration.quantiser = quantiser;
                          member->alteration.seed = lossy::random_bits(options.seed, place);
                        }
                        return {};
                      });
  }

 private:
  using Members = std::vector<Chosen*>;

  std::vector<Members> singles() {
    std::vector<Members> groups;
    for (Chosen& chosen : chosen_) groups.push_back({&chosen});
    return groups;
  }

  template <class Key>
  std::vector<Members> groups_of(Key key) {
    std::map<int, Members> found;
    for (Chosen& chosen : chosen_) found[key(chosen)].push_back(&chosen);
    std::vector<Members> groups;
    groups.reserve(found.size());
    for (auto& [number, members] : found) groups.push_back(std::move(members));
    return groups;
  }

  template <class Work>
  std::optional<InputError> each_group(const std::vector<Members>& groups, Work work) {
    for (const Members& members : groups) {
      Group group;
      for (Chosen* const member : members) {
        if (auto error = read(*member, group)) return error;
      }
      auto done = work(group, members);
      if (done) continue;
      if (members.size() == 1) done.error().tensor = members.front()->tensor().name;
      return InputError{members.front()->input->path(), done.error()};
    }
    return std::nullopt;
  }

  std::optional<InputError> read(const Chosen& member, Group& group) const {
    const InputTensor& tensor = member.tensor();
    auto cells = member.input->cells(member.number);
    if (!cells) return InputError{member.input->path(), cells.error()};
    auto judged = lossy::Weights::make(tensor.name, tensor.dtype, cells->view, threads_);
    if (!judged) return InputError{member.input->path(), judged.error()};
    if (member.alteration.threshold) {
      alter(member.alteration, tensor.dtype, own_cells(*cells), threads_);
      judged = lossy::Weights::make(tensor.name, tensor.dtype, cells->view, threads_);
    }
    group.weights.push_back(*judged);
    group.cells.push_back(std::move(*cells));
    return std::nullopt;
  }

  const LossyRequest& request_;
  unsigned threads_;
  std::vector<Chosen> chosen_;
};

LossyTensor compare(const InputTensor& tensor, ByteSpan before, ByteSpan after) {
  LossyTensor row{.tensor = tensor};
  const std::uint32_t width = cell_bytes(tensor.dtype);
  row.entropy_before = cell_statistics(before, width).entropy_bits;
  const auto statistics = cell_statistics(after, width);
  row.entropy = statistics.entropy_bits;
  row.nonzero = statistics.nonzero;
  row.distinct = statistics.distinct;
  lossy::with_float(tensor.dtype, [&](auto cell) {
    using Cell = decltype(cell);
    for (std::size_t i = 0; i < before.size(); i += Cell::bytes) {
      const double was = Cell::load(&before[i]);
      const double change = Cell::load(&after[i]) - was;
      row.mean_square += was * was;
      row.mean_squared_error += change * change;
    }
  });
  const auto count = static_cast<double>(std::max<std::uint64_t>(tensor.shape.cells(), 1));
  row.mean_square /= count;
  row.mean_squared_error /= count;
  return row;
}

std::optional<InputError> measure(const std::vector<Chosen>& chosen, unsigned threads,
                                  LossyResult& result) {
  for (const Chosen& one : chosen) {
    const auto before = one.input->cells(one.number);
    if (!before) return InputError{one.input->path(), before.error()};
    Bytes after(before->view.begin(), before->view.end());
    alter(one.alteration, one.tensor().dtype, after, threads);
    LossyTensor& row = result.tensors.emplace_back(compare(one.tensor(), before->view, after));
    if (one.alteration.quantiser) row.lambda = one.alteration.quantiser->lambda;
    one.input->forget(*before);
  }
  return std::nullopt;
}

}  // namespace

std::optional<InputError> alter_inputs(InputSet& set, const LossyRequest& request, unsigned threads,
                                       LossyResult& result) {
  Steps steps(set, request, threads);
  if (steps.chosen().empty()) {
    const std::string what = request.pattern
                                 ? quoted(*request.pattern) + " matches no tensor of rank 2 or more"
                                 : "no tensor of floating point, rank 2 or more and 1024 weights";
    return InputError{set.inputs.empty() ? "" : set.inputs.front()->path(),
                      {no_tensors, 0, {}, what}};
  }
  if (request.prune) {
    if (auto error = steps.prune()) return error;
  }
  if (request.share) {
    if (auto error = steps.share()) return error;
  }
  if (auto error = measure(steps.chosen(), threads, result)) return error;
  result.describe(request);
  std::vector<std::map<std::size_t, Alteration>> alterations(set.inputs.size());
  for (Chosen& one : steps.chosen())
    alterations[one.input_number][one.number] = std::move(one.alteration);
  for (std::size_t i = 0; i < set.inputs.size(); ++i) {
    set.inputs[i] = std::make_unique<AlteredInput>(
        std::move(set.inputs[i]), std::move(alterations[i]), result.metadata, threads);
  }
  return std::nullopt;
}

}  // namespace pondus
