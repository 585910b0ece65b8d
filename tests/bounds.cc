#include "tests/bounds.h"

#include <boost/test/unit_test.hpp>
#include <unordered_map>

#include "codec/container/directory_layout.h"
#include "formats/registry.h"
#include "tests/papers.h"

namespace pondus::test {
namespace {

/// From effort 7 on `auto` tries all in full; a sanitizer makes that too slow.
constexpr unsigned effort = instrumented ? 1 : 7;

/// The groups of cser, segments being lines.
void count_groups(const Tensor& tensor, Direction direction, Facts& facts) {
  const std::uint64_t cols = tensor.shape.dims()[1];
  const bool by_rows = direction == Direction::rows;
  std::unordered_map<std::uint64_t, std::uint64_t> values;  // of one line
  const auto end_line = [&] {
    facts.groups += values.size();
    facts.greatest_groups = std::max<std::uint64_t>(facts.greatest_groups, values.size());
    for (const auto& [cell, count] : values)
      facts.greatest_group = std::max(facts.greatest_group, count);
    values.clear();
  };
  for (std::uint64_t major = 0; major < facts.major; ++major) {
    for (std::uint64_t i = 0; i < facts.length; ++i) {
      if (i % 65536 == 0) end_line();
      const std::uint64_t cell = tensor.cell(by_rows ? major * cols + i : i * cols + major);
      if (cell != 0) ++values[cell];
    }
    end_line();
  }
}

Facts facts_of(const Tensor& tensor, Direction direction) {
  const std::uint64_t rows = tensor.shape.dims()[0];
  const std::uint64_t cols = tensor.shape.dims()[1];
  Facts facts;
  facts.major = direction == Direction::rows ? rows : cols;
  facts.length = direction == Direction::rows ? cols : rows;
  facts.cell_bits = 8 * tensor.width();
  const std::uint64_t segments = (facts.length + 65535) / 65536;
  std::vector<std::uint64_t> counts(facts.major * segments);
  std::unordered_map<std::uint64_t, std::uint64_t> distinct;
  for (std::size_t i = 0; i < facts.cells(); ++i) {
    const std::uint64_t cell = tensor.cell(i);
    ++distinct[cell];
    if (cell == 0) continue;
    const std::uint64_t major = direction == Direction::rows ? i / cols : i % cols;
    const std::uint64_t place = direction == Direction::rows ? i % cols : i / cols;
    ++counts[major * segments + place / 65536];
    ++facts.entries;
  }
  facts.distinct = distinct.size();
  std::vector<std::uint64_t> frequencies;
  for (const auto& [cell, count] : distinct) {
    if (cell != 0) frequencies.push_back(count);
  }
  facts.nonzero_distinct = frequencies.size();
  facts.nonzero = huffman(frequencies);
  if (distinct.contains(0)) frequencies.push_back(distinct[0]);
  facts.all = huffman(frequencies);
  count_groups(tensor, direction, facts);
  facts.zero_is_most_frequent =
      distinct.contains(0) && distinct[0] >= std::ranges::max(frequencies);
  facts.lines = counts.size();
  if (!counts.empty()) facts.greatest_count = *std::ranges::max_element(counts);
  return facts;
}

void check_csc(const Facts& facts, std::uint64_t payload_bits) {
  constexpr std::uint64_t constant_per_block = 143;
  BOOST_TEST(payload_bits <= bound_csc(facts));
  BOOST_TEST(facts.blocks <= blocks_csc(facts));
  BOOST_TEST(bound_csc(facts) + 128 * facts.blocks <=
             papers_csc(facts) + constant_per_block * facts.blocks);
}

void check_cser(const Facts& facts, std::uint64_t payload_bits) {
  BOOST_TEST(payload_bits <= bound_cser(facts));
  BOOST_TEST(facts.blocks <= blocks_csc(facts));
  if (!facts.zero_is_most_frequent || facts.length > 65536) return;
  const std::uint64_t codebook_bits = facts.distinct * facts.cell_bits;
  BOOST_TEST(bound_cser(facts) + codebook_bits <= papers_cser(facts) + 37 * facts.blocks);
}

void check_index_map(const Facts& facts, std::uint64_t payload_bits) {
  BOOST_TEST(payload_bits <= bound_index_map(facts));
  BOOST_TEST(facts.blocks <= blocks_dense(facts));
  const std::uint64_t codebook_bits = facts.distinct * facts.cell_bits;
  BOOST_TEST(bound_index_map(facts) + codebook_bits <= papers_index_map(facts) + 7 * facts.blocks);
}

/// The table of a code and its entry, as far as they are not entries of the codebook.
constexpr std::uint64_t code_table_bits = 296 + 256;

void check_ham(const Facts& facts, std::uint64_t payload_bits) {
  BOOST_TEST(payload_bits <= bound_ham(facts));
  BOOST_TEST(facts.blocks <= blocks_dense(facts));
  const std::uint64_t stored =
      bound_ham(facts) + facts.distinct * facts.cell_bits + code_table_bits + 128 * facts.blocks;
  BOOST_TEST(static_cast<double>(stored) <=
             papers_bound_ham(facts) + 856.0 * static_cast<double>(facts.blocks) + code_table_bits);
}

void check_sham(const Facts& facts, std::uint64_t payload_bits) {
  BOOST_TEST(payload_bits <= bound_sham(facts));
  BOOST_TEST(facts.blocks <= blocks_csc(facts));
  const std::uint64_t stored = bound_sham(facts) + facts.nonzero_distinct * facts.cell_bits +
                               code_table_bits + 128 * facts.blocks;
  BOOST_TEST(static_cast<double>(stored) <= papers_bound_sham(facts) +
                                                871.0 * static_cast<double>(facts.blocks) +
                                                code_table_bits);
}

void check_context_map(const Facts& facts, std::uint64_t payload_bits) {
  BOOST_TEST(payload_bits <= bound_context_map(facts));
  BOOST_TEST(facts.blocks <= blocks_context_map(facts));
}

void check_record(const Tensor& tensor, const Record& record, const std::string& encoding) {
  Facts facts = facts_of(tensor, record.direction);
  facts.blocks = record.blocks.size();
  const std::uint64_t payload_bits = 8 * record.stored_bytes();
  BOOST_TEST(payload_bits <= facts.plain());
  if (encoding == "csc") check_csc(facts, payload_bits);
  if (encoding == "index_map") check_index_map(facts, payload_bits);
  if (encoding == "ham") check_ham(facts, payload_bits);
  if (encoding == "cser") check_cser(facts, payload_bits);
  if (encoding == "sham") check_sham(facts, payload_bits);
  if (encoding == "gap_map") {
    BOOST_TEST(static_cast<double>(payload_bits) <= bound_gap_map(facts));
    BOOST_TEST(facts.blocks <= blocks_gap_map(facts));
  }
  if (encoding == "delta_map") {
    BOOST_TEST(static_cast<double>(payload_bits) <= bound_delta_map(facts));
    BOOST_TEST(facts.blocks <= 1 + 2 * facts.cells() / (1u << 24));
  }
  if (encoding == "zstd_map") BOOST_TEST(facts.blocks <= 1 + 2 * facts.cells() / (1u << 24));
  if (encoding == "context_map") check_context_map(facts, payload_bits);
  if (encoding == "dense") BOOST_TEST(facts.blocks <= blocks_dense(facts));
}

/// Whether indices and a codebook of its own take less than the cells: when index_map applies.
bool codebook_pays(const Tensor& tensor) {
  const Facts facts = facts_of(tensor, Direction::rows);
  const std::uint64_t table = directory_layout::table_entry_bytes + facts.distinct * tensor.width();
  std::uint64_t payload = 0;
  std::uint64_t block = 0;  // whole lines up to 2^16 cells
  const auto packed = [&](std::uint64_t cells) {
    return std::min((cells * log2_ceil(facts.distinct) + 7) / 8, cells * tensor.width());
  };
  for (const std::uint32_t cells :
       line_lengths(tensor.shape.dims()[0], tensor.shape.dims()[1], Direction::rows)) {
    if (block + cells > 65536) payload += packed(std::exchange(block, 0));
    block += cells;
  }
  return payload + packed(block) + table <= tensor.cells.size();
}

/// 0 where the encoding cannot apply.
std::uint64_t file_bytes(const Tensor& tensor, const Encoding* encoding) {
  EncodeOptions options;
  options.encoding = encoding;
  options.effort = effort;
  options.threads = 2;
  const std::string name(encoding == nullptr ? "auto" : encoding->name);
  auto file = write_file({tensor}, options);
  if (name == "index_map") BOOST_TEST(file.has_value() == codebook_pays(tensor));
  if (!file) {
    BOOST_TEST(label(file) == "request.encoding");
    return 0;
  }
  const Model model = std::move(Model::open(*file).value());
  BOOST_TEST(label(model.check(2)) == "ok");
  BOOST_TEST((read_cells(model, tensor.name) == tensor.cells));
  check_record(tensor, model.records()[0], name);
  return file->size();
}

}  // namespace

std::map<std::string, std::uint64_t> check_bounds(const Tensor& tensor) {
  std::map<std::string, std::uint64_t> bytes;
  for (const Encoding* const encoding : all_encodings()) {
    BOOST_TEST_CONTEXT(tensor.name << " as " << encoding->name) {
      bytes[std::string(encoding->name)] = file_bytes(tensor, encoding);
    }
  }
  const std::uint64_t choice = file_bytes(tensor, nullptr);
  for (const auto& [name, size] : bytes) {
    // Padding between a codebook and the payload can differ; prices leave it out.
    if (size != 0 && !instrumented)
      BOOST_TEST(choice < size + 64,
                 tensor.name << ": auto takes " << choice << ", " << name << " " << size);
  }
  bytes["auto"] = choice;
  return bytes;
}

std::map<std::string, std::uint64_t> papers_bits(const Tensor& tensor) {
  const Facts rows = facts_of(tensor, Direction::rows);
  const Facts columns = facts_of(tensor, Direction::columns);
  return {{"csc", std::min(papers_csc(rows), papers_csc(columns))},
          {"cser", std::min(papers_cser(rows), papers_cser(columns))},
          {"index_map", papers_index_map(rows)},
          {"ham", papers_ham(rows)},
          {"sham", std::min(papers_sham(rows), papers_sham(columns))}};
}

}  // namespace pondus::test
