// The loops over entries of each instruction set against sums in double precision.
#include "formats/entry_kernels.h"

#include "formats/cell_loop.h"
#include "formats/delta_map/delta_map.h"
#include "tests/product_reference.h"

namespace pondus::test {
namespace {

/// Lines of entries as they are stored, all listed or each in the form that its number says.
struct Places {
  std::uint32_t position_bytes = 1 + random_bits() % 2;
  Bytes bytes{1};  // off any alignment
  std::vector<std::uint32_t> counts;

  void add_line(const std::vector<std::uint32_t>& places, std::uint32_t cells, bool all_listed) {
    counts.push_back(static_cast<std::uint32_t>(places.size()));
    const LineForm form = all_listed ? LineForm::listed : form_of(counts.back(), cells);
    const std::size_t begin = bytes.size();
    if (form == LineForm::masked) bytes.resize(begin + (cells + 7) / 8);
    for (const std::uint32_t place : places) {
      if (form == LineForm::masked) bytes[begin + place / 8] |= std::byte{1} << place % 8;
      if (form != LineForm::listed) continue;
      bytes.push_back(static_cast<std::byte>(place));
      if (position_bytes == 2) bytes.push_back(static_cast<std::byte>(place >> 8));
    }
  }
};

bool entries_hold(const Case& c) {
  const auto weights = numbers(c.lines * c.count);
  const auto x = numbers((c.along ? c.count : c.lines) * c.stride);
  auto y = numbers((c.along ? c.lines : c.count) * c.stride);
  Reference expected(y);
  const EntryKernels& of_entries = entry_kernels.in_use();
  const bool all_listed = c.stride != 1 || random_bits() % 2 == 0;
  Places places;
  if (c.count > 256) places.position_bytes = 2;
  std::vector<float> values, products;
  for (std::size_t line = 0; line < c.lines; ++line) {
    std::vector<std::uint32_t> of_line;
    const std::uint32_t thinned = 1 + random_bits() % 12;
    for (std::uint32_t place = 0; place < c.count; ++place) {
      const float weight = weights[line * c.count + place];
      if (random_bits() % thinned != 0 || weight == 0) continue;
      of_line.push_back(place);
      values.push_back(weight);
      products.push_back(weight * x[(c.along ? place : line) * c.stride]);
      for (std::uint32_t v = 0; v < c.stride; ++v) {
        const std::size_t from = (c.along ? place : line) * c.stride + v;
        expected.add((c.along ? line : place) * c.stride + v, weight, x[from]);
      }
    }
    places.add_line(of_line, static_cast<std::uint32_t>(c.count), all_listed);
  }
  const Bytes cells = as_cells(values);
  LineEntries entries{places.counts.data(),  c.lines,    static_cast<std::uint32_t>(c.count),
                      places.position_bytes, all_listed, places.bytes.data() + 1,
                      cells.data() + 1};
  auto summed = y;
  bool sound = (c.along ? of_entries.dot : of_entries.axpy)(entries, x.data(), c.stride, y.data());
  if (c.along && c.stride == 1 && places.position_bytes == 2 && all_listed &&
      of_entries.sum != nullptr) {
    const Bytes multiplied = as_cells(products);
    entries.values = multiplied.data() + 1;
    sound = of_entries.sum(entries, summed.data()) && expected.holds(summed, c.count) && sound;
  }
  return sound && expected.holds(y, c.along ? c.count : c.lines);
}

/// One line with any mask, or a full one: as `judges`.
bool judges_mask(std::uint32_t cells, bool along) {
  const EntryKernels& kernels = entry_kernels.in_use();
  Bytes mask((cells + 7) / 8);
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < cells; ++i) {
    if (random_bits() % 2 == 0) continue;
    mask[i / 8] |= std::byte{1} << i % 8;
    ++count;
  }
  if (random_bits() % 8 == 0) count = cells;
  if (form_of(count, cells) == LineForm::listed) return true;
  std::uint32_t in_line = 0, in_all = 0;
  for (std::uint32_t flips = random_bits() % 3; flips > 0; --flips) {
    const std::uint32_t bit = random_bits() % static_cast<std::uint32_t>(8 * mask.size());
    mask[bit / 8] ^= std::byte{1} << bit % 8;
  }
  for (std::uint32_t i = 0; i < 8 * mask.size(); ++i) {
    const bool set = (mask[i / 8] >> i % 8 & std::byte{1}) != std::byte{0};
    in_all += set;
    in_line += set && i < cells;
  }
  std::vector<float> values(count, 1.0f);
  if (random_bits() % 8 == 0) values[random_bits() % count] = 0.0f;
  const bool sound = std::ranges::count(values, 0.0f) == 0 &&
                     (count == cells || (in_line == count && in_all == count));
  const std::vector<float> x(along ? cells : 1, 1.0f);
  std::vector<float> y(along ? 1 : cells);
  const Bytes stored = as_cells(values);
  const LineEntries line{&count,    1, cells, 1, false, count == cells ? nullptr : mask.data(),
                         &stored[1]};
  return (along ? kernels.dot : kernels.axpy)(line, x.data(), 1, y.data()) == sound;
}

/// One line of any positions and values, and where its values are products. Nothing is read or
/// written outside of the vectors, which the sanitizers watch, and all that is unsound is seen.
bool judges(std::uint32_t cells, std::uint32_t count, std::uint32_t stride, bool along) {
  const std::uint32_t bytes = 1 + random_bits() % 2;
  const std::uint32_t greatest = random_bits() % 8 == 0 ? (bytes == 1 ? 255 : 65535) : cells - 1;
  Bytes positions(bytes * count);
  Bytes values(4 * count);
  bool in_order = true, sound = true;
  std::uint32_t before = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const bool stray = random_bits() % (2 * count) == 0;
    const std::uint32_t position = stray ? random_bits() % (greatest + 1) : i + before % 2;
    const std::uint32_t value = random_bits() % (16 * count) == 0 ? 0 : 0x3F800000;
    in_order = in_order && position < cells && (i == 0 || position > before);
    sound = sound && in_order && value != 0;
    before = position;
    positions[bytes * i] = static_cast<std::byte>(position);
    if (bytes == 2) positions[2 * i + 1] = static_cast<std::byte>(position >> 8);
    store(&values[4 * i], value);
  }
  const std::vector<float> x((along ? cells : 1) * stride, 1.0f);
  std::vector<float> y((along ? 1 : cells) * stride);
  const EntryKernels& kernels = entry_kernels.in_use();
  const LineEntries line{&count, 1, cells, bytes, true, positions.data(), values.data()};
  if (along && stride == 1 && bytes == 2 && kernels.sum != nullptr &&
      kernels.sum(line, y.data()) != in_order)
    return false;
  return (along ? kernels.dot : kernels.axpy)(line, x.data(), stride, y.data()) == sound;
}

