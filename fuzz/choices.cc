#include "fuzz/choices.h"

#include <algorithm>

#include "codec/bits/packed.h"
#include "codec/entropy/huffman_stream.h"
#include "formats/context_map/context_map.h"
#include "formats/delta_map/delta_map_wire.h"
#include "formats/gap_map/gap_map.h"

namespace pondus::fuzz {
namespace {

Bytes gap_map_from_choices(const Tables& tables, const BlockLines& block, ByteSpan payload,
                           ByteSpan cells) {
  const gap_map::GapMap map = gap_map::from_cells(tables, block, cells);
  if (map.gaps.empty()) return {};
  const HuffmanCode& code = tables.code.code();
  ByteReader in(payload);
  in.word<std::uint16_t>();
  const auto tuple_values = in.word<std::uint8_t>();
  const HuffmanCode gap_code = HuffmanCode::read_tokens(in, 0);
  ByteWriter out;
  out.word(static_cast<std::uint16_t>(map.gaps.size() - 1));
  out.word(tuple_values);
  gap_code.write(out);
  HuffmanCode value_code = code;
  std::vector<std::uint32_t> symbols = map.values;
  if (tuple_values > 1) {
    const auto order = gap_map::tuple_order(code, tuple_values);
    value_code = HuffmanCode::read_tokens(in, static_cast<std::uint32_t>(order.size()));
    value_code.write(out);
    symbols = gap_map::to_tuples(map.values, code.entries(), tuple_values);
    for (std::uint32_t& symbol : symbols)
      symbol = static_cast<std::uint32_t>(std::ranges::find(order, symbol) - order.begin());
  }
  ByteWriter gaps;
  encode_symbols(gap_code, map.gaps, gaps);
  out.word(static_cast<std::uint32_t>(gaps.size()));
  out.bytes(gaps.written());
  encode_symbols(value_code, symbols, out);
  return out.take();
}

Bytes delta_map_from_choices(const Tables& tables, const BlockLines& block, ByteSpan payload,
                             ByteSpan cells) {
  const delta_map::BlockReader in(tables, block, payload, 0);
  ByteWriter out;
  delta_map::write_block(delta_map::from_cells(tables, block, cells, in.references()), in.codes(),
                         block, out);
  return out.take();
}

Bytes context_map_from_choices(const Tables& tables, const BlockLines& block, ByteSpan payload,
                               ByteSpan cells) {
  const std::uint32_t entries = tables.entries();
  ByteWriter out;
  if (load<std::uint32_t>(payload.data()) != 0) {
    const auto map = context_map::read_coded(block.cells(), entries, payload, 0);
    if (map) context_map::write_coded(*map, entries, out);
    return out.take();
  }
  const std::uint32_t width = bit_length(entries - 1);
  out.word(std::uint32_t{0});
  PackedWriter packed(out.extend(packed_bytes(block.cells(), width)), width);
  for (const std::uint32_t index : tables.index->words_of(cells, block.cell_bytes))
    packed.next(index);
  packed.finish();
  return out.take();
}

}  // namespace

std::optional<Bytes> from_choices(const Encoding& encoding, const Tables& tables,
                                  const BlockLines& block, ByteSpan payload, ByteSpan cells) {
  if (encoding.name == "dense" || encoding.name == "zstd_map") return std::nullopt;
  if (encoding.name == "gap_map") return gap_map_from_choices(tables, block, payload, cells);
  if (encoding.name == "delta_map") return delta_map_from_choices(tables, block, payload, cells);
  if (encoding.name == "context_map")
    return context_map_from_choices(tables, block, payload, cells);
  ByteWriter out;
  encoding.encode_block(tables, block, cells, effort_default, out);
  return out.take();
}

}  // namespace pondus::fuzz
