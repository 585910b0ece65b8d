// A caller's limits over a file whose checksums fit: each limit is exact, and hides nothing but
// what it refuses.
#include "formats/model.h"
#include "fuzz/file_tree.h"
#include "fuzz/input.h"
#include "fuzz/judge.h"
#include "fuzz/mutator.h"
#include "fuzz/require.h"
#include "fuzz/stats.h"

namespace pondus::fuzz {
namespace {

constexpr std::size_t limits_bytes = 40;

/// A limit around `amount`, or any.
std::uint64_t limit_near(Input& in, std::uint64_t amount) {
  const auto choice = in.word<std::uint64_t>();
  switch (choice % 5) {
    case 0:
      return amount;
    case 1:
      return amount - (amount != 0);
    case 2:
      return amount + 1;
    case 3:
      return Limits::none;
    default:
      return choice >> 8;
  }
}

std::uint64_t metadata_bytes(const File& file) {
  std::uint64_t sum = 0;
  for (const MetadataEntry& entry : file.metadata()) sum += entry.key.size() + entry.value.size();
  return sum;
}

/// The limit that opening `file` must refuse by; empty if none.
std::string_view exceeded(const File& file, const Limits& limits) {
  const std::uint64_t decoded = file.trailer().decoded_bytes;
  if (file.records().size() > limits.tensors) return "limit.tensors";
  if (decoded > limits.decoded_bytes) return "limit.decoded-bytes";
  const bool over_ratio = limits.ratio == 0 || (decoded - 1) / limits.ratio >= file.file_bytes();
  if (decoded != 0 && over_ratio) return "limit.ratio";
  if (file.table_bytes() > limits.table_bytes) return "limit.table-bytes";
  if (metadata_bytes(file) > limits.metadata_bytes) return "limit.metadata-bytes";
  return {};
}

void judge_malformed(ByteSpan file, const Error& error, const Limits& limits) {
  const auto limited = Model::open(file, limits);
  require(!limited, "limits do not mend a file");
  const std::string_view id = limited.error().fault.id;
  require(id == error.fault.id || id == "limit.tensors",
          "limits hide no fault that comes before them");
}

void judge_limits(ByteSpan file, Input& in) {
  constexpr Limits no_limits{.metadata_bytes = Limits::none};
  const auto model = Model::open(file, no_limits);
  const File* const opened = model ? &model->file() : nullptr;
  const std::uint64_t decoded = opened ? opened->trailer().decoded_bytes : 0;
  Limits limits;
  limits.tensors = limit_near(in, opened ? opened->records().size() : 1);
  limits.decoded_bytes = limit_near(in, decoded);
  limits.ratio = limit_near(in, decoded / file.size());
  limits.table_bytes = limit_near(in, opened ? opened->table_bytes() : 0);
  limits.metadata_bytes = limit_near(in, opened ? metadata_bytes(*opened) : 0);
  if (!model) return judge_malformed(file, model.error(), limits);
  ++stats.reached;
  const auto limited = Model::open(file, limits);
  const std::string_view expected = exceeded(*opened, limits);
  require(limited.has_value() == expected.empty(),
          "a limit refuses what exceeds it and nothing else");
  ++stats.decoded;
  if (!limited)
    return require(limited.error().fault.id == expected,
                   "the first limit that is exceeded is the one named");
  limits.decoded_bytes = std::min(limits.decoded_bytes, small_limits.decoded_bytes);
  limits.table_bytes = std::min(limits.table_bytes, small_limits.table_bytes);
  static_cast<void>(judge(file, limits));
}

}  // namespace
}  // namespace pondus::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pondus::fuzz;
  ++stats.executions;
  Input in(data, size);
  Input limits(data, std::min(size, limits_bytes));
  in.take(limits_bytes);
  const auto tree = FileTree::parse(in.rest());
  if (tree) judge_limits(tree->lay_out(), limits);
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned seed) {
  using namespace pondus::fuzz;
  if (size <= limits_bytes || seed % 4 == 0) return mutate_bytes(data, size, most, seed);
  return limits_bytes +
         mutate_file(data + limits_bytes, size - limits_bytes, most - limits_bytes, seed);
}
