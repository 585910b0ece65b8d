#include "codec/entropy/kernel_code.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "codec/base/instruction_set.h"
#include "codec/bits/lookup.h"

namespace pondus {
namespace {

/// The low 32 bits of an entry's cell; 0 without cells.
std::uint32_t low_bits(ByteSpan cells, std::uint32_t cell_bytes, std::uint32_t entry) {
  std::uint32_t bits = 0;
  for (std::uint32_t i = 0; i < std::min(cell_bytes, 4u); ++i)
    bits |= std::to_integer<std::uint32_t>(cells[std::size_t{entry} * cell_bytes + i]) << 8 * i;
  return bits;
}

/// The numbers of tokens, in the order of their labels.
std::vector<std::size_t> tokens_by_label(const HuffmanCode& code) {
  std::vector<std::size_t> by_label(code.tokens().size());
  std::iota(by_label.begin(), by_label.end(), std::size_t{0});
  // Siblings of the longest codewords follow one another: codewords are canonical.
  std::ranges::stable_sort(by_label, std::greater(),
                           [&](std::size_t t) { return code.tokens()[t].length; });
  return by_label;
}

void set_places(const HuffmanCode& code, std::size_t t, std::uint32_t label, KernelCode& made) {
  const std::uint32_t length = code.tokens()[t].length;
  const std::uint32_t last_bit = code.codeword(t) >> (length - 1);
  for (std::uint32_t place = code.codeword(t); place < std::size(made.places);
       place += 1u << length)
    made.places[place] = static_cast<std::uint8_t>((length - 1u) << 5 | (label ^ last_bit));
}

/// Where symbols come as often as their codewords are short: the bits of the commonest, and those
/// of the others.
void set_bits(const HuffmanCode& code, KernelCode& made) {
  const auto tokens = code.tokens();
  const auto common = static_cast<std::size_t>(
      std::ranges::min_element(tokens, {}, &Token::length) - tokens.begin());
  made.common_bits = static_cast<float>(code.symbol_bits(common));
  float others = 0;
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    if (t == common) continue;
    const auto share = static_cast<float>(code_places >> tokens[t].length);
    const auto bits = static_cast<float>(code.symbol_bits(t));
    others += share;
    made.other_bits += share * bits;
    made.other_squares += share * bits * bits;
  }
  made.other_bits /= others;
  made.other_squares /= others;
}

/// Gives each token as many slots as it stands for entries, from a multiple of that on; where they
/// are too many, `has_slots` stays false. A partial last token comes last: behind its entries all
/// slots are empty.
void set_slots(const HuffmanCode& code, std::span<const std::size_t> by_label, ByteSpan cells,
               KernelCode& made) {
  std::vector<std::uint32_t> labels(by_label.size());
  std::iota(labels.begin(), labels.end(), 0u);
  const std::size_t last = code.tokens().size() - 1;
  std::ranges::sort(labels, std::greater(), [&](std::uint32_t label) {
    return std::pair(by_label[label] != last, code.tokens()[by_label[label]].extra);
  });
  std::uint32_t next = 0;
  for (const std::uint32_t label : labels) {
    const std::size_t t = by_label[label];
    const std::uint32_t size = 1u << code.tokens()[t].extra;
    next = (next + size - 1) / size * size;
    if (next + size > cell_slots) return;
    made.slots[label] = next;
    for (std::uint32_t entry = code.first(t); entry < code.first(t + 1); ++entry, ++next)
      made.slot_cells[next] = low_bits(cells, made.cell_bytes, entry);
  }
  made.last_slot = next - 1;
  made.has_slots = true;
  made.partial = next % (1u << code.tokens()[last].extra) != 0;
}

}  // namespace

KernelCode kernel_code(const HuffmanCode& code, ByteSpan cells, std::uint32_t cell_bytes) {
  KernelCode made;
  made.cell_bytes = cell_bytes;
  made.entries = code.entries();
  made.symbol_bits_most = code.symbol_bits_most();
  set_bits(code, made);
  const auto by_label = tokens_by_label(code);
  for (std::uint32_t label = 0; label < by_label.size(); ++label) {
    const std::size_t t = by_label[label];
    made.has_extras = made.has_extras || code.tokens()[t].extra != 0;
    made.firsts[label] = code.first(t);
    made.extras[label] = code.tokens()[t].extra;
    made.low_cells[label] = low_bits(cells, cell_bytes, code.first(t));
    set_places(code, t, label, made);
  }
  if (code.entries() <= cell_slots) set_slots(code, by_label, cells, made);
  // Cells that neither fit into registers nor are quickly gathered are looked up in a second step,
  // if by byte.
  const bool in_one_step =
      cells_in_registers(made) || cell_bytes == 0 || (cell_bytes == 4 && gathers_quickly());
  made.gives_numbers = !in_one_step && code.entries() <= byte_entries_most;
  return made;
}

std::uint32_t symbols_often(const KernelCode& code, float mean) {
  const float span = code.other_bits - code.common_bits;
  const float common = span > 0 ? std::clamp((code.other_bits - mean) / span, 0.0f, 1.0f) : 0.5f;
  const float bits = common * code.common_bits + (1 - common) * code.other_bits;
  const float squares =
      common * code.common_bits * code.common_bits + (1 - common) * code.other_squares;
  constexpr float deviations = 4;
  const float variance = squares - bits * bits;
  std::uint32_t symbols = 0;
  while (symbols < 28) {  // each takes a bit at least
    const auto number = static_cast<float>(symbols + 1);
    const float left = 28 - number * bits;
    if (left < 0 || left * left < deviations * deviations * number * variance) break;
    ++symbols;
  }
  return symbols;
}

}  // namespace pondus
