#include "codec/entropy/number_decoder.h"

#include <algorithm>

#include "codec/base/instruction_set.h"
#include "codec/entropy/huffman_kernel.h"

namespace pondus {
namespace {

/// The step of RunStep, without cells.
struct NumberStep {
  const std::uint64_t* places;
  std::uint32_t greatest = 0;

  std::uint32_t next(std::uint64_t& bits) {
    const std::uint64_t place = places[bits % code_places];
    const std::uint64_t symbol = bits & ((std::uint64_t{1} << place % 64) - 1);
    const auto number = static_cast<std::uint32_t>((place >> 32) + (symbol >> (place >> 8) % 64));
    bits >>= place % 64;
    greatest = std::max(greatest, number);
    return number;
  }
};

template <unsigned per_load>
void decode_all(ByteSpan sequence, std::uint32_t streams, NumberStep& step,
                std::uint32_t* positions, std::span<std::byte> numbers) {
  if (streams == 1)
    return decode_streams<1, per_load, std::uint32_t>(sequence, step, positions, numbers);
  decode_streams<streams_most, per_load, std::uint32_t>(sequence, step, positions, numbers);
}

std::size_t no_rows(const KernelCode&, const std::byte*, KernelStreams&, std::size_t, std::byte*) {
  return 0;
}

constexpr Kernels<DecodeRows> row_kernels{.portable = no_rows,
                                          .avx512 = PONDUS_X86(decode_rows_avx512)};

}  // namespace

NumberDecoder::NumberDecoder(const HuffmanCode& code)
    : entries_(code.entries()), symbol_bits_(code.symbol_bits_most()) {
  const auto tokens = token_places(code);
  for (std::uint32_t place = 0; place < code_places; ++place) {
    const std::size_t t = tokens[place];
    places_[place] = run_place(code.first(t), code.tokens()[t].length, code.symbol_bits(t));
  }
  if (code.tokens().size() > 1) kernel_code_ = kernel_code(code, {}, 0);
}

/// The first rows of 32 streams by the machine's kernel, which gives how many it did.
std::size_t NumberDecoder::decode_rows(ByteSpan sequence, std::uint32_t* positions,
                                       std::span<std::byte> numbers, bool& past_end) const {
  if (kernel_code_.entries == 0) return 0;
  KernelStreams streams;
  streams.sequence = sequence.data();
  streams.last = static_cast<std::uint32_t>(sequence.size() - stream_tail_bytes);
  std::copy_n(positions, streams_most, streams.positions);
  const std::size_t rows = row_kernels.in_use()(kernel_code_, nullptr, streams,
                                                numbers.size() / 4 / streams_most, numbers.data());
  std::ranges::copy(streams.positions, positions);
  past_end = streams.past_end;
  return rows;
}

Result<void> NumberDecoder::decode(ByteSpan sequence, std::uint64_t offset,
                                   std::span<std::byte> numbers) const {
  const auto layout = read_layout(sequence, numbers.size() / 4, entries_, offset);
  if (!layout) return layout.error();
  if (layout->count == 0) {
    std::ranges::fill(numbers, std::byte{0});
    return {};
  }
  std::uint32_t positions[streams_most];
  std::ranges::copy(layout->begin_bits, positions);
  bool past_end = false;
  std::span<std::byte> left = numbers;
  if (layout->count == streams_most)
    left = left.subspan(std::size_t{4} * streams_most *
                        decode_rows(sequence, positions, numbers, past_end));
  NumberStep step{places_.data()};
  if (symbol_bits_ <= 11) {
    decode_all<5>(sequence, layout->count, step, positions, left);
  } else if (symbol_bits_ <= 14) {
    decode_all<4>(sequence, layout->count, step, positions, left);
  } else if (symbol_bits_ <= 19) {
    decode_all<3>(sequence, layout->count, step, positions, left);
  } else if (symbol_bits_ <= 28) {
    decode_all<2>(sequence, layout->count, step, positions, left);
  } else {
    decode_all<1>(sequence, layout->count, step, positions, left);
  }
  if (auto judged = judge_streams(sequence, *layout, positions, offset); !judged) return judged;
  return judge_entries(past_end ? entries_ : step.greatest, entries_, offset);
}

}  // namespace pondus
