// Stored entries to cells, by every instruction set: the definition's cells, or the definition's
// verdict.
#include "formats/sparse_lines.h"

#include <boost/test/unit_test.hpp>

#include "codec/base/instruction_set.h"
#include "tests/guarded_buffer.h"
#include "tests/support.h"

namespace pondus::test {
namespace {

struct Entries {
  BlockLines block;
  SparseLines lines;
  Bytes values;
};

/// Lines without entries, with some, and full ones.
Entries random_entries(Random& random, std::uint32_t cell_bytes, const Shape& shape) {
  const Lines lines(shape, 1, Direction::rows);
  Entries out{{lines, {0, lines.count()}, cell_bytes}, {}, {}};
  for (std::uint32_t line = 0; line < out.block.count(); ++line) {
    constexpr double densities[] = {0, 0.03, 0.5, 1};
    const double density = densities[random.below(4)];
    const std::size_t before = out.lines.positions.size();
    for (std::uint32_t i = 0; i < out.block.cells_of(line); ++i)
      if (random.chance(density)) out.lines.positions.push_back(static_cast<std::uint16_t>(i));
    out.lines.counts.push_back(static_cast<std::uint32_t>(out.lines.positions.size() - before));
  }
  for (std::size_t i = 0; i < out.lines.positions.size() * cell_bytes; ++i)
    out.values.push_back(static_cast<std::byte>(1 + random.below(255)));
  return out;
}

/// Changes a position and a value, now and then.
void damage(Random& random, Entries& entries) {
  const std::size_t count = entries.lines.positions.size();
  if (count == 0) return;
  const std::uint32_t most = position_bytes(entries.block) == 1 ? 256 : 65536;
  if (random.chance(0.5))
    entries.lines.positions[random.below(count)] = static_cast<std::uint16_t>(random.below(most));
  if (random.chance(0.2))
    std::fill_n(&entries.values[random.below(count) * entries.block.cell_bytes],
                entries.block.cell_bytes, std::byte{0});
}

bool sound(const Entries& entries) {
  std::size_t entry = 0;
  for (std::uint32_t line = 0; line < entries.block.count(); ++line) {
    const std::uint32_t count = entries.lines.counts[line];
    for (std::size_t i = entry; i < entry + count; ++i) {
      const std::uint16_t position = entries.lines.positions[i];
      if (position >= entries.block.cells_of(line)) return false;
      if (i > entry && position <= entries.lines.positions[i - 1]) return false;
    }
    entry += count;
  }
  const std::uint32_t width = entries.block.cell_bytes;
  for (std::size_t i = 0; i < entries.values.size(); i += width)
    if (std::ranges::count(ByteSpan(entries.values).subspan(i, width), std::byte{0}) == width)
      return false;
  return true;
}

/// Whether stored entries become the definition's cells, or are refused where they are not sound;
/// with nothing behind the cells that can be written.
bool holds(const Entries& entries) {
  const BlockLines& block = entries.block;
  ByteWriter out;
  write_sparse_lines(entries.lines, block, out);
  const Bytes stored = out.take();
  ByteReader in(stored);
  StoredLines lines;
  read_stored_lines(in, block, lines);
  GuardedBuffer guarded;
  const std::span<std::byte> cells = guarded.copy(Bytes(block.plain_bytes(), std::byte{0x5A}));
  if (!place_entries(lines, block, entries.values, cells)) return !sound(entries);
  Bytes expected(cells.size());
  place_entries(entries.lines, block, entries.values, expected);
  return sound(entries) && std::ranges::equal(cells, expected);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sparse_lines)

BOOST_AUTO_TEST_CASE(stored_entries_become_cells) {
  const Shape shapes[] = {shape_of({40, 7}),   shape_of({30, 64}),  shape_of({9, 256}),
                          shape_of({9, 257}),  shape_of({5, 1000}), shape_of({1, 65536}),
                          shape_of({1, 65580})};
  for (const InstructionSet set : instruction_sets()) {
    use_instruction_set(set);
    Random random(1);
    std::size_t wrong = 0, refused = 0;
    for (int round = 0; round < 40; ++round) {
      for (const Shape& shape : shapes) {
        for (const std::uint32_t cell_bytes : {1u, 2u, 4u, 8u}) {
          Entries entries = random_entries(random, cell_bytes, shape);
          if (entries.lines.positions.size() > 65536) continue;
          wrong += !holds(entries);
          damage(random, entries);
          refused += !sound(entries);
          wrong += !holds(entries);
        }
      }
    }
    BOOST_TEST(wrong == 0, name_of(set));
    BOOST_TEST(refused > 100);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pondus::test
