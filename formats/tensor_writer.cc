#include "formats/tensor_writer.h"

#include <algorithm>
#include <optional>

#include "codec/base/parallel.h"
#include "codec/container/checksum.h"
#include "codec/container/directory_layout.h"
#include "formats/registry.h"

namespace pondus {
namespace {

constexpr Fault bad_cells{"request.cells", Kind::request};
constexpr Fault cannot_apply{"request.encoding", Kind::request};
constexpr Fault verify_failed{"request.verify", Kind::request};

/// Whether indices into a codebook of its own can be smaller than the cells.
bool codebook_can_pay(const CellStatistics& statistics) {
  return statistics.distinct <= codebook_entries_most && statistics.distinct < statistics.cells;
}

bool holds_all(const SharedCodebook& shared, ByteSpan values) {
  return with_cell(shared.cell_bytes(), [&](auto cell) {
    for (std::size_t i = 0; i < values.size(); i += sizeof cell) {
      if (!shared.index().contains(load<decltype(cell)>(&values[i]))) return false;
    }
    return !values.empty();
  });
}

}  // namespace

SharedCodebook::SharedCodebook(Bytes values, std::uint32_t cell_bytes)
    : cells_(std::move(values)), cell_bytes_(cell_bytes) {
  sort_unique_cells(cells_, cell_bytes);
  if (cells_.empty() || cells_.size() / cell_bytes > codebook_entries_most) return;
  codebook_ = Codebook::trusted(cells_, cell_bytes);
  index_ = std::make_unique<CodebookIndex>(codebook_, cell_bytes);
}

/// One tensor on its way.
struct TensorWriter::Job {
  const TensorInput& input;
  Matrix matrix;
  CellStatistics statistics;
  std::optional<SharedCodebook> own;
  const SharedCodebook* codebook = nullptr;
  Tables tables;
  Plan plan;
};

Result<void> TensorWriter::prepare(Job& job) const {
  const std::uint32_t cell_bytes = job.matrix.cell_bytes;
  job.statistics = cell_statistics(job.input.cells, cell_bytes);
  const SharedCodebook* const shared = job.input.shared;
  if (shared != nullptr && shared->cell_bytes() == cell_bytes &&
      shared->codebook().entries() != 0 && holds_all(*shared, job.statistics.values)) {
    job.codebook = shared;
  } else if (codebook_can_pay(job.statistics) ||
             (options_.encoding != nullptr && options_.encoding->uses_codebook)) {
    job.codebook = &job.own.emplace(std::move(job.statistics.values), cell_bytes);
  }
  Bytes().swap(job.statistics.values);
  if (job.codebook != nullptr && job.codebook->codebook().entries() != 0) {
    job.tables = {job.codebook->codebook(), &job.codebook->index()};
  }
  const std::uint64_t own_price =
      directory_layout::table_entry_bytes + job.tables.codebook.cells().size();
  const PlanInput input{job.matrix, options_.layout, job.tables,
                        job.codebook == shared ? 0 : own_price, options_.threads};
  std::optional<Plan> plan;
  if (options_.encoding != nullptr) plan = choose_plan(input, std::span(&options_.encoding, 1));
  if (!plan && options_.encoding != nullptr && !options_.fallback) {
    return Error{cannot_apply, 0, job.input.name,
                 std::string(options_.encoding->name) + " would take more than the plain cells"};
  }
  if (!plan) plan = choose_plan(input, all_encodings());
  job.plan = std::move(*plan);
  return {};
}

Result<void> TensorWriter::encode_one(const Job& job, std::size_t number, Bytes& stored) const {
  const Plan& plan = job.plan;
  const BlockLines block{job.matrix.lines(plan.direction), plan.blocks[number],
                         job.matrix.cell_bytes};
  Bytes scratch;
  const ByteSpan cells = gather(job.matrix, block, scratch);
  if (plan.coded.empty()) {
    stored = encode_block(*plan.encoding, job.tables, block, cells);
  } else if (plan.coded[number].empty()) {
    stored.assign(cells.begin(), cells.end());
  } else {
    stored = plan.coded[number];
  }
  if (!options_.verify) return {};
  Bytes decoded(cells.size());
  const auto result = decode_block(*plan.encoding, job.tables, block, stored, 0, decoded);
  if (result && std::ranges::equal(decoded, cells)) return {};
  return Error{verify_failed, 0, job.input.name,
               "block " + std::to_string(number) + " does not decode to its cells"};
}

Result<void> TensorWriter::write_blocks(const Job& job) {
  constexpr std::size_t wave = 64;
  std::vector<Bytes> stored(wave);
  const auto& blocks = job.plan.blocks;
  for (std::size_t begin = 0; begin < blocks.size(); begin += wave) {
    const std::size_t count = std::min(wave, blocks.size() - begin);
    auto encoded = parallel_for(count, options_.threads, [&](std::size_t i) {
      return encode_one(job, begin + i, stored[i]);
    });
    if (!encoded) return encoded;
    for (std::size_t i = 0; i < count; ++i) {
      const LineRange range = blocks[begin + i];
      auto written =
          writer_.append_block(stored[i], static_cast<std::uint32_t>(range.end - range.begin));
      if (!written) return written;
    }
  }
  return {};
}

Result<TensorReport> TensorWriter::write(const TensorInput& input) {
  const std::uint32_t width = cell_bytes(input.dtype);
  if (input.cells.size() != input.shape.cells() * width)
    return Error{bad_cells, 0, input.name, "not as many bytes as the shape has"};
  const std::uint32_t split = split_of(input.shape, options_.layout);
  Job job{input, {input.cells, input.shape, split, width}, {}, {}, {}, {}, {}};
  if (auto prepared = prepare(job); !prepared) return prepared.error();

  const std::uint64_t begin = writer_.file_bytes();
  TensorReport report{job.statistics, job.plan.encoding, job.plan.direction, input.cells.size(),
                      job.plan.payload_bytes};
  Record record;
  record.name = input.name;
  record.dtype = static_cast<std::uint8_t>(input.dtype);
  record.bits = static_cast<std::uint8_t>(8 * width);
  record.shape = input.shape;
  record.split = static_cast<std::uint8_t>(split);
  record.direction = job.plan.direction;
  record.encoding = job.plan.encoding->id;
  record.source = input.source;
  if (job.plan.encoding->uses_codebook && !input.cells.empty()) {
    const auto table =
        writer_.add_table(TableKind::codebook, record.bits, job.tables.codebook.cells());
    if (!table) return table.error();
    record.codebook = *table;
    report.stored_bytes += writer_.file_bytes() - begin;
  }
  if (auto begun = writer_.begin_tensor(std::move(record)); !begun) return begun.error();
  if (auto written = write_blocks(job); !written) return written.error();
  auto ended = writer_.end_tensor(xxh3(input.cells), job.statistics.nonzero,
                                  recorded_distinct(job.statistics.distinct));
  if (!ended) return ended.error();
  return report;
}

}  // namespace pondus
