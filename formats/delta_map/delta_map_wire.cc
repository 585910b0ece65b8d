#include "formats/delta_map/delta_map_wire.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "codec/bits/packed.h"
#include "codec/entropy/huffman_stream.h"
#include "codec/entropy/run_code.h"

namespace pondus::delta_map {
namespace {

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

/// Bits that sequences of `numbers` numbers take at most beside their symbols, sizes included.
std::uint64_t sequence_bits_most(std::size_t numbers, const HuffmanCode& code) {
  std::uint64_t bits = 0;
  for_each_sequence(numbers, [&](std::size_t, std::size_t count) {
    bits += 8 * (sequence_overhead_most(stream_count(count, code.entries())) + 4);
  });
  return bits;
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

/// One bit for each cell, 1 in these places.
Bytes mask_of(std::span<const std::uint32_t> places, std::uint64_t cells) {
  Bytes mask(packed_bytes(cells, 1));
  for (const std::uint32_t place : places) mask[place / 8] |= std::byte{1} << place % 8;
  return mask;
}

std::vector<std::uint32_t> gaps_of(std::span<const std::uint32_t> places) {
  std::vector<std::uint32_t> gaps;
  gaps.reserve(places.size());
  std::uint32_t behind = 0;  // the last change
  for (const std::uint32_t place : places) gaps.push_back(place - std::exchange(behind, place + 1));
  return gaps;
}

}  // namespace

Codes choose_codes(const DeltaMap& map, const BlockLines& block, const Tables& tables,
                   std::uint64_t& bits) {
  const std::size_t changes = map.places.size();
  Codes codes;
  codes.references = code_for(distances_of(map.references), 0, bits);
  bits += sequence_bits_most(map.references.size(), codes.references);
  if (masked(changes, block.cells())) {
    if (changes < block.cells()) bits += block.cells();
  } else {
    codes.gaps = code_for(gaps_of(map.places), 0, bits);
    bits += sequence_bits_most(changes, codes.gaps);
  }
  codes.values = code_for(map.values, tables.entries(), bits);
  bits += sequence_bits_most(changes, codes.values);
  return codes;
}

void write_block(const DeltaMap& map, const Codes& codes, const BlockLines& block,
                 ByteWriter& out) {
  const bool with_mask = masked(map.places.size(), block.cells());
  const std::vector<std::uint32_t> distances = distances_of(map.references);
  const std::vector<std::uint32_t> gaps = gaps_of(map.places);
  SequenceWriter sequences;
  for_each_sequence(distances.size(), [&](std::size_t begin, std::size_t count) {
    sequences.write(codes.references, std::span(distances).subspan(begin, count));
  });
  for_each_sequence(map.values.size(), [&](std::size_t begin, std::size_t count) {
    if (!with_mask) sequences.write(codes.gaps, std::span(gaps).subspan(begin, count));
    sequences.write(codes.values, std::span(map.values).subspan(begin, count));
  });
  out.word(static_cast<std::uint32_t>(map.places.size()));
  codes.references.write(out);
  if (!with_mask) codes.gaps.write(out);
  codes.values.write(out);
  if (with_mask && map.places.size() < block.cells())
    out.bytes(mask_of(map.places, block.cells()));
  sequences.append_to(out);
}

namespace {

/// A map, its codes, and what they take beside terms that do not depend on the references.
struct Candidate {
  DeltaMap map;
  std::uint64_t bits = 0;
  Codes codes;

  Candidate(const Tables& tables, const BlockLines& block, ByteSpan cells, References references)
      : map(from_cells(tables, block, cells, std::move(references))),
        codes(choose_codes(map, block, tables, bits)) {}
};

/// With the references that were found, unless none at all take less: so the proved bound holds.
void encode_block(const Tables& tables, const BlockLines& block, ByteSpan cells, unsigned effort,
                  ByteWriter& out) {
  Candidate best(tables, block, cells, find_references(tables, block, cells, effort));
  References none(block.count());
  std::iota(none.begin(), none.end(), 0u);
  if (best.map.references != none) {
    Candidate plain(tables, block, cells, std::move(none));
    if (plain.bits <= best.bits) best = std::move(plain);
  }
  write_block(best.map, best.codes, block, out);
}

/// Each line as the one it refers to, and with its changes.
template <class Cell>
void make_lines(BlockReader& in, const BlockLines& block, ByteSpan entries, std::byte* cells) {
  const auto first = load<Cell>(entries.data());
  const std::uint64_t before = block.lines.cells_before(block.range.begin);
  const auto line_at = [&](std::uint32_t line) {
    const std::uint64_t begin = block.lines.cells_before(block.range.begin + line) - before;
    return cells + begin * sizeof(Cell);
  };
  Walk(in, block).run([&](std::uint32_t line, auto&& for_each_change) {
    std::byte* const to = line_at(line);
    const std::uint32_t reference = in.references()[line];
    const std::size_t bytes = std::size_t{block.cells_of(line)} * sizeof(Cell);
    if (reference == line) {
      std::memset(to, 0, bytes);
    } else {
      std::memcpy(to, line_at(reference), bytes);
    }
    const std::byte* const table = entries.data();
    for_each_change([=](std::uint32_t place, std::uint32_t number, unsigned) {
      std::byte* const at = to + std::size_t{place} * sizeof(Cell);
      const auto value = load<Cell>(table + std::size_t{number} * sizeof(Cell));
      store(at, changed(load<Cell>(at), value, first));
    });
  });
}

Result<void> decode_block(const Tables& tables, const BlockLines& block, ByteSpan stored,
                          std::uint64_t offset, std::span<std::byte> cells) {
  BlockReader in(tables, block, stored, offset);
  if (!in.ok()) return in.error();
  if (in.has_mask()) {
    MaskedLines lines(in, block, tables.code.cells(), block.cell_bytes, cells);
    while (lines.next()) {
    }
  } else {
    with_cell(block.cell_bytes, [&](auto cell) {
      make_lines<decltype(cell)>(in, block, tables.code.cells(), cells.data());
    });
  }
  if (!in.ok()) return in.error();
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
