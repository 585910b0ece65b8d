// One encoding, named by PONDUS_FUZZ_ENCODING: any bytes as a block's payload, and any matrix to a
// payload and back.
//
// An input begins with a mode: 0 for a block with its payload (coded_block.h); the others are
// followed by choices for one, and 2 damages its payload.
#include <algorithm>

#include "formats/registry.h"
#include "fuzz/block_mutator.h"
#include "fuzz/choices.h"
#include "fuzz/coded_block.h"
#include "fuzz/require.h"
#include "fuzz/stats.h"

namespace pondus::fuzz {
namespace {

constexpr std::uint64_t offset = 4096;  // where a payload is said to lie

const Encoding& encoding() {
  static const Encoding* const found = find_encoding(std::string_view(PONDUS_FUZZ_ENCODING));
  return *found;
}

/// What a block's coded form must take, where a formula says it.
void require_size(const CodedBlock& block, ByteSpan cells, std::size_t size) {
  const bool coded = encoding().table_use > TableUse::codebook;  // then the size is an average
  if (encoding().coded_bytes == nullptr || coded) return;
  std::vector<std::uint32_t> counts;
  const std::byte* at = cells.data();
  with_cell(block.lines.cell_bytes, [&](auto cell) {
    for (std::uint32_t line = 0; line < block.lines.count(); ++line) {
      std::uint32_t count = 0;
      for (std::uint32_t i = 0; i < block.lines.cells_of(line); ++i, at += sizeof cell) {
        count += load<decltype(cell)>(at) != 0;
      }
      counts.push_back(count);
    }
  });
  BlockStatistics statistics;
  statistics.entry_counts = counts;
  statistics.table_entries = block.tables.entries();
  require(encoding().coded_bytes(block.lines, statistics) == size,
          "the formula gives the size of the coded form");
}

/// Any payload: refused with an offset inside it, or the only one of its cells and choices.
void judge_payload(const CodedBlock& block, ByteSpan given) {
  ++stats.reached;
  const Bytes payload(given.begin(), given.end());
  Bytes cells(block.lines.plain_bytes());
  const auto decoded = encoding().decode_block(block.tables, block.lines, payload, offset, cells);
  if (!decoded) {
    const Error& error = decoded.error();
    require(error.fault.kind == Kind::malformed, "a payload is sound or malformed");
    return require(error.offset >= offset && error.offset <= offset + payload.size(),
                   "a fault lies in its block");
  }
  ++stats.decoded;
  if (const auto again = from_choices(encoding(), block.tables, block.lines, payload, cells))
    return require(*again == payload, "an accepted payload is canonical");
  Bytes same(cells.size());
  require_success(encoding().decode_block(block.tables, block.lines,
                                          block.encoded(encoding(), cells), offset, same),
                  "what is encoded decodes");
  require(same == cells, "decoded cells round-trip");
}

void require_round_trip(const CodedBlock& block, ByteSpan cells, const Bytes& payload) {
  require_size(block, cells, payload.size());
  const Bytes stored = encode_block(encoding(), block.tables, block.lines, cells);
  require(std::ranges::equal(stored, payload.size() < cells.size() ? ByteSpan(payload) : cells),
          "the same cells encode to the same bytes, coded where that is smaller");
  Bytes decoded(cells.size());
  require_success(decode_block(encoding(), block.tables, block.lines, stored, offset, decoded),
                  "what is encoded decodes");
  require(std::ranges::equal(decoded, cells), "cells round-trip");
}

/// Sets, appends or removes some bytes.
void damage(Input& in, Bytes& payload) {
  for (std::uint64_t left = 1 + in.below(4); left > 0; --left) {
    const std::uint64_t kind = in.below(8);
    if (kind == 0) payload.push_back(std::byte{in.word<std::uint8_t>()});
    if (kind == 1 && !payload.empty()) payload.pop_back();
    if (kind > 1 && !payload.empty())
      payload[in.below(payload.size())] ^= std::byte{in.word<std::uint8_t>()};
  }
}

void round_trip(Input& in, bool damaged) {
  const auto drawn = draw_block(in, encoding(), block_cells_most);
  if (!drawn) return;
  Bytes payload = drawn->block.encoded(encoding(), drawn->cells);
  if (damaged) {
    damage(in, payload);
    return judge_payload(drawn->block, payload);
  }
  ++stats.reached;
  require_round_trip(drawn->block, drawn->cells, payload);
  ++stats.decoded;
}

}  // namespace
}  // namespace pondus::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pondus::fuzz;
  ++stats.executions;
  Input in(data, size);
  const std::uint64_t mode = in.below(4);
  if (mode != 0) {
    round_trip(in, mode == 2);
  } else if (const auto block = read_block(in, encoding())) {
    judge_payload(*block, in.rest());
  }
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned seed) {
  using namespace pondus::fuzz;
  return mutate_block(encoding(), data, size, most, seed);
}
