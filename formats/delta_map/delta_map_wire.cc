#include "formats/delta_map/delta_map_wire.h"

#include <algorithm>

#include "codec/base/checked.h"
#include "codec/base/limits.h"
#include "codec/entropy/huffman_stream.h"
#include "codec/entropy/symbol_decoder.h"
#include "codec/entropy/run_code.h"

namespace pondus::delta_map {
namespace {

constexpr Fault truncated{"delta_map.truncated", Kind::malformed};
constexpr Fault changes_fault{"delta_map.changes", Kind::malformed};
constexpr Fault sequence_bytes_fault{"delta_map.sequence-bytes", Kind::malformed};
constexpr Fault reference_fault{"delta_map.reference", Kind::malformed};
constexpr Fault segment_fault{"delta_map.segment", Kind::malformed};
constexpr Fault circle_fault{"delta_map.circle", Kind::malformed};
constexpr Fault past_end_fault{"delta_map.past-end", Kind::malformed};

/// How far back each line's reference lies, counted around the block's end; 0 for none.
std::vector<std::uint32_t> distances_of(const References& references) {
  const auto lines = static_cast<std::uint32_t>(references.size());
  std::vector<std::uint32_t> distances(lines);
  for (std::uint32_t i = 0; i < lines; ++i)
    distances[i] = i >= references[i] ? i - references[i] : i + lines - references[i];
  return distances;
}

/// For these numbers, and `entries` of them; 0 for all that the tokens can stand for.
HuffmanCode code_for(std::span<const std::uint32_t> numbers, std::uint32_t entries,
                     std::uint64_t& coded_bits) {
  const std::uint32_t greatest = numbers.empty() ? 0 : std::ranges::max(numbers);
  std::vector<std::uint32_t> frequencies(std::max(entries, greatest + 1));
  for (const std::uint32_t number : numbers) ++frequencies[number];
  frequencies[0] += numbers.empty();
  const RunCode code = build_run_code(frequencies);
  if (!numbers.empty()) coded_bits += code.coded_bits;
  if (entries != 0) return {code.tokens, entries};
  std::uint32_t all = 0;
  for (const Token token : code.tokens) all += 1u << token.extra;
  return {code.tokens, all};
}

/// Bits of a sequence beside its symbols, its size included.
constexpr std::uint64_t sequence_bits_most = 8 * (sequence_overhead_most(streams_most) + 4);

/// Sequences that code so many numbers.
std::uint32_t sequence_count(std::uint64_t numbers) {
  return static_cast<std::uint32_t>(ceil_div(numbers, coded_symbols_most));
}

/// Appends sequences, and the size of each to `sizes`.
class SequenceWriter {
 public:
  void write(const HuffmanCode& code, std::span<const std::uint32_t> numbers) {
    const std::size_t before = sequences_.size();
    encode_symbols(code, numbers, sequences_);
    sizes_.word(static_cast<std::uint32_t>(sequences_.size() - before));
  }
  void append_to(ByteWriter& out) const {
    out.bytes(sizes_.written());
    out.bytes(sequences_.written());
  }

 private:
  ByteWriter sizes_;
  ByteWriter sequences_;
};

/// Calls `work(begin, count)` for each sequence of `numbers` numbers.
template <class Work>
void for_each_sequence(std::size_t numbers, Work&& work) {
  for (std::size_t begin = 0; begin < numbers; begin += coded_symbols_most)
    work(begin, std::min<std::size_t>(coded_symbols_most, numbers - begin));
}

}  // namespace

Codes choose_codes(const DeltaMap& map, const Tables& tables, std::uint64_t& coded_bits) {
  return {code_for(distances_of(map.references), 0, coded_bits), code_for(map.gaps, 0, coded_bits),
          code_for(map.values, tables.entries(), coded_bits)};
}

void write_block(const DeltaMap& map, const Codes& codes, ByteWriter& out) {
  out.word(static_cast<std::uint32_t>(map.gaps.size()));
  codes.references.write(out);
  codes.gaps.write(out);
  codes.values.write(out);
  SequenceWriter sequences;
  const std::vector<std::uint32_t> distances = distances_of(map.references);
  for_each_sequence(distances.size(), [&](std::size_t begin, std::size_t count) {
    sequences.write(codes.references, std::span(distances).subspan(begin, count));
  });
  for_each_sequence(map.gaps.size(), [&](std::size_t begin, std::size_t count) {
    sequences.write(codes.gaps, std::span(map.gaps).subspan(begin, count));
    sequences.write(codes.values, std::span(map.values).subspan(begin, count));
  });
  sequences.append_to(out);
}

BlockReader::BlockReader(const Tables& tables, const BlockLines& block, ByteSpan stored,
                         std::uint64_t offset)
    : in_(stored, offset), begin_(offset) {
  in_.end_fault(truncated, begin_);
  change_count_ = in_.word<std::uint32_t>();
  in_.require(change_count_ <= block.cells(), changes_fault, begin_);
  if (!in_.ok()) return;
  changes_left_ = change_count_;
  codes_.references = HuffmanCode::read_tokens(in_, 0);
  codes_.gaps = HuffmanCode::read_tokens(in_, 0);
  codes_.values = HuffmanCode::read_tokens(in_, tables.entries());
  in_.end_fault(truncated, begin_);
  const std::uint64_t sizes_offset = in_.offset();
  const std::uint32_t count = sequence_count(block.count()) + 2 * sequence_count(change_count_);
  const ByteSpan sizes = in_.take(std::uint64_t{4} * count);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < sizes.size(); i += 4) {
    sequence_bytes_.push_back(load<std::uint32_t>(&sizes[i]));
    sum += sequence_bytes_.back();
  }
  in_.require(sum == in_.left(), sequence_bytes_fault, sizes_offset);
  if (in_.ok()) read_references(block);
}

