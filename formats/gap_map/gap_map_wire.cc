#include <algorithm>
#include <cstring>
#include <memory>

#include "codec/base/limits.h"
#include "codec/bits/byte_reader.h"
#include "codec/entropy/run_code.h"
#include "codec/entropy/symbol_decoder.h"
#include "formats/block_product.h"
#include "formats/gap_map/gap_map.h"
#include "formats/gap_map/gap_map_kernels.h"

namespace pondus::gap_map {
namespace {

constexpr Fault truncated{"gap_map.truncated", Kind::malformed};
constexpr Fault tuple_fault{"gap_map.tuple", Kind::malformed};
constexpr Fault gap_bytes_fault{"gap_map.gap-bytes", Kind::malformed};
constexpr Fault past_end{"gap_map.past-end", Kind::malformed};
constexpr Fault lacking_value{"gap_map.lacking-value", Kind::malformed};

HuffmanCode gap_code_of(const GapMap& map) {
  std::vector<std::uint32_t> frequencies(std::ranges::max(map.gaps) + 1);
  for (const std::uint32_t gap : map.gaps) ++frequencies[gap];
  const RunCode code = build_run_code(frequencies);
  std::uint32_t gaps = 0;
  for (const Token token : code.tokens) gaps += 1u << token.extra;
  return {code.tokens, gaps};
}

/// How a block's values are coded, and what that takes; `code` is that of tuples of more than one
/// value.
struct ValueCoding {
  std::uint32_t tuple_values = 1;
  HuffmanCode code;
  std::vector<std::uint32_t> symbols;
  std::uint64_t bits = 0;
};

ValueCoding single_values(const HuffmanCode& code, std::span<const std::uint32_t> values) {
  ValueCoding coding;
  coding.symbols.assign(values.begin(), values.end());
  std::vector<std::uint8_t> bits;  // of the first entries, which are the frequent ones
  for (std::uint32_t i = 0; i < std::min(code.entries(), 256u); ++i)
    bits.push_back(static_cast<std::uint8_t>(code.symbol_bits(code.token_of(i))));
  for (const std::uint32_t value : values)
    coding.bits += value < bits.size() ? bits[value] : code.symbol_bits(code.token_of(value));
  return coding;
}

ValueCoding tuples(const HuffmanCode& code, std::uint32_t tuple_values,
                   std::span<const std::uint32_t> values) {
  ValueCoding coding;
  coding.tuple_values = tuple_values;
  const std::vector<std::uint32_t> order = tuple_order(code, tuple_values);
  std::vector<std::uint32_t> symbol_of(order.size());
  for (std::uint32_t symbol = 0; symbol < order.size(); ++symbol) symbol_of[order[symbol]] = symbol;
  coding.symbols = to_tuples(values, code.entries(), tuple_values);
  std::vector<std::uint32_t> frequencies(order.size());
  for (std::uint32_t& symbol : coding.symbols) ++frequencies[symbol = symbol_of[symbol]];
  const RunCode runs = build_run_code(frequencies);
  coding.code = HuffmanCode(runs.tokens, static_cast<std::uint32_t>(order.size()));
  ByteWriter out;
  coding.code.write(out);
  coding.bits = runs.coded_bits + 8 * out.size();
  return coding;
}

/// The cheapest, that of the fewest values per symbol if equal. Tuples are tried where they could
/// save more than 1/8 bit of each value, with more effort 1/64.
ValueCoding best_coding(const HuffmanCode& code, std::span<const std::uint32_t> values,
                        unsigned effort) {
  const std::size_t worth = values.size() >> std::min(effort + 2, 6u);
  ValueCoding best = single_values(code, values);
  if (code.entries() == 1 || tuple_count(code.entries(), 2) > tuples_most) return best;
  std::vector<std::uint32_t> frequencies(code.entries());
  for (const std::uint32_t value : values) ++frequencies[value];
  const std::uint64_t enough = ideal_bits(frequencies) + worth;
  for (std::uint32_t t = 2; t <= tuple_values_most && best.bits > enough; ++t) {
    if (tuple_count(code.entries(), t) > tuples_most) break;
    ValueCoding coding = tuples(code, t, values);
    if (coding.bits < best.bits) best = std::move(coding);
  }
  return best;
}

void encode_block(const Tables& tables, const BlockLines& block, ByteSpan cells, unsigned effort,
                  ByteWriter& out) {
  const GapMap map = from_cells(tables, block, cells);
  if (map.gaps.empty()) return;
  const HuffmanCode gap_code = gap_code_of(map);
  const ValueCoding coding = best_coding(tables.code.code(), map.values, effort);
  out.word(static_cast<std::uint16_t>(map.gaps.size() - 1));
  out.word(static_cast<std::uint8_t>(coding.tuple_values));
  gap_code.write(out);
  if (coding.tuple_values > 1) coding.code.write(out);
  ByteWriter gaps;
  encode_symbols(gap_code, map.gaps, gaps);
  out.word(static_cast<std::uint32_t>(gaps.size()));
  out.bytes(gaps.written());
  encode_symbols(coding.tuple_values > 1 ? coding.code : tables.code.code(), coding.symbols, out);
}

/// What stands before the sequences of a block that has entries.
struct Head {
  std::uint32_t entries = 0;
  std::uint32_t tuple_values = 1;
  HuffmanCode gap_code;
  HuffmanCode tuple_code;
};

Head read_head(ByteReader& in, const Tables& tables) {
  const std::uint64_t begin = in.offset();
  in.end_fault(truncated, begin);
  Head head;
  head.entries = in.word<std::uint16_t>() + 1u;
  head.tuple_values = in.word<std::uint8_t>();
  const std::uint32_t entries = tables.code.code().entries();
  const bool tuples = head.tuple_values >= 2 && head.tuple_values <= tuple_values_most &&
                      entries > 1 && tuple_count(entries, head.tuple_values) <= tuples_most;
  in.require(head.tuple_values == 1 || tuples, tuple_fault, begin);
  head.gap_code = HuffmanCode::read_tokens(in, 0);
  if (in.ok() && tuples)
    head.tuple_code = HuffmanCode::read_tokens(in, tuple_count(entries, head.tuple_values));
  return head;
}

/// Buffers that are reused from block to block; each is asked for once per block.
struct ReusedBuffers {
  std::vector<std::uint32_t>& words;
  Bytes& bytes;

