#include "codec/entropy/symbol_decoder.h"

#include <algorithm>
#include <bit>

#include "codec/base/instruction_set.h"
#include "codec/bits/little_endian.h"
#include "codec/bits/lookup.h"
#include "codec/entropy/huffman_loops.h"
#include "codec/entropy/kernel_code.h"

namespace pondus {
namespace {

struct PortableSet {
  static std::uint64_t load(const std::byte* at) { return pondus::load<std::uint64_t>(at); }
};
using Loops = StreamLoops<PortableSet>;

constexpr std::uint32_t direct_bits_most = 12;

/// Fills `bytes` with copies of the first `done`.
void repeat(std::span<std::byte> bytes, std::size_t done) {
  for (; done < bytes.size(); done *= 2)
    std::copy_n(bytes.begin(), std::min(done, bytes.size() - done), &bytes[done]);
}

/// Asks memory for all of a sequence: 32 streams are more than machines follow by themselves.
void prefetch(ByteSpan sequence) {
  constexpr std::size_t cache_line = 64;
  for (std::size_t i = 0; i < sequence.size(); i += cache_line) __builtin_prefetch(&sequence[i]);
}

/// Whether the last token stands for more entries than there are.
bool is_partial(const HuffmanCode& code) {
  const std::size_t last = code.tokens().size() - 1;
  return code.entries() - code.first(last) != 1u << code.tokens()[last].extra;
}

std::uint32_t place_bits_for(const HuffmanCode& code) {
  const std::uint32_t bits = code.symbol_bits_most();
  if (bits <= 8 && !is_partial(code)) return 8;
  return bits <= 11 && !is_partial(code) ? 11 : direct_bits_most;
}

/// For longer symbols, by the next 8 bits: in the low bytes the symbol's bits and the codeword's,
/// above the low 32 bits the token's first entry. `cell_bytes` 0 gives numbers.
template <unsigned cell_bytes>
struct RunStep {
  const std::uint64_t* places = nullptr;
  const std::byte* cells = nullptr;
  std::uint32_t entries = 0;
  std::uint32_t greatest = 0;

