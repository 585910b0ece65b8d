#include "tools/encode_plan.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "codec/container/checksum.h"

namespace pondus {
namespace {

/// An alias record costs as much as this many cells would.
constexpr std::uint64_t alias_cells_least = 64;
constexpr std::uint64_t shared_cells_least = 1024;
constexpr std::uint64_t shared_distinct_most = 1u << 16;

/// Calls `use` with the cells of a job, and lets go of them.
template <class Use>
std::optional<InputError> with_cells(const EncodeJob& job, Use&& use) {
  const auto cells = job.input->cells(job.tensor_number);
  if (!cells) return InputError{job.input->path(), cells.error()};
  use(cells->view);
  job.input->forget(*cells);
  return std::nullopt;
}

/// Jobs of the same type and shape, which alone can be equal.
using Kin = std::map<std::tuple<Dtype, std::vector<std::uint64_t>>, std::vector<std::size_t>>;

Kin group_kin(const std::vector<EncodeJob>& jobs) {
  Kin kin;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const InputTensor& tensor = jobs[i].tensor();
    const auto dims = tensor.shape.dims();
    if (tensor.shape.cells() >= alias_cells_least) {
      kin[{tensor.dtype, std::vector(dims.begin(), dims.end())}].push_back(i);
    }
  }
  return kin;
}

/// Makes a job an alias of one before it if they have the same cells.
std::optional<InputError> compare_with(std::vector<EncodeJob>& jobs, std::size_t original,
                                       std::size_t later) {
  std::optional<InputError> second;
  const auto first = with_cells(jobs[original], [&](ByteSpan a) {
    second = with_cells(jobs[later], [&](ByteSpan b) {
      if (std::ranges::equal(a, b)) jobs[later].alias_of = original;
    });
  });
  return first ? first : second;
}

/// `same` are jobs of one hash, in order: each is compared with those before it that are no
/// aliases.
std::optional<InputError> compare(std::vector<EncodeJob>& jobs,
                                  const std::vector<std::size_t>& same) {
  std::vector<std::size_t> originals;
  for (const std::size_t i : same) {
    for (const std::size_t original : originals) {
      if (jobs[i].alias_of) break;
      if (auto failed = compare_with(jobs, original, i)) return failed;
    }
    if (!jobs[i].alias_of) originals.push_back(i);
  }
  return std::nullopt;
}

/// Matrices and convolution kernels have shared of their own: they are pruned and clustered
/// apart.
using Group = std::tuple<Dtype, bool>;

struct GroupJobs {
  std::unique_ptr<ValueSet> values;
  std::vector<std::size_t> jobs;
};

}  // namespace

std::vector<EncodeJob> list_jobs(const InputSet& set) {
  std::vector<EncodeJob> jobs;
  for (std::size_t i = 0; i < set.inputs.size(); ++i) {
    const Input* const input = set.inputs[i].get();
    for (std::size_t k = 0; k < input->tensors().size(); ++k)
      jobs.push_back({input, i, k, {}, nullptr});
  }
  return jobs;
}

std::optional<InputError> find_aliases(std::vector<EncodeJob>& jobs) {
  for (const auto& [type, members] : group_kin(jobs)) {
    if (members.size() < 2) continue;
    std::map<std::uint64_t, std::vector<std::size_t>> by_hash;
    for (const std::size_t i : members) {
      auto error = with_cells(jobs[i], [&](ByteSpan cells) { by_hash[xxh3(cells)].push_back(i); });
      if (error) return error;
    }
    for (const auto& [hash, same] : by_hash) {
      if (auto error = compare(jobs, same)) return error;
    }
  }
  return std::nullopt;
}

std::optional<InputError> share_tables(std::vector<EncodeJob>& jobs,
                                       std::vector<std::unique_ptr<ValueSet>>& shared) {
  constexpr std::uint32_t matrix_rank_most = 2;
  std::map<Group, GroupJobs> groups;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const EncodeJob& job = jobs[i];
    const InputTensor& tensor = job.tensor();
    if (job.alias_of || tensor.shape.cells() < shared_cells_least) continue;
    const std::uint32_t width = cell_bytes(tensor.dtype);
    auto error = with_cells(job, [&](ByteSpan cells) {
      const auto statistics = cell_statistics(cells, width);
      if (statistics.distinct > shared_distinct_most) return;
      GroupJobs& group = groups[{tensor.dtype, tensor.shape.rank() <= matrix_rank_most}];
      if (!group.values) group.values = std::make_unique<ValueSet>(width);
      group.values->add(statistics);
      group.jobs.push_back(i);
    });
    if (error) return error;
  }
  for (auto& [group, found] : groups) {
    shared.push_back(std::move(found.values));
    for (const std::size_t i : found.jobs) jobs[i].shared = shared.back().get();
  }
  return std::nullopt;
}

}  // namespace pondus
