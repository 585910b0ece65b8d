#include <algorithm>
#include <bit>

#include "formats/delta_map/delta_map_wire.h"

namespace pondus::delta_map {
namespace {

constexpr Fault truncated{"delta_map.truncated", Kind::malformed};
constexpr Fault changes_fault{"delta_map.changes", Kind::malformed};
constexpr Fault mask_padding_fault{"delta_map.mask-padding", Kind::malformed};
constexpr Fault mask_count_fault{"delta_map.mask-count", Kind::malformed};
constexpr Fault sequence_bytes_fault{"delta_map.sequence-bytes", Kind::malformed};
constexpr Fault reference_fault{"delta_map.reference", Kind::malformed};
constexpr Fault segment_fault{"delta_map.segment", Kind::malformed};
constexpr Fault circle_fault{"delta_map.circle", Kind::malformed};
constexpr Fault past_end_fault{"delta_map.past-end", Kind::malformed};

/// Its bits that are 1: quicker than std::popcount on machines of the base line.
constexpr std::uint32_t ones(std::uint64_t word) {
  word -= word >> 1 & 0x5555555555555555;
  word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
  word = (word + (word >> 4)) & 0x0F0F0F0F0F0F0F0F;
  return static_cast<std::uint32_t>(word * 0x0101010101010101 >> 56);
}

}  // namespace

BlockReader::BlockReader(const Tables& tables, const BlockLines& block, ByteSpan stored,
                         std::uint64_t offset)
    : in_(stored, offset), begin_(offset), cells_(block.cells()) {
  in_.end_fault(truncated, begin_);
  change_count_ = in_.word<std::uint32_t>();
  if (!in_.require(change_count_ <= cells_, changes_fault, begin_)) return;
  changes_left_ = change_count_;
  masked_ = masked(change_count_, cells_);
  codes_.references = HuffmanCode::read_tokens(in_, 0);
  if (!masked_) codes_.gaps = HuffmanCode::read_tokens(in_, 0);
  codes_.values = HuffmanCode::read_tokens(in_, tables.entries());
  in_.end_fault(truncated, begin_);
  const std::uint64_t mask_offset = in_.offset();
  const std::uint32_t sequences =
      sequence_count(block.count()) + (masked_ ? 1 : 2) * sequence_count(change_count_);
  const bool all = change_count_ == cells_;
  const std::uint64_t mask_bytes = masked_ && !all ? ceil_div(cells_, 8) : 0;
  const ByteSpan head = in_.take(mask_bytes + std::uint64_t{4} * sequences);
  if (!in_.ok()) return;
  read_mask(head.first(mask_bytes), mask_offset);
  read_sizes(head.subspan(mask_bytes), mask_offset + mask_bytes);
  if (in_.ok()) read_references(block);
}

void BlockReader::read_mask(ByteSpan mask, std::uint64_t offset) {
  if (!masked_) return;
  if (mask.empty()) {
    mask_.assign((cells_ / 64 + 2) * 8, std::byte{0xFF});
    return;
  }
  const auto rest = static_cast<unsigned>(cells_ % 8);
  const bool padded = rest == 0 || std::to_integer<unsigned>(mask.back()) >> rest == 0;
  in_.require(padded, mask_padding_fault, offset + mask.size() - 1);
  mask_.assign(mask.begin(), mask.end());
  mask_.resize((mask.size() / 8 + 2) * 8);
  std::uint64_t sum = 0;
  for (std::size_t at = 0; at < mask_.size(); at += 8) sum += ones(load<std::uint64_t>(&mask_[at]));
  in_.require(sum == change_count_, mask_count_fault, offset);
}

void BlockReader::read_sizes(ByteSpan sizes, std::uint64_t offset) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < sizes.size(); i += 4) {
    sequence_bytes_.push_back(load<std::uint32_t>(&sizes[i]));
    sum += sequence_bytes_.back();
  }
  in_.require(sum == in_.left(), sequence_bytes_fault, offset);
}

void BlockReader::read_references(const BlockLines& block) {
  const std::uint64_t offset = in_.offset();
  references_.resize(block.count());
  for_each_sequence(references_.size(), [&](std::size_t begin, std::size_t count) {
    decode_next(codes_.references, std::span(references_).subspan(begin, count));
  });
  if (!in_.ok()) return;
  judge_references(block, offset);
  if (!in_.ok()) return;
  order_ = visiting_order(references_);
  in_.require(order_.size() == references_.size(), circle_fault, offset);
}

/// From distances back to references.
void BlockReader::judge_references(const BlockLines& block, std::uint64_t offset) {
  const std::uint32_t lines = block.count();
  const std::uint64_t segments = block.lines.segments();
  for (std::uint32_t i = 0; i < lines; ++i) {
    const std::uint32_t distance = references_[i];
    if (!in_.require(distance < lines, reference_fault, offset)) return;
    references_[i] = i >= distance ? i - distance : i + lines - distance;
    const std::uint32_t between = std::max(i, references_[i]) - std::min(i, references_[i]);
    if (!in_.require(between % segments == 0, segment_fault, offset)) return;
  }
}

void BlockReader::decode_next(const SymbolDecoder& decoder, std::span<std::byte> to) {
  if (!in_.ok()) return;
  const std::uint64_t offset = in_.offset();
  const ByteSpan sequence = in_.take(sequence_bytes_[sequence_++]);
  if (const auto decoded = decoder.decode(sequence, offset, to); !decoded)
    in_.fail(decoded.error().fault, decoded.error().offset);
}

void BlockReader::decode_next(const HuffmanCode& code, std::span<std::uint32_t> numbers) {
  decode_next(SymbolDecoder(code, numbers.size()), std::as_writable_bytes(numbers));
  for (std::uint32_t& number : numbers) number = little_endian(number);
}

std::uint32_t BlockReader::mask_bits(std::uint64_t first, std::uint32_t cells,
                                     std::byte* bits) const {
  const std::byte* from = mask_.data() + first / 8;
  const auto shift = static_cast<unsigned>(first % 8);
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < cells; i += 64, from += 8, bits += 8) {
    std::uint64_t word = load<std::uint64_t>(from) >> shift;
    if (shift != 0) word |= std::to_integer<std::uint64_t>(from[8]) << (64 - shift);
    if (cells - i < 64) word &= (std::uint64_t{1} << (cells - i)) - 1;
    store(bits, word);
    count += ones(word);
  }
  return count;
}

std::uint32_t BlockReader::next_values(const SymbolDecoder& decoder, std::uint32_t cell_bytes,
                                       std::byte* cells) {
  const std::uint32_t count = std::min(changes_left_, coded_symbols_most);
  changes_left_ -= count;
  if (count != 0) decode_next(decoder, {cells, std::size_t{count} * cell_bytes});
  return in_.ok() ? count : 0;
}

bool BlockReader::next_changes() {
  if (!in_.ok() || changes_left_ == 0) return false;
  const std::uint32_t count = std::min(changes_left_, coded_symbols_most);
  changes_left_ -= count;
  places_.resize(count);
  values_.resize(count);
  const std::uint64_t offset = in_.offset();
  decode_next(codes_.gaps, places_);
  decode_next(codes_.values, values_);
  for (std::uint32_t& place : places_) {
    visited_ += place;
    place = static_cast<std::uint32_t>(visited_++);
  }
  return in_.require(visited_ <= cells_, past_end_fault, offset);
}

}  // namespace pondus::delta_map
