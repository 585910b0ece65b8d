#include "formats/tensor_writer.h"

#include <algorithm>
#include <optional>

#include "codec/base/parallel.h"
#include "codec/container/directory_layout.h"
#include "formats/registry.h"

namespace pondus {
namespace {

constexpr Fault bad_cells{"request.cells", Kind::request};
constexpr Fault cannot_apply{"request.encoding", Kind::request};
constexpr Fault verify_failed{"request.verify", Kind::request};

bool serves(const Encoding& encoding, Purpose purpose) {
  if (purpose == Purpose::decode) return encoding.fast_decode;
  if (purpose == Purpose::product)
    return encoding.multiply_block != nullptr || encoding.table_use == TableUse::none;
  return true;
}

/// Those that are worth a trial.
std::vector<const Encoding*> encodings_for(Purpose purpose, unsigned effort) {
  std::vector<const Encoding*> tried;
  std::ranges::copy_if(all_encodings(), std::back_inserter(tried), [&](const Encoding* e) {
    return e->effort_least <= effort && serves(*e, purpose);
  });
  return tried;
}

}  // namespace

/// One tensor on its way.
struct TensorWriter::Job {
  const TensorInput& input;
  Matrix matrix;
  ValueSet own;
  CellStatistics statistics{};
  bool may_share = false;
  Plan plan{};
};

std::optional<Plan> TensorWriter::plan(const Job& job,
                                       std::span<const Encoding* const> encodings) const {
  const double order_0_bits =
      job.statistics.entropy_bits * static_cast<double>(job.statistics.cells);
  const auto with = [&](const ValueSet& values, bool shared) {
    return choose_plan(
        {job.matrix, options_.layout, values, shared, static_cast<std::uint64_t>(order_0_bits / 8),
         options_.threads, options_.effort},
        encodings);
  };
  auto best = with(job.own, false);
  if (!job.may_share) return best;
  auto shared = with(*job.input.shared, true);
  return !best || (shared && shared->price <= best->price) ? std::move(shared) : std::move(best);
}

Result<void> TensorWriter::prepare(Job& job) const {
  job.statistics = cell_statistics(job.input.cells, job.matrix.cell_bytes);
  const ValueSet* const shared = job.input.shared;
  job.may_share = shared != nullptr && shared->cell_bytes() == job.matrix.cell_bytes &&
                  shared->holds(job.statistics);
  job.own.add(job.statistics);
  job.statistics.values = {};
  job.statistics.frequencies = {};
  std::optional<Plan> chosen;
  if (options_.encoding != nullptr) chosen = plan(job, std::span(&options_.encoding, 1));
  if (!chosen && options_.encoding != nullptr && !options_.fallback) {
    return Error{cannot_apply, 0, job.input.name,
                 std::string(options_.encoding->name) + " would take more than the plain cells"};
  }
  if (!chosen) chosen = plan(job, encodings_for(options_.purpose, options_.effort));
  job.plan = std::move(*chosen);
  return {};
}

Result<void> TensorWriter::encode_one(const Job& job, std::size_t number, Bytes& stored) const {
  const Plan& plan = job.plan;
  const BlockLines block{job.matrix.lines(plan.direction), plan.blocks[number],
                         job.matrix.cell_bytes};
  Bytes scratch;
  const ByteSpan cells = gather(job.matrix, block, scratch);
  if (plan.coded.empty()) {
    stored = encode_block(*plan.encoding, job.plan.tables(), block, cells, options_.effort,
                          std::move(stored));
  } else if (plan.coded[number].empty()) {
    stored.assign(cells.begin(), cells.end());
  } else {
    stored = plan.coded[number];
  }
  if (!options_.verify) return {};
  Bytes decoded(cells.size());
  const auto result = decode_block(*plan.encoding, job.plan.tables(), block, stored, 0, decoded);
  if (result && std::ranges::equal(decoded, cells)) return {};
  return Error{verify_failed, 0, job.input.name,
               "block " + std::to_string(number) + " does not decode to its cells"};
}

Result<std::uint64_t> TensorWriter::write_blocks(const Job& job) {
  const std::size_t wave = options_.threads == 1 ? 1 : 64;  // one at a time stays in a cache
  std::vector<Bytes> stored(wave);
  std::uint64_t sum = 0;
  const auto& blocks = job.plan.blocks;
  for (std::size_t begin = 0; begin < blocks.size(); begin += wave) {
    const std::size_t count = std::min(wave, blocks.size() - begin);
    auto encoded = parallel_for(count, options_.threads, [&](std::size_t i) {
      return encode_one(job, begin + i, stored[i]);
    });
    if (!encoded) return encoded.error();
    for (std::size_t i = 0; i < count; ++i) {
      const LineRange range = blocks[begin + i];
      auto written =
          writer_.append_block(stored[i], static_cast<std::uint32_t>(range.end - range.begin));
      if (!written) return written.error();
      sum += stored[i].size();
    }
  }
  return sum;
}

/// Writes the table that a plan needs, unless it was written before; gives the bytes that this
/// took.
Result<std::uint64_t> TensorWriter::write_table(const Plan& plan, Record& record) {
  if (plan.table == nullptr) return std::uint64_t{0};
  const bool codebook = plan.encoding->table_use == TableUse::codebook;
  const std::size_t before = writer_.table_count();
  const auto table = writer_.add_table(codebook ? TableKind::codebook : TableKind::code,
                                       record.bits, plan.table->bytes);
  if (!table) return table.error();
  (codebook ? record.codebook : record.code) = *table;
  return writer_.table_count() == before ? 0 : std::uint64_t{plan.table->bytes.size()};
}

Result<TensorReport> TensorWriter::write(const TensorInput& input) {
  const std::uint32_t width = cell_bytes(input.dtype);
  if (input.cells.size() != input.shape.cells() * width) {
    return Error{bad_cells, 0, input.name, "not as many bytes as the shape has"};
  }
  const std::uint32_t split = split_of(input.shape, options_.layout);
  Job job{input, {input.cells, input.shape, split, width}, ValueSet(width)};
  if (auto prepared = prepare(job); !prepared) return prepared.error();

  Record record;
  record.name = input.name;
  record.dtype = static_cast<std::uint8_t>(input.dtype);
  record.bits = static_cast<std::uint8_t>(8 * width);
  record.shape = input.shape;
  record.split = static_cast<std::uint8_t>(split);
  record.direction = job.plan.direction;
  record.encoding = job.plan.encoding->id;
  record.source = input.source;
  const auto table_bytes = write_table(job.plan, record);
  if (!table_bytes) return table_bytes.error();
  if (auto begun = writer_.begin_tensor(std::move(record)); !begun) return begun.error();
  const auto payload_bytes = write_blocks(job);
  if (!payload_bytes) return payload_bytes.error();
  auto ended = writer_.end_tensor(job.statistics.xxh3, job.statistics.nonzero,
                                  recorded_distinct(job.statistics.distinct));
  if (!ended) return ended.error();
  return TensorReport{job.statistics,
                      job.plan.encoding,
                      job.plan.direction,
                      input.cells.size(),
                      *table_bytes + *payload_bytes,
                      std::move(job.plan.candidates)};
}

}  // namespace pondus