/// Cells of any width, some of them zero, or with one bit that is not.
template <class Cell>
bool counted(std::size_t count) {
  Bytes cells(count * sizeof(Cell));
  std::size_t nonzero = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (random_bits() % 2 == 0) continue;
    store(&cells[i * sizeof(Cell)],
          static_cast<Cell>(Cell{1} << random_bits() % (8 * sizeof(Cell))));
    ++nonzero;
  }
  return count_nonzero<Cell>(cells) == nonzero;
}

/// Cells of 4 bytes, one byte off any alignment, against one by one; in no more room than is asked
/// for.
bool finds(const EntryKernels& kernels, std::size_t count) {
  const std::uint32_t thinned = 1 + random_bits() % 4;
  Bytes cells(1 + 4 * count);
  std::vector<std::uint16_t> expected;
  Bytes expected_values;
  for (std::size_t i = 0; i < count; ++i) {
    if (random_bits() % thinned != 0) continue;
    store(&cells[1 + 4 * i], 1u << random_bits() % 32);
    expected.push_back(static_cast<std::uint16_t>(i));
    expected_values.insert(expected_values.end(), &cells[1 + 4 * i], &cells[1 + 4 * i] + 4);
  }
  std::vector<std::uint16_t> places(expected.size() + 32);
  Bytes values(4 * places.size());
  const std::size_t found = kernels.find(cells.data() + 1, count, places.data(), values.data());
  places.resize(found);
  values.resize(4 * found);
  return places == expected && values == expected_values;
}

