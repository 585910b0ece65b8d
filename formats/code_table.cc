#include "formats/code_table.h"

#include <algorithm>

#include "codec/base/instruction_set.h"
#include "codec/bits/lookup.h"
#include "codec/entropy/huffman_build.h"
#include "formats/matrix.h"

namespace pondus {
namespace {

constexpr Fault zero_fault{"code.zero", Kind::malformed};
constexpr Fault token_order_fault{"code.token-order", Kind::malformed};
constexpr Fault order_fault{"code.order", Kind::malformed};
constexpr Fault distinct_fault{"code.distinct", Kind::malformed};

std::size_t no_rows(const KernelCode&, const std::byte*, KernelStreams&, std::size_t, std::byte*) {
  return 0;
}

constexpr Kernels<DecodeRows> row_kernels{.portable = no_rows,
                                          .avx2 = PONDUS_X86(decode_rows_avx2),
                                          .avx512 = PONDUS_X86(decode_rows_avx512),
                                          .neon = PONDUS_ARM(decode_rows_neon)};

/// Bits of a load that hold symbols whatever the bit position.
constexpr std::uint32_t load_bits = 57;

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

/// The number of symbols per load that `work` is called with is the greatest of these that fits.
template <class Work>
void with_symbols_per_load(std::uint32_t symbol_bits, Work&& work) {
  if (symbol_bits * 7 <= load_bits) return work(std::integral_constant<unsigned, 7>());
  if (symbol_bits * 5 <= load_bits) return work(std::integral_constant<unsigned, 5>());
  if (symbol_bits * 4 <= load_bits) return work(std::integral_constant<unsigned, 4>());
  if (symbol_bits * 3 <= load_bits) return work(std::integral_constant<unsigned, 3>());
  if (symbol_bits * 2 <= load_bits) return work(std::integral_constant<unsigned, 2>());
  work(std::integral_constant<unsigned, 1>());
}

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
    read.make_places();
    read.make_kernel_code();
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
  table.make_places();
  table.make_kernel_code();
  return table;
}

void CodeTable::make_places() {
  const auto tokens_by_place = token_places(code_);
  const auto tokens = code_.tokens();
  const std::uint32_t bits_most = code_.symbol_bits_most();
  if (bits_most > direct_bits_most) {
    RunPlaces made;
    made.places.reserve(tokens_by_place.size());
    for (const std::uint8_t t : tokens_by_place) {
      made.places.push_back(run_place(code_.first(t), tokens[t].length, code_.symbol_bits(t)));
    }
    places_ = std::move(made);
    return;
  }
  with_cell(cell_bytes_, [&](auto cell) {
    using Cell = decltype(cell);
    DirectPlaces<Cell> made;
    made.places.reserve(std::size_t{1} << bits_most);
    for (std::uint32_t place = 0; place < 1u << bits_most; ++place) {
      const std::size_t t = tokens_by_place[place % code_places];
      const std::uint32_t number = place >> tokens[t].length & ((1u << tokens[t].extra) - 1);
      const std::uint32_t entry = code_.first(t) + number;
      const std::uint64_t past = entry < code_.entries() ? 0 : past_entries;
      const std::uint32_t at = std::min(entry, code_.entries() - 1);
      made.places.push_back(DirectStep<Cell>::place(load<Cell>(&cells_[at * sizeof(Cell)]),
                                                    code_.symbol_bits(t) | past));
    }
    places_ = std::move(made);
  });
}

void CodeTable::make_kernel_code() {
  if (code_.tokens().size() < 2) return;
  kernel_code_ = kernel_code(code_, cells_, cell_bytes_);
}

std::size_t CodeTable::decode_rows(ByteSpan sequence, std::uint32_t* positions,
                                   std::span<std::byte> cells, bool& past_end) const {
  if (code_.tokens().size() < 2) return 0;
  KernelStreams streams;
  streams.sequence = sequence.data();
  streams.last = static_cast<std::uint32_t>(sequence.size() - stream_tail_bytes);
  std::copy_n(positions, streams_most, streams.positions);
  const std::size_t all_rows = cells.size() / cell_bytes_ / streams_most;
  std::size_t rows = 0;
  if (kernel_code_.gives_numbers) {
    rows = decode_numbers(streams, all_rows, cells.data());
  } else {
    rows = row_kernels.in_use()(kernel_code_, cells_.data(), streams, all_rows, cells.data());
  }
  std::ranges::copy(streams.positions, positions);
  past_end = streams.past_end;
  return rows;
}

std::size_t CodeTable::decode_numbers(KernelStreams& streams, std::size_t rows,
                                      std::byte* cells) const {
  constexpr std::size_t rows_at_once = 128;
  std::uint8_t numbers[rows_at_once * streams_most];
  const LookupPlanes planes = lookup_planes(cells_, cell_bytes_);
  std::size_t row = 0;
  for (std::size_t done = 1; done != 0; row += done) {
    done = row_kernels.in_use()(kernel_code_, nullptr, streams, std::min(rows - row, rows_at_once),
                                reinterpret_cast<std::byte*>(numbers));
    const std::size_t symbols = done * streams_most;
    look_up_bytes(planes, std::span(numbers).first(symbols),
                  cells + row * streams_most * cell_bytes_);
  }
  return row;
}

/// Whether a symbol past the last entry came.
template <class Cell>
bool CodeTable::decode_cells(ByteSpan sequence, const StreamLayout& layout,
                             std::uint32_t* positions, std::span<std::byte> cells) const {
  const auto run = [&](auto step) {
    with_symbols_per_load(code_.symbol_bits_most(), [&](auto per_load) {
      if (layout.count == 1) {
        decode_streams<1, per_load.value, Cell>(sequence, step, positions, cells);
      } else {
        decode_streams<streams_most, per_load.value, Cell>(sequence, step, positions, cells);
      }
    });
    return step.past_end();
  };
  if (const auto* const made = std::get_if<DirectPlaces<Cell>>(&places_)) {
    return run(DirectStep<Cell>{made->places.data(), made->places.size() - 1});
  }
  return run(
      RunStep<Cell>{std::get<RunPlaces>(places_).places.data(), cells_.data(), code_.entries()});
}

Result<void> CodeTable::decode(ByteSpan sequence, std::uint64_t offset,
                               std::span<std::byte> cells) const {
  const auto layout = read_layout(sequence, cells.size() / cell_bytes_, code_.entries(), offset);
  if (!layout) return layout.error();
  if (layout->count == 0) {
    for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = cells_[i % cell_bytes_];
    return {};
  }
  std::uint32_t positions[streams_most];
  std::ranges::copy(layout->begin_bits, positions);
  bool past_end = false;
  const std::size_t rows =
      layout->count == 1 ? 0 : decode_rows(sequence, positions, cells, past_end);
  past_end = with_cell(cell_bytes_, [&](auto cell) {
    const auto rest = cells.subspan(rows * streams_most * sizeof cell);
    return decode_cells<decltype(cell)>(sequence, *layout, positions, rest) || past_end;
  });
  if (auto judged = judge_streams(sequence, *layout, positions, offset); !judged) return judged;
  return judge_entries(past_end ? code_.entries() : 0, code_.entries(), offset);
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
