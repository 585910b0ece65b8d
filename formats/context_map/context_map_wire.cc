#include <algorithm>

#include "codec/bits/byte_reader.h"
#include "codec/bits/packed.h"
#include "formats/context_map/model_coder.h"

namespace pondus::context_map {
namespace {

constexpr Fault size_fault{"context_map.size", Kind::malformed};
constexpr Fault side_end_fault{"context_map.side-end", Kind::malformed};
constexpr Fault words_fault{"context_map.words", Kind::malformed};
constexpr Fault states_fault{"context_map.states", Kind::malformed};
constexpr Fault extra_fault{"context_map.extra", Kind::malformed};
constexpr Fault padding_fault{"context_map.padding", Kind::malformed};
constexpr Fault index_fault{"context_map.index", Kind::malformed};

constexpr std::size_t side_offset = 8;
constexpr std::size_t packed_offset = 4;

std::uint32_t index_bits(std::uint32_t entries) { return bit_length(entries - 1u); }

/// The extra bits of all cells, first to last.
void write_extra(const ContextMap& map, ByteWriter& out) {
  std::uint64_t held = 0;
  std::uint32_t held_bits = 0;
  const auto byte = [&] { out.word(static_cast<std::uint8_t>(held)); };
  for (std::size_t i = 0; i < map.extra.size(); ++i) {
    held |= std::uint64_t{map.extra[i]} << held_bits;
    held_bits += map.model.extra_bits[map.tokens[i]];
    for (; held_bits >= 8; held >>= 8, held_bits -= 8) byte();
  }
  if (held_bits > 0) byte();
}

Result<void> read_extra(ContextMap& map, ByteSpan stored, std::uint32_t entries,
                        std::uint64_t offset) {
  const auto firsts = token_firsts(map.model.extra_bits);
  std::uint64_t bits = 0;
  if (entries > tokens_most)
    for (const std::uint8_t token : map.tokens) bits += map.model.extra_bits[token];
  if (stored.size() != (bits + 7) / 8) return Error{extra_fault, offset, {}, {}};
  if (entries <= tokens_most) return {};
  map.extra.resize(map.tokens.size());
  std::uint64_t held = 0;
  std::uint32_t held_bits = 0;
  std::size_t at = 0;
  std::uint32_t greatest = 0;
  for (std::size_t i = 0; i < map.extra.size(); ++i) {
    const std::uint32_t width = map.model.extra_bits[map.tokens[i]];
    for (; held_bits < width; held_bits += 8)
      held |= std::uint64_t{load<std::uint8_t>(&stored[at++])} << held_bits;
    map.extra[i] = static_cast<std::uint32_t>(held & ((std::uint64_t{1} << width) - 1));
    held >>= width;
    held_bits -= width;
    greatest = std::max(greatest, firsts[map.tokens[i]] + map.extra[i]);
  }
  if (held != 0) return Error{padding_fault, offset + stored.size() - 1, {}, {}};
  if (greatest >= entries) return Error{index_fault, offset, {}, {}};
  return {};
}

}  // namespace

void write_coded(const ContextMap& map, std::uint32_t entries, ByteWriter& out) {
  BinaryEncoder coder;
  Model model = map.model;
  [[maybe_unused]] const bool valid = ModelCoder(coder, model, entries).code();
  assert(valid && model == map.model);
  const Bytes side = coder.finish();
  ByteWriter extra;
  write_extra(map, extra);
  out.word(static_cast<std::uint32_t>(side.size()));
  out.word(static_cast<std::uint32_t>(extra.size()));
  out.bytes(side);
  out.bytes(extra.written());
  const auto contexts = cell_contexts(model, map.tokens);
  RansEncoder rans(model.tables);
  for (std::size_t i = map.tokens.size(); i-- > 0;)
    rans.put(i % model.width % rans_lanes, model.map[contexts[i]], map.tokens[i]);
  rans.finish(out);
}

namespace {

/// Parts of a coded block.
struct Parts {
  ByteSpan side;
  ByteSpan extra;
  ByteSpan coded;
};

Result<Parts> split(ByteSpan stored, std::uint64_t cells, std::uint64_t offset) {
  ByteReader in(stored, offset);
  in.end_fault(size_fault, offset);
  in.require(cells >= coded_cells_least, size_fault, offset);
  const auto side_bytes = in.word<std::uint32_t>();
  const auto extra_bytes = in.word<std::uint32_t>();
  Parts parts{in.take(side_bytes), in.take(extra_bytes), {}};
  parts.coded = in.take(in.left());
  in.require(parts.coded.size() >= rans_states_bytes && parts.coded.size() % 2 == 0, size_fault,
             offset);
  if (!in.ok()) return in.error();
  return parts;
}

Result<void> read_tokens(ContextMap& map, ByteSpan coded, std::uint64_t offset) {
  const ByteSpan stored = coded.subspan(rans_states_bytes);
  if (stored.size() / 2 > map.model.cells) return Error{words_fault, offset, {}, {}};
  RansStates states = read_states(coded);
  RansWords words(stored);
  const bool begun = std::ranges::all_of(states, [](auto s) { return s >= rans_state_least; });
  decode_tokens(map, states, words);
  if (!words.at_end()) return Error{words_fault, offset, {}, {}};
  const bool done = std::ranges::all_of(states, [](auto s) { return s == rans_state_least; });
  if (!begun || !done) return Error{states_fault, offset, {}, {}};
  return {};
}

}  // namespace

Result<ContextMap> read_coded(std::uint64_t cells, std::uint32_t entries, ByteSpan stored,
                              std::uint64_t offset) {
  const auto parts = split(stored, cells, offset);
  if (!parts) return parts.error();
  ContextMap map;
  map.model.cells = static_cast<std::uint32_t>(cells);
  BinaryDecoder coder(parts->side);
  ModelCoder model(coder, map.model, entries);
  if (!model.code()) return Error{model.fault(), offset + side_offset, {}, {}};
  if (!coder.at_end()) return Error{side_end_fault, offset + side_offset, {}, {}};
  if (auto read = read_tokens(map, parts->coded, offset); !read) return read.error();
  const std::uint64_t extra_offset = offset + side_offset + parts->side.size();
  auto extra = read_extra(map, parts->extra, entries, extra_offset);
  if (!extra) return extra.error();
  return map;
}

namespace {

/// Indices of a fixed width, for blocks that models do not make smaller.
void write_packed(std::span<const std::uint32_t> indices, std::uint32_t entries, ByteWriter& out) {
  const std::uint32_t width = index_bits(entries);
  out.word(std::uint32_t{0});
  PackedWriter packed(out.extend(packed_bytes(indices.size(), width)), width);
  for (const std::uint32_t index : indices) packed.next(index);
  packed.finish();
}

Result<void> read_packed(std::vector<std::uint32_t>& indices, std::uint32_t entries,
                         ByteSpan stored, std::uint64_t offset) {
  const std::uint32_t width = index_bits(entries);
  if (stored.size() != packed_offset + packed_bytes(indices.size(), width))
    return Error{size_fault, offset, {}, {}};
  if (!unpack(stored.subspan(packed_offset), width, indices))
    return Error{padding_fault, offset + stored.size() - 1, {}, {}};
  if (std::ranges::max(indices) >= entries)
    return Error{index_fault, offset + packed_offset, {}, {}};
  return {};
}

void encode_block(const Tables& tables, const BlockLines& block, ByteSpan cells, unsigned effort,
                  ByteWriter& out) {
  const std::uint32_t entries = tables.codebook.entries();
  ByteWriter coded;
  if (block.cells() >= coded_cells_least && entries > 1)
    write_coded(from_cells(tables, block, cells, effort), entries, coded);
  const std::size_t packed = packed_offset + packed_bytes(block.cells(), index_bits(entries));
  if (coded.size() != 0 && coded.size() < packed) return out.bytes(coded.written());
  write_packed(tables.index->words_of(cells, block.cell_bytes), entries, out);
}

Result<void> decode_block(const Tables& tables, const BlockLines& block, ByteSpan stored,
                          std::uint64_t offset, std::span<std::byte> cells) {
  const std::uint32_t entries = tables.codebook.entries();
  if (stored.size() < packed_offset) return Error{size_fault, offset, {}, {}};
  if (load<std::uint32_t>(stored.data()) == 0) {
    std::vector<std::uint32_t> indices(block.cells());
    if (auto read = read_packed(indices, entries, stored, offset); !read) return read;
    look_up(tables.codebook.cells(), indices, block.cell_bytes, cells);
    return {};
  }
  const auto map = read_coded(block.cells(), entries, stored, offset);
  if (!map) return map.error();
  to_cells(*map, tables, block, cells);
  return {};
}

}  // namespace

const Encoding encoding{
    .id = 9,
    .name = "context_map",
    .block_cells_most = block_cells_most,
    .table_use = TableUse::codebook,
    .effort_least = 4,
    .symbols = Symbols::none,
    .both_directions = true,
    .follows_layout = true,
    .implicit_zeros = false,
    .fast_decode = false,
    .coded_bytes = nullptr,
    .encode_block = encode_block,
    .decode_block = decode_block,
};

}  // namespace pondus::context_map
