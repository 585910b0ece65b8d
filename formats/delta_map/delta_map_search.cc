// The search for references: a least spanning tree of the lines under the number of cells in which
// they differ (Prim 1957), by bit planes of their entry numbers.
#include <algorithm>

#include "codec/bits/packed.h"
#include "formats/delta_map/delta_map.h"

namespace pondus::delta_map {
namespace {

/// Numbers of more bits are hashed to as many, so that some differences go unseen.
constexpr std::uint32_t planes_most = 8;
/// What a reference costs beside its changes, in changes.
constexpr std::uint32_t reference_cost = 1;

/// The ones of each byte of `word`: quicker than std::popcount on machines of the base line.
constexpr std::uint64_t ones_of_bytes(std::uint64_t word) {
  word -= word >> 1 & 0x5555555555555555;
  word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
  return (word + (word >> 4)) & 0x0F0F0F0F0F0F0F0F;
}

constexpr std::uint32_t sum_of_bytes(std::uint64_t bytes) {
  constexpr std::uint64_t even = 0x00FF00FF00FF00FF;
  const std::uint64_t pairs = (bytes & even) + (bytes >> 8 & even);
  return static_cast<std::uint32_t>(pairs * 0x0001000100010001 >> 48);
}

/// The lines of a block as bit planes: of each 64 cells one word per plane.
class Planes {
 public:
  Planes(const Tables& tables, const BlockLines& block)
      : count_(std::min(bit_length(tables.entries()), planes_most)),
        words_(static_cast<std::size_t>((block.lines.line_cells() + 63) / 64) * count_),
        tables_(tables),
        block_(block) {}

  /// Takes these lines, given by number.
  void take(std::span<const std::uint32_t> lines, ByteSpan cells) {
    bits_.assign(lines.size() * words_, 0);
    const std::uint64_t before = block_.lines.cells_before(block_.range.begin);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const std::uint64_t begin = block_.lines.cells_before(block_.range.begin + lines[i]) - before;
      const std::size_t size = std::size_t{block_.cells_of(lines[i])} * block_.cell_bytes;
      with_cell(block_.cell_bytes, [&](auto cell) {
        fill<decltype(cell)>(cells.subspan(begin * sizeof cell, size), &bits_[i * words_]);
      });
    }
  }

  /// In how many cells lines `a` and `b` of those taken differ, or some number above `most`.
  std::uint32_t distance(std::size_t a, std::size_t b, std::uint32_t most) const {
    return differences(&bits_[a * words_], &bits_[b * words_], most);
  }
  /// How many cells of line `a` are not zero.
  std::uint32_t entries(std::size_t a) const {
    const std::vector<std::uint64_t> zeros(words_);
    return differences(&bits_[a * words_], zeros.data(), ~std::uint32_t{0});
  }

 private:
  template <class Cell>
  void fill(ByteSpan line, std::uint64_t* words) const {
    for (std::size_t i = 0; i < line.size() / sizeof(Cell); ++i) {
      const auto cell = load<Cell>(&line[i * sizeof(Cell)]);
      if (cell == 0) continue;
      const std::uint32_t number = number_of(cell);
      for (std::uint32_t plane = 0; plane < count_; ++plane)
        words[i / 64 * count_ + plane] |= std::uint64_t{number >> plane & 1} << i % 64;
    }
  }

  /// From 1 on; zero is 0. Of many entries a hash, the same on any machine.
  std::uint32_t number_of(std::uint64_t cell) const {
    if (count_ < planes_most) return (*tables_.index)[cell] + 1;
    return static_cast<std::uint32_t>(cell * 0x9E3779B97F4A7C15 >> 32) % 255 + 1;
  }

  std::uint32_t differences(const std::uint64_t* a, const std::uint64_t* b,
                            std::uint32_t most) const {
    switch (count_) {
      case 1:
        return differences_of<1>(a, b, most);
      case 2:
        return differences_of<2>(a, b, most);
      case 3:
        return differences_of<3>(a, b, most);
      case 4:
        return differences_of<4>(a, b, most);
      case 5:
        return differences_of<5>(a, b, most);
      default:
        return differences_of<0>(a, b, most);
    }
  }

  /// For `planes` planes, or count_ of them where that is 0.
  template <std::size_t planes>
  std::uint32_t differences_of(const std::uint64_t* a, const std::uint64_t* b,
                               std::uint32_t most) const {
    const std::size_t step = planes == 0 ? count_ : planes;
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < words_ && sum <= most;) {
      const std::size_t end = std::min(words_, i + 16 * step);
      std::uint64_t bytes = 0;  // ones of each byte, at most 16 * 8
      for (; i < end; i += step) {
        std::uint64_t differing = 0;
        for (std::size_t plane = 0; plane < step; ++plane) differing |= a[i + plane] ^ b[i + plane];
        bytes += ones_of_bytes(differing);
      }
      sum += sum_of_bytes(bytes);
    }
    return sum;
  }

  std::uint32_t count_;
  std::size_t words_;  ///< of a line
  const Tables& tables_;
  const BlockLines& block_;
  std::vector<std::uint64_t> bits_;
};

/// Sets the references among `lines` to those of their least spanning tree, whose root stands for
/// lines without a reference.
void join_lines(const Planes& planes, std::span<const std::uint32_t> lines,
                References& references) {
  struct Open {
    std::uint32_t number;     ///< among the lines
    std::uint32_t cost;       ///< of its best reference so far
    std::uint32_t reference;  ///< among the lines; its own number for none
  };
  std::vector<Open> open;
  for (std::uint32_t i = 0; i < lines.size(); ++i) open.push_back({i, planes.entries(i), i});
  while (!open.empty()) {
    const auto nearest = std::ranges::min_element(open, {}, [](const Open& line) {
      return std::pair{line.cost, line.number};
    });
    const Open joined = *nearest;
    *nearest = open.back();
    open.pop_back();
    references[lines[joined.number]] = lines[joined.reference];
    for (Open& line : open) {
      if (line.cost <= reference_cost) continue;
      const std::uint32_t most = line.cost - reference_cost - 1;
      const std::uint32_t distance = planes.distance(joined.number, line.number, most);
      if (distance <= most) line = {line.number, distance + reference_cost, joined.number};
    }
  }
}

/// Lines that are compared with each other: more with more effort, fewer where they are short.
std::size_t group_lines(const BlockLines& block, unsigned effort) {
  const std::uint64_t most = std::uint64_t{512} << (effort - 1) / 2;
  const std::uint64_t cells = std::min(block.lines.line_cells(), 256u);
  return static_cast<std::size_t>(std::max<std::uint64_t>(most * cells / 256, 2));
}

}  // namespace

References find_references(const Tables& tables, const BlockLines& block, ByteSpan cells,
                           unsigned effort) {
  References references(block.count());
  Planes planes(tables, block);
  const std::size_t group = group_lines(block, effort);
  const std::uint64_t segments = block.lines.segments();
  for (std::uint32_t segment = 0; segment < std::min<std::uint64_t>(segments, block.count());
       ++segment) {
    std::vector<std::uint32_t> lines;
    for (std::uint64_t line = segment; line < block.count(); line += segments)
      lines.push_back(static_cast<std::uint32_t>(line));
    for (std::size_t begin = 0; begin < lines.size(); begin += group) {
      const auto part = std::span(lines).subspan(begin, std::min(group, lines.size() - begin));
      planes.take(part, cells);
      join_lines(planes, part, references);
    }
  }
  return references;
}

}  // namespace pondus::delta_map
