#include "fuzz/block_mutator.h"

#include <algorithm>

#include "fuzz/coded_block.h"
#include "fuzz/mutator.h"

namespace pondus::fuzz {
namespace {

constexpr std::uint64_t drawn_cells_most = 1u << 11;
/// Modes of an input (encoding.cc): a payload, and choices for a round trip.
constexpr std::byte payload_mode{0};
constexpr std::byte choices_mode{1};

unsigned any_effort(Random& random) { return 1 + static_cast<unsigned>(random.below(effort_most)); }

Bytes drawn_choices(std::size_t count, Random& random) {
  Bytes choices(count);
  for (std::byte& choice : choices) choice = static_cast<std::byte>(random.next());
  return choices;
}

Bytes with_mode(std::byte mode, const Bytes& rest) {
  Bytes input(1 + rest.size(), mode);
  std::ranges::copy(rest, input.begin() + 1);
  return input;
}

/// The block of an input with other cells; nothing where it does not decode.
Bytes recoded(const Encoding& encoding, ByteSpan input, Random& random) {
  Input in(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
  if (in.below(4) != 0) return {};
  const auto block = read_block(in, encoding);
  if (!block) return {};
  Bytes cells(block->lines.plain_bytes());
  if (!encoding.decode_block(block->tables, block->lines, in.rest(), 0, cells)) return {};
  change_cells(cells, block->lines.cell_bytes, block->tables.cells(), random);
  const Bytes payload = block->encoded(encoding, cells, any_effort(random));
  return with_mode(payload_mode, write_block(*block, payload));
}

Bytes drawn_payload(const Encoding& encoding, Random& random) {
  const Bytes choices = drawn_choices(256, random);
  Input in(reinterpret_cast<const std::uint8_t*>(choices.data()), choices.size());
  const auto drawn = draw_block(in, encoding, drawn_cells_most);
  if (!drawn) return {};
  const Bytes payload = drawn->block.encoded(encoding, drawn->cells, any_effort(random));
  return with_mode(payload_mode, write_block(drawn->block, payload));
}

}  // namespace

void change_cells(Bytes& cells, std::uint32_t cell_bytes, ByteSpan entries, Random& random) {
  const std::size_t count = cells.size() / cell_bytes;
  for (std::uint64_t left = 1 + random.below(8); left > 0; --left) {
    const std::span cell = std::span(cells).subspan(random.below(count) * cell_bytes, cell_bytes);
    const bool other = random.one_in(3);
    if (other && entries.empty()) {
      std::ranges::fill(cell, std::byte{0});
      if (random.one_in(2)) cell[random.below(cell_bytes)] = static_cast<std::byte>(random.next());
    } else {
      const Bytes before = cells;
      const ByteSpan from = other ? entries : ByteSpan(before);
      const std::size_t number = random.below(from.size() / cell_bytes);
      std::ranges::copy(from.subspan(number * cell_bytes, cell_bytes), cell.begin());
    }
  }
}

std::size_t mutate_block(const Encoding& encoding, std::uint8_t* data, std::size_t size,
                         std::size_t most, unsigned seed) {
  Random random(seed);
  if (random.one_in(2)) return mutate_bytes(data, size, most, seed);
  Bytes input;
  if (!random.one_in(4)) input = recoded(encoding, std::as_bytes(std::span(data, size)), random);
  if (input.empty() && random.one_in(2)) input = drawn_payload(encoding, random);
  if (input.empty()) input = with_mode(choices_mode, drawn_choices(8u << random.below(6), random));
  if (input.size() > most) return mutate_bytes(data, size, most, seed);
  std::memcpy(data, input.data(), input.size());
  return input.size();
}

}  // namespace pondus::fuzz
