// Stored lines: what is written is read, and every instruction set makes the definition's cells of
// it, or has the definition's verdict.
#include "formats/sparse_lines.h"

#include <boost/test/unit_test.hpp>

#include "codec/base/instruction_set.h"
#include "formats/entry_kernels.h"
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

bool has_zero(const Entries& entries) {
  const std::uint32_t width = entries.block.cell_bytes;
  for (std::size_t i = 0; i < entries.values.size(); i += width)
    if (std::ranges::count(ByteSpan(entries.values).subspan(i, width), std::byte{0}) == width)
      return true;
  return false;
}

/// What is stored, the places maybe damaged.
struct Stored {
  Bytes bytes;
  StoredLines lines;
  SparseLines listed;
  bool sound = false;

  Stored(const Entries& entries, Random& random, bool damaged) {
    ByteWriter out;
    write_sparse_lines(entries.lines, entries.block, out);
    bytes = out.take();
    const auto read = [&] {
      ByteReader in(bytes);
      read_stored_lines(in, entries.block, lines);
      listed = list_places(in, entries.block, lines);
      sound = in.ok();
    };
    read();
    if (!damaged || lines.places.empty()) return;
    for (std::uint64_t flips = 1 + random.below(2); flips > 0; --flips) {
      const std::size_t at = bytes.size() - 1 - random.below(lines.places.size());
      bytes[at] ^= std::byte{1} << random.below(8);
    }
    read();
  }
};

/// Whether the kernel, if there is one, gives the definition's cells, or refuses what is not sound;
/// with nothing behind the cells and the values that can be written or read.
bool holds(const Entries& entries, const Stored& stored) {
  const BlockLines& block = entries.block;
  GuardedBuffer cells_end, values_end;
  const std::span<std::byte> cells = cells_end.copy(Bytes(block.plain_bytes(), std::byte{0x5A}));
  const ByteSpan values = values_end.copy(entries.values);
  const bool placed = place_stored(stored.lines, block, values, cells);
  if (block.cell_bytes != 4 || entry_kernels.in_use().place == nullptr) return !placed;
  const bool sound = stored.sound && !has_zero(entries);
  if (!sound || !placed) return placed == sound;
  Bytes expected(cells.size());
  place_entries(stored.listed, block, entries.values, expected);
  return std::ranges::equal(cells, expected);
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
          const Stored good(entries, random, false);
          wrong += !good.sound || good.listed != entries.lines || !holds(entries, good);
          const Stored bad(entries, random, true);
          refused += !bad.sound;
          wrong += !holds(entries, bad);
          if (entries.values.empty()) continue;
          std::fill_n(&entries.values[random.below(good.lines.entries) * cell_bytes], cell_bytes,
                      std::byte{0});
          wrong += !holds(entries, good);
        }
      }
    }
    BOOST_TEST(wrong == 0, name_of(set));
    BOOST_TEST(refused > 500);
  }
}

/// Also where the last segment of a row is shorter.
BOOST_AUTO_TEST_CASE(full_lines_are_written_as_any_others) {
  for (const Shape& shape : {shape_of({1, 1}), shape_of({40, 7}), shape_of({2, 65580})}) {
    const Lines lines(shape, 1, Direction::rows);
    const BlockLines block{lines, {0, lines.count()}, 1};
    SparseLines full;
    for (std::uint32_t line = 0; line < block.count(); ++line) {
      full.counts.push_back(block.cells_of(line));
      for (std::uint32_t i = 0; i < block.cells_of(line); ++i)
        full.positions.push_back(static_cast<std::uint16_t>(i));
    }
    ByteWriter as_any, as_full;
    write_sparse_lines(full, block, as_any);
    write_full_lines(block, as_full);
    BOOST_TEST((as_any.take() == as_full.take()));
  }
}

/// Also of more entries than a stored block may have.
BOOST_AUTO_TEST_CASE(entries_are_found) {
  for (const InstructionSet set : instruction_sets()) {
    use_instruction_set(set);
    Random random(2);
    for (const Shape& shape : {shape_of({40, 7}), shape_of({300, 1000}), shape_of({4, 65580})}) {
      for (const std::uint32_t cell_bytes : {1u, 2u, 4u, 8u}) {
        const Entries entries = random_entries(random, cell_bytes, shape);
        Bytes cells(entries.block.plain_bytes());
        place_entries(entries.lines, entries.block, entries.values, cells);
        Bytes values;
        const SparseLines found = find_entries(entries.block, cells, values);
        BOOST_TEST((found == entries.lines && values == entries.values), name_of(set));
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pondus::test