  std::span<std::uint32_t> numbers(std::size_t count) {
    if (words.size() < count) words.resize(count);
    return std::span(words).first(count);
  }
  std::span<std::byte> values(std::size_t size) {
    if (bytes.size() < size) bytes.resize(size);
    return std::span(bytes).first(size);
  }
};

/// Those of one block, which would be cleared in vain.
struct OwnBuffers {
  std::unique_ptr<std::uint32_t[]> words;
  std::unique_ptr<std::byte[]> bytes;

  std::span<std::uint32_t> numbers(std::size_t count) {
    words = std::make_unique_for_overwrite<std::uint32_t[]>(count);
    return {words.get(), count};
  }
  std::span<std::byte> values(std::size_t size) {
    bytes = std::make_unique_for_overwrite<std::byte[]>(size);
    return {bytes.get(), size};
  }
};

/// The entries of a block: gaps, little endian, and the cells of their values.
struct Entries {
  std::span<const std::uint32_t> gaps{};
  ByteSpan values{};
};

/// Judges that the entries lie in the block's cells.
Result<void> judge_gaps(std::span<const std::uint32_t> gaps, const BlockLines& block,
                        std::uint64_t offset) {
  std::uint64_t cells = gaps.size();
  for (const std::uint32_t gap : gaps) cells += little_endian(gap);
  if (cells <= block.cells()) return {};
  return Error{past_end, offset, {}, {}};
}

/// Copies the `size` bytes of each tuple to `to`.
template <std::size_t size>
void copy_tuples(std::span<const std::uint32_t> tuples, const Bytes& cells, std::byte* to) {
  for (const std::uint32_t tuple : tuples) {
    std::memcpy(to, cells.data() + little_endian(tuple) * size, size);
    to += size;
  }
}

void copy_tuples(std::span<const std::uint32_t> tuples, const Bytes& cells, std::size_t size,
                 std::byte* to) {
  if (size == 8) return copy_tuples<8>(tuples, cells, to);
  if (size == 12) return copy_tuples<12>(tuples, cells, to);
  if (size == 16) return copy_tuples<16>(tuples, cells, to);
  for (const std::uint32_t tuple : tuples)
    to = std::copy_n(cells.data() + little_endian(tuple) * size, size, to);
}

/// `tuples` is room for as many as there are entries.
Result<void> decode_tuples(const Tables& tables, const Head& head, std::uint32_t cell_bytes,
                           ByteSpan sequence, std::uint64_t offset, std::span<std::uint32_t> tuples,
                           std::byte* values) {
  const std::uint32_t count = (head.entries + head.tuple_values - 1) / head.tuple_values;
  tuples = tuples.first(count);
  auto decoded = SymbolDecoder(head.tuple_code, count)
                     .decode(sequence, offset, std::as_writable_bytes(tuples));
  if (!decoded) return decoded;
  const std::uint32_t in_last = head.entries - (count - 1) * head.tuple_values;
  const HuffmanCode& code = tables.code.code();
  const std::uint32_t last = tuple_order(code, head.tuple_values)[little_endian(tuples.back())];
  if (last >= tuple_count(code.entries(), in_last)) return Error{lacking_value, offset, {}, {}};
  copy_tuples(tuples, tuple_cells(tables, head.tuple_values, cell_bytes),
              std::size_t{head.tuple_values} * cell_bytes, values);
  return {};
}

/// `judge(gaps)` before the values; `cell_bytes` are those of the tables' cells.
template <class Buffers, class Judge>
Result<Entries> decode_entries(const Tables& tables, std::uint32_t cell_bytes, ByteSpan stored,
                               std::uint64_t offset, Buffers& buffers, Judge&& judge) {
  if (stored.empty()) return Entries();
  ByteReader in(stored, offset);
  const Head head = read_head(in, tables);
  in.end_fault(truncated, offset);
  const auto gap_bytes = in.word<std::uint32_t>();
  const std::uint64_t gaps_offset = in.offset();
  in.end_fault(gap_bytes_fault, gaps_offset - sizeof gap_bytes);
  const ByteSpan gaps = in.take(gap_bytes);
  if (!in.ok()) return in.error();
  const bool tuples = head.tuple_values > 1;
  const auto room = buffers.numbers(std::size_t{head.entries} * (tuples ? 2 : 1));
  const auto numbers = room.first(head.entries);
  auto decoded = SymbolDecoder(head.gap_code, head.entries)
                     .decode(gaps, gaps_offset, std::as_writable_bytes(numbers));
  if (!decoded) return decoded.error();
  if (auto judged = judge(numbers); !judged) return judged.error();
  const auto cells = buffers.values(std::size_t{head.entries + tuple_values_most} * cell_bytes);
  const auto values = cells.first(std::size_t{head.entries} * cell_bytes);
  const std::uint64_t values_offset = in.offset();
  const ByteSpan sequence = in.take(in.left());
  decoded = tuples ? decode_tuples(tables, head, cell_bytes, sequence, values_offset,
                                   room.subspan(head.entries), cells.data())
                   : tables.code.decode(sequence, values_offset, values);
  if (!decoded) return decoded.error();
  return Entries{numbers, values};
}

Result<void> decode_block(const Tables& tables, const BlockLines& block, ByteSpan stored,
                          std::uint64_t offset, std::span<std::byte> cells) {
  OwnBuffers buffers;
  const auto entries = decode_entries(tables, block.cell_bytes, stored, offset, buffers,
                                      [&](auto gaps) { return judge_gaps(gaps, block, offset); });
  if (!entries) return entries.error();
  place_values(entries->gaps, entries->values, block.cell_bytes, cells);
  return {};
}

/// The machine's kernel for this product; null where it has none.
auto kernel_for(const BlockLines& block, const BlockProduct& product) {
  const GapKernels& kernels = gap_kernels.in_use();
  const LineRange wanted = product.wanted();
  const bool fits = product.inputs().stride == 1 && block.lines.segments() == 1 &&
                    wanted.end - wanted.begin == block.count();
  return !fits ? nullptr : product.inputs().along ? kernels.dot : kernels.axpy;
}

/// By the table's cells as float32. A kernel judges the gaps as it goes; where it or a decoder
/// finds a fault, it is named below.
Result<void> multiply_block(const Tables&, const BlockLines& block, ByteSpan stored,
                            std::uint64_t offset, BlockProduct& product) {
  ReusedBuffers buffers{product.scratch().numbers, product.scratch().floats};
  const auto decode = [&](auto&& judge) {
    return decode_entries(*product.inputs().tables, sizeof(float), stored, offset, buffers, judge);
  };
  if (const auto multiply = kernel_for(block, product); multiply != nullptr) {
    const auto entries = decode([](auto) { return Result<void>(); });
    if (entries && multiply({block.count(), block.cells_of(0), entries->gaps.size(),
                             entries->gaps.data(), entries->values.data()},
                            product.x(0), product.y(0)))
      return {};
  }
  const auto entries = decode([&](auto gaps) { return judge_gaps(gaps, block, offset); });
  if (!entries) return entries.error();
  product.add_entries(to_lines(entries->gaps, block), entries->values);
  return {};
}

}  // namespace

const Encoding encoding{
    .id = 6,
    .name = "gap_map",
    .block_cells_most = 1u << 22,
    .table_use = TableUse::nonzero_code,
    .effort_least = 1,
    .symbols = Symbols::entries,
    .both_directions = true,
    .follows_layout = true,
    .implicit_zeros = true,
    .fast_decode = true,
    .coded_bytes = nullptr,
    .encode_block = encode_block,
    .decode_block = decode_block,
    .multiply_block = multiply_block,
};

}  // namespace pondus::gap_map
