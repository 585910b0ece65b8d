#include "formats/code_table.h"

#include <algorithm>

#include "codec/entropy/huffman_build.h"
#include "formats/matrix.h"

namespace pondus {
namespace {

constexpr Fault zero_fault{"code.zero", Kind::malformed};
constexpr Fault token_order_fault{"code.token-order", Kind::malformed};
constexpr Fault order_fault{"code.order", Kind::malformed};
constexpr Fault distinct_fault{"code.distinct", Kind::malformed};

template <class Cell>
class EntryJudge {
 public:
  EntryJudge(const HuffmanCode& code, ByteSpan cells, std::uint64_t table_offset,
             std::uint64_t cells_offset)
      : code_(code), cells_(cells), table_offset_(table_offset), cells_offset_(cells_offset) {}

  Result<void> judge() const {
    for (std::uint32_t i = 1; i < code_.entries(); ++i) {
      if (at(i) == 0) return Error{zero_fault, table_offset_, {}, {}};
    }
    if (zero_token() && code_.tokens()[0].extra != 0)
      return Error{zero_fault, table_offset_, {}, {}};
    if (!tokens_in_order()) return Error{token_order_fault, table_offset_, {}, {}};
    if (auto judged = entries_in_order(); !judged) return judged;
    return distinct();
  }

 private:
  Cell at(std::size_t entry) const { return load<Cell>(&cells_[entry * sizeof(Cell)]); }
  /// Whether the first token is that of zero alone.
  bool zero_token() const { return at(0) == 0 && code_.tokens().size() > 1; }

  bool tokens_in_order() const {
    const auto tokens = code_.tokens();
    for (std::size_t t = zero_token() ? 2 : 1; t < tokens.size(); ++t) {
      const std::pair before{code_.symbol_bits(t - 1), tokens[t - 1].extra};
      if (std::pair{code_.symbol_bits(t), tokens[t].extra} < before) return false;
    }
    return true;
  }

  Result<void> entries_in_order() const {
    const auto tokens = code_.tokens();
    for (std::size_t t = 0; t < tokens.size(); ++t) {
      const bool new_class = t == 0 || tokens[t] != tokens[t - 1] || (t == 1 && zero_token());
      for (std::uint32_t i = code_.first(t) + new_class; i < code_.first(t + 1); ++i) {
        if (at(i) <= at(i - 1)) return Error{order_fault, cells_offset_ + i * sizeof(Cell), {}, {}};
      }
    }
    return {};
  }

  /// By sorting a copy: the classes ascend already, so this is a merge of few runs.
  Result<void> distinct() const {
    std::vector<std::pair<Cell, std::uint32_t>> sorted(code_.entries());
    for (std::uint32_t i = 0; i < sorted.size(); ++i) sorted[i] = {at(i), i};
    for (std::size_t t = 1; t < code_.tokens().size(); ++t) {
      const auto end = sorted.begin() + code_.first(t + 1);
      std::inplace_merge(sorted.begin(), sorted.begin() + code_.first(t), end);
    }
    std::uint32_t twice = code_.entries();
    for (std::size_t i = 1; i < sorted.size(); ++i) {
      if (sorted[i].first == sorted[i - 1].first) twice = std::min(twice, sorted[i].second);
    }
    if (twice == code_.entries()) return {};
    return Error{distinct_fault, cells_offset_ + twice * sizeof(Cell), {}, {}};
  }

  const HuffmanCode& code_;
  ByteSpan cells_;
  std::uint64_t table_offset_;
  std::uint64_t cells_offset_;
};

}  // namespace

Result<CodeTable> CodeTable::read(ByteSpan table, std::uint32_t cell_bytes, std::uint64_t offset) {
  ByteReader in(table, offset);
  CodeTable read;
  read.code_ = HuffmanCode::read(in, cell_bytes);
  if (!in.ok()) return in.error();
  read.cell_bytes_ = cell_bytes;
  const std::uint64_t cells_offset = in.offset();
  read.cells_ = in.take(in.left());
  return with_cell(cell_bytes, [&](auto cell) -> Result<CodeTable> {
    using Cell = decltype(cell);
    const auto judged = EntryJudge<Cell>(read.code_, read.cells_, offset, cells_offset).judge();
    if (!judged) return judged.error();
    read.decoder_ = SymbolDecoder(read.code_, read.cells_, cell_bytes);
    return std::move(read);
  });
}

bool CodeTable::has_zero() const {
  return !cells_.empty() && std::ranges::all_of(cells_.first(cell_bytes_),
                                                [](std::byte b) { return b == std::byte{0}; });
}

CodeTable CodeTable::with_cells(ByteSpan cells, std::uint32_t cell_bytes) const {
  CodeTable table;
  table.code_ = code_;
  table.cells_ = cells;
  table.cell_bytes_ = cell_bytes;
  table.decoder_ = SymbolDecoder(code_, cells, cell_bytes);
  return table;
}

BuiltCodeTable build_code_table(ByteSpan cells, std::span<const std::uint64_t> frequencies,
                                std::uint32_t cell_bytes) {
  const bool has_zero =
      std::ranges::all_of(cells.first(cell_bytes), [](std::byte b) { return b == std::byte{0}; });
  const BuiltCode built = build_code(frequencies, has_zero);
  ByteWriter out;
  HuffmanCode(built.tokens, static_cast<std::uint32_t>(frequencies.size())).write(out);
  for (const std::uint32_t entry : built.entries)
    out.bytes(cells.subspan(std::size_t{entry} * cell_bytes, cell_bytes));
  return {out.take(), built.coded_bits};
}

}  // namespace pondus