/// A line changed where a mask says so, with few different cells and values, against one by one;
/// neither what is behind the line nor the one that it is made from is touched.
bool changes(const EntryKernels& kernels, std::uint32_t cells) {
  constexpr std::uint32_t first = 0x3F800001, entries[] = {first, 5, 0x80000000, 0};
  const auto some_cell = [&](std::uint32_t kinds) { return entries[random_bits() % kinds]; };
  Bytes mask((cells + 7) / 8);
  Bytes from(1 + 4 * cells), values(1);
  for (std::uint32_t i = 0; i < cells; ++i) store(&from[1 + 4 * i], some_cell(4));
  Bytes expected = from;
  expected.push_back(std::byte{7});
  std::uint32_t count = 0;
  const std::uint32_t thinned = 1 + random_bits() % 3;
  for (std::uint32_t i = 0; i < cells; ++i) {
    if (random_bits() % thinned != 0) continue;
    mask[i / 8] |= std::byte{1} << i % 8;
    ++count;
    const std::uint32_t value = some_cell(3);
    values.resize(values.size() + 4);
    store(&values[values.size() - 4], value);
    std::byte* const at = &expected[1 + 4 * i];
    store(at, delta_map::changed(load<std::uint32_t>(at), value, first));
  }
  const Bytes before = from;
  Bytes to(from.size() + 1, std::byte{7});
  to[0] = expected[0];
  const LineEntries line{&count, 1, cells, 0, false, mask.data(), values.data() + 1};
  kernels.change(line, first, from.data() + 1, to.data() + 1);
  return to == expected && from == before;
}

int run() {
  Tally tally;
  for (std::size_t count = 1; count < 300; ++count) {
    const bool good = counted<std::uint8_t>(count) && counted<std::uint16_t>(count) &&
                      counted<std::uint32_t>(count) && counted<std::uint64_t>(count);
    tally.note(InstructionSet::portable, good, "cells that are not zero", {1, count, 1, true});
  }
  with_all_kernels([&](InstructionSet set) {
    for (std::uint32_t round = 0; round < 20000; ++round) {
      const std::uint32_t count = 1 + random_bits() % 100;
      const std::uint32_t cells = count + random_bits() % 10 + 1;
      const std::uint32_t stride = round % 3 == 0 ? 2 : 1;
      const bool along = round % 2 == 0;
      tally.note(set, judges(cells, count, stride, along), "positions judged wrongly",
                 {1, cells, stride, along});
      tally.note(set, judges_mask(cells, along), "a mask judged wrongly", {1, cells, 1, along});
    }
    const EntryKernels& kernels = entry_kernels.in_use();
    for (std::size_t count = 0; kernels.find != nullptr && count < 65536; count += 1 + count / 64)
      tally.note(set, finds(kernels, count), "entries not found", {1, count, 1, true});
    for (std::uint32_t cells = 1; kernels.change != nullptr && cells < 600; ++cells)
      tally.note(set, changes(kernels, cells), "a line changed wrongly", {1, cells, 1, true});
    for (const bool along : {false, true}) {
      const Case long_lines{3, 3000, 1, along};
      for (int round = 0; round < 20; ++round)
        tally.note(set, entries_hold(long_lines), "entries", long_lines);
    }
    for_each_case([&](const Case& c) { tally.note(set, entries_hold(c), "entries", c); });
  });
  std::printf("%zu products of entries, %zu wrong\n", tally.cases, tally.wrong);
  return tally.wrong != 0;
}

}  // namespace
}  // namespace pondus::test

int main() { return pondus::test::run(); }