void BlockReader::read_references(const BlockLines& block) {
  const std::uint64_t offset = in_.offset();
  references_.resize(block.count());
  for_each_sequence(references_.size(), [&](std::size_t begin, std::size_t count) {
    decode_next(codes_.references, std::span(references_).subspan(begin, count));
  });
  if (!in_.ok()) return;
  judge_references(block, offset);
  if (!in_.ok()) return;
  order_ = visiting_order(references_);
  in_.require(order_.size() == references_.size(), circle_fault, offset);
}

/// From distances back to references.
void BlockReader::judge_references(const BlockLines& block, std::uint64_t offset) {
  const std::uint32_t lines = block.count();
  const std::uint64_t segments = block.lines.segments();
  for (std::uint32_t i = 0; i < lines; ++i) {
    const std::uint32_t distance = little_endian(references_[i]);
    if (!in_.require(distance < lines, reference_fault, offset)) return;
    references_[i] = i >= distance ? i - distance : i + lines - distance;
    const std::uint32_t between = std::max(i, references_[i]) - std::min(i, references_[i]);
    if (!in_.require(between % segments == 0, segment_fault, offset)) return;
  }
}

void BlockReader::decode_next(const HuffmanCode& code, std::span<std::uint32_t> numbers) {
  if (!in_.ok()) return;
  const std::uint64_t offset = in_.offset();
  const ByteSpan sequence = in_.take(sequence_bytes_[sequence_++]);
  const auto decoded =
      SymbolDecoder(code, numbers.size()).decode(sequence, offset, std::as_writable_bytes(numbers));
  if (!decoded) in_.fail(decoded.error().fault, decoded.error().offset);
}

bool BlockReader::next_changes() {
  if (!in_.ok() || changes_left_ == 0) return false;
  const std::uint32_t count = std::min(changes_left_, coded_symbols_most);
  changes_left_ -= count;
  gaps_.resize(count);
  values_.resize(count);
  gaps_offset_ = in_.offset();
  decode_next(codes_.gaps, gaps_);
  decode_next(codes_.values, values_);
  return in_.ok();
}

Error BlockReader::past_end() const { return {past_end_fault, gaps_offset_, {}, {}}; }

namespace {

/// A map, its codes, and what they take beside terms that do not depend on the references.
struct Candidate {
  DeltaMap map;
  std::uint64_t bits;
  Codes codes;

  Candidate(const Tables& tables, const BlockLines& block, ByteSpan cells, References references)
      : map(from_cells(tables, block, cells, std::move(references))),
        bits(sequence_bits_most * 2 * sequence_count(map.gaps.size())),
        codes(choose_codes(map, tables, bits)) {}
};

/// With the references that were found, unless none at all take less: so the proved bound holds.
void encode_block(const Tables& tables, const BlockLines& block, ByteSpan cells, unsigned effort,
                  ByteWriter& out) {
  Candidate best(tables, block, cells, find_references(tables, block, cells, effort));
  References none(block.count());
  for (std::uint32_t i = 0; i < block.count(); ++i) none[i] = i;
  if (best.map.references != none) {
    Candidate plain(tables, block, cells, std::move(none));
    if (plain.bits <= best.bits) best = std::move(plain);
  }
  write_block(best.map, best.codes, out);
}

Result<void> decode_block(const Tables& tables, const BlockLines& block, ByteSpan stored,
                          std::uint64_t offset, std::span<std::byte> cells) {
  BlockReader in(tables, block, stored, offset);
  Patcher patcher(tables, block, in.references(), in.order(), cells);
  while (in.next_changes()) {
    if (!patcher.patch(in.gaps(), in.values())) return in.past_end();
  }
  if (!in.ok()) return in.error();
  patcher.finish();
  return {};
}

}  // namespace

const Encoding encoding{
    .id = 8,
    .name = "delta_map",
    .block_cells_most = 1u << 24,
    .table_use = TableUse::nonzero_code,
    .effort_least = 3,
    .symbols = Symbols::none,
    .both_directions = true,
    .follows_layout = true,
    .implicit_zeros = true,
    .fast_decode = true,
    .coded_bytes = nullptr,
    .encode_block = encode_block,
    .decode_block = decode_block,
    .multiply_block = multiply_block,
};

}  // namespace pondus::delta_map