  void next(std::uint64_t& bits, std::byte* to) {
    const std::uint64_t place = places[bits % code_places];
    const std::uint64_t symbol = bits & ((std::uint64_t{1} << place % 64) - 1);
    const auto entry = static_cast<std::uint32_t>((place >> 32) + (symbol >> (place >> 8) % 64));
    bits >>= place % 64;
    greatest = std::max(greatest, entry);
    if constexpr (cell_bytes == 0) {
      store(to, entry);
    } else {
      std::copy_n(cells + std::size_t{std::min(entry, entries - 1)} * cell_bytes, cell_bytes, to);
    }
  }
};

template <unsigned per_load, unsigned cell_bytes>
void decode_runs(unsigned stream_count, RunStep<cell_bytes>& step, KernelStreams& streams,
                 std::size_t symbols, std::byte* to) {
  constexpr unsigned stored = cell_bytes == 0 ? 4 : cell_bytes;
  if (stream_count == 1)
    return Loops::decode_streams<1, per_load, stored>(streams, step, symbols, to);
  Loops::decode_streams<streams_most, per_load, stored>(streams, step, symbols, to);
}

template <unsigned cell_bytes>
void decode_runs(unsigned stream_count, RunStep<cell_bytes> step, std::uint32_t symbol_bits,
                 KernelStreams& streams, std::size_t symbols, std::byte* to) {
  if (symbol_bits <= 11) {
    decode_runs<5>(stream_count, step, streams, symbols, to);
  } else if (symbol_bits <= 14) {
    decode_runs<4>(stream_count, step, streams, symbols, to);
  } else if (symbol_bits <= 19) {
    decode_runs<3>(stream_count, step, streams, symbols, to);
  } else if (symbol_bits <= 28) {
    decode_runs<2>(stream_count, step, streams, symbols, to);
  } else {
    decode_runs<1>(stream_count, step, streams, symbols, to);
  }
  streams.past_end = streams.past_end || step.greatest >= step.entries;
}

std::size_t no_rows(const KernelCode&, const std::byte*, KernelStreams&, std::size_t, std::byte*) {
  return 0;
}

constexpr RowKernels rows_portable{no_rows};
constexpr Kernels<RowKernels> row_kernels{
    .portable = &rows_portable, .avx512 = PONDUS_X86(&rows_avx512), .neon = PONDUS_ARM(&rows_neon)};
constexpr Kernels<DecodeDirect> direct_kernels{.portable = Loops::decode_direct,
                                               .avx2 = PONDUS_X86(decode_direct_avx2)};

}  // namespace

SymbolDecoder::SymbolDecoder(const HuffmanCode& code, ByteSpan cells, std::uint32_t cell_bytes)
    : entries_(code.entries()),
      symbol_bits_most_(code.symbol_bits_most()),
      cell_bytes_(cell_bytes),
      cells_(cells) {
  if (code.tokens().size() > 1) kernel_code_ = kernel_code(code, cells, cell_bytes);
  if (kernel_code_.gives_numbers)
    planes_ = std::make_shared<const LookupPlanes>(lookup_planes(cells, cell_bytes));
  make_places(code, symbol_bits_most_ <= direct_bits_most);
}

SymbolDecoder::SymbolDecoder(const HuffmanCode& code, std::size_t symbols)
    : entries_(code.entries()), symbol_bits_most_(code.symbol_bits_most()) {
  if (code.tokens().size() > 1) kernel_code_ = kernel_code(code, {}, 0);
  const bool by_kernel = row_kernels.in_use().all_rows && symbol_bits_most_ <= group_bits &&
                         stream_count(symbols, entries_) == streams_most;
  const std::size_t others = by_kernel ? symbols % streams_most : symbols;
  const bool pays = std::size_t{1} << place_bits_for(code) <= others;
  make_places(code, pays && symbol_bits_most_ <= direct_bits_most);
}

void SymbolDecoder::make_places(const HuffmanCode& code, bool direct) {
  if (!direct) return make_runs(code);
  if (cell_bytes_ == 1) return make_direct<std::uint8_t>(code);
  if (cell_bytes_ == 2) return make_direct<std::uint16_t>(code);
  if (cell_bytes_ == 8) return make_direct<std::uint64_t>(code);
  make_direct<std::uint32_t>(code);
}

/// The places of the next bits_most bits, which then repeat.
template <class Cell>
void SymbolDecoder::make_direct(const HuffmanCode& code) {
  place_bits_ = place_bits_for(code);
  partial_ = is_partial(code);
  direct_bits_.resize(std::size_t{1} << place_bits_);
  direct_cells_.resize(direct_bits_.size() * sizeof(Cell));
  const auto tokens = token_places(code);
  const std::size_t different = std::size_t{1} << symbol_bits_most_;
  for (std::size_t place = 0; place < different; ++place) {
    const std::size_t t = tokens[place % code_places];
    const Token token = code.tokens()[t];
    const auto number =
        static_cast<std::uint32_t>(place >> token.length) & ((1u << token.extra) - 1);
    const std::uint32_t entry = std::min(code.first(t) + number, entries_ - 1);
    const unsigned past = code.first(t) + number < entries_ ? 0 : past_entries;
    direct_bits_[place] = static_cast<std::uint8_t>(code.symbol_bits(t) | past);
    const Cell cell = cell_bytes_ == 0 ? static_cast<Cell>(entry)
                                       : load<Cell>(&cells_[std::size_t{entry} * sizeof(Cell)]);
    store(&direct_cells_[place * sizeof(Cell)], cell);
  }
  repeat(std::as_writable_bytes(std::span(direct_bits_)), different);
  repeat(direct_cells_, different * sizeof(Cell));
}

void SymbolDecoder::make_runs(const HuffmanCode& code) {
  runs_.reserve(code_places);
  for (const std::uint8_t t : token_places(code)) {
    runs_.push_back(std::uint64_t{code.first(t)} << 32 |
                    std::uint64_t{code.tokens()[t].length} << 8 | code.symbol_bits(t));
  }
}

DirectCode SymbolDecoder::direct() const {
  return {direct_bits_.data(), direct_cells_.data(), place_bits_,
          cell_bytes_ == 0 ? 4 : cell_bytes_, partial_};
}

/// How many a kernel is to take at a time.
void SymbolDecoder::expect_symbols(KernelStreams& streams, std::size_t symbols) const {
  const float bits =
      8 * static_cast<float>(streams.last) - static_cast<float>(streams.positions[0]);
  streams.symbols_often = symbols_often(kernel_code_, bits / static_cast<float>(symbols));
}

/// The first rows of 32 streams by a kernel, as many as it does.
std::size_t SymbolDecoder::decode_rows(KernelStreams& streams, std::span<std::byte> to) const {
  if (kernel_code_.entries == 0) return 0;
  const std::size_t symbols = to.size() / (cell_bytes_ == 0 ? 4 : cell_bytes_);
  expect_symbols(streams, symbols);
  const std::size_t rows = symbols / streams_most;
  if (kernel_code_.gives_numbers) return decode_bytes(streams, rows, to.data());
  return row_kernels.in_use().decode(kernel_code_, cells_.data(), streams, rows, to.data());
}

/// The same by numbers of entries, a byte each.
std::size_t SymbolDecoder::decode_bytes(KernelStreams& streams, std::size_t rows,
                                        std::byte* to) const {
  constexpr std::size_t rows_at_once = 240;  // whole steps of any kernel
  std::uint8_t numbers[rows_at_once * streams_most];
  std::size_t row = 0;
  for (std::size_t done = 1; done != 0; row += done) {
    done = row_kernels.in_use().decode(kernel_code_, nullptr, streams,
                                       std::min(rows - row, rows_at_once),
                                       reinterpret_cast<std::byte*>(numbers));
    const std::size_t symbols = done * streams_most;
    look_up_bytes(*planes_, std::span(numbers).first(symbols),
                  to + row * streams_most * cell_bytes_);
  }
  return row;
}

void SymbolDecoder::decode_rest(unsigned stream_count, KernelStreams& streams,
                                std::span<std::byte> to) const {
  if (place_bits_ != 0) {
    const DirectCode code = direct();
    return direct_kernels.in_use()(code, stream_count, streams, to.size() / code.cell_bytes,
                                   to.data());
  }
  const auto run = [&]<unsigned cell_bytes>() {
    const RunStep<cell_bytes> step{runs_.data(), cells_.data(), entries_};
    const std::size_t symbols = to.size() / (cell_bytes == 0 ? 4 : cell_bytes);
    decode_runs(stream_count, step, symbol_bits_most_, streams, symbols, to.data());
  };
  if (cell_bytes_ == 0) return run.operator()<0>();
  if (cell_bytes_ == 1) return run.operator()<1>();
  if (cell_bytes_ == 2) return run.operator()<2>();
  if (cell_bytes_ == 4) return run.operator()<4>();
  run.operator()<8>();
}

/// All are the only entry.
void SymbolDecoder::fill(std::span<std::byte> to) const {
  if (cell_bytes_ == 0) std::ranges::fill(to, std::byte{0});
  if (cell_bytes_ == 0 || to.empty()) return;
  std::copy_n(cells_.begin(), cell_bytes_, to.begin());
  repeat(to, cell_bytes_);
}

/// `decode_first(streams)` decodes the first rows of 32 streams; gives how many it did.
template <class Rows>
Result<void> SymbolDecoder::decode_by(ByteSpan sequence, std::uint64_t offset,
                                      std::span<std::byte> to, Rows&& decode_first) const {
  const std::size_t stored = cell_bytes_ == 0 ? 4 : cell_bytes_;
  const auto layout = read_layout(sequence, to.size() / stored, entries_, offset);
  if (!layout) return layout.error();
  if (layout->count == 0) {
    fill(to);
    return {};
  }
  KernelStreams streams;
  streams.sequence = sequence.data();
  streams.last = static_cast<std::uint32_t>(sequence.size() - stream_tail_bytes);
  std::ranges::copy(layout->begin_bits, streams.positions);
  std::size_t rows = 0;
  if (layout->count > 1) {
    prefetch(sequence);
    rows = decode_first(streams);
  }
  decode_rest(layout->count, streams, to.subspan(rows * streams_most * stored));
  if (auto judged = judge_streams(sequence, *layout, streams.positions, offset); !judged)
    return judged;
  return judge_entries(streams.past_end ? entries_ : 0, entries_, offset);
}

Result<void> SymbolDecoder::decode(ByteSpan sequence, std::uint64_t offset,
                                   std::span<std::byte> to) const {
  return decode_by(sequence, offset, to,
                   [&](KernelStreams& streams) { return decode_rows(streams, to); });
}

bool SymbolDecoder::has_products() const {
  return row_kernels.in_use().decode_products != nullptr && cells_in_registers(kernel_code_) &&
         cell_bytes_ == sizeof(float);
}

Result<void> SymbolDecoder::decode_products(ByteSpan sequence, std::uint64_t offset,
                                            const Multipliers& by, std::span<std::byte> to) const {
  const std::size_t symbols = to.size() / sizeof(float);
  std::size_t multiplied = 0;
  auto decoded = decode_by(sequence, offset, to, [&](KernelStreams& streams) {
    if (!has_products()) return decode_rows(streams, to);
    expect_symbols(streams, symbols);
    const std::size_t rows = symbols / streams_most;
    const std::size_t done =
        row_kernels.in_use().decode_products(kernel_code_, by, streams, rows, to.data());
    multiplied = done * streams_most;
    return done;
  });
  for (std::size_t i = multiplied; i < symbols; ++i) {
    const auto place = std::min(load<std::uint16_t>(by.places + 2 * i), by.last_place);
    const auto cell = std::bit_cast<float>(load<std::uint32_t>(&to[4 * i]));
    store(&to[4 * i], std::bit_cast<std::uint32_t>(cell * by.numbers[place]));
  }
  return decoded;
}

}  // namespace pondus
