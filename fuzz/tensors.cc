#include "fuzz/tensors.h"

#include <algorithm>
#include <array>
#include <vector>

#include "formats/matrix.h"
#include "fuzz/random.h"

namespace pondus::fuzz {
namespace {

constexpr std::uint32_t rank_end = 6;
/// Large tensors are dear: one in 16 is.
constexpr std::uint64_t usual_cells_most = 2048;

/// Around the widths and limits that the format has.
constexpr std::array<std::uint64_t, 8> telling_dims{255,   256,   257,   4096,
                                                    65535, 65536, 65537, 70000};

std::uint64_t fuzzed_dim(Input& in) {
  switch (in.below(8)) {
    case 0:
      return 1;
    case 1:
      return in.below(300);
    case 2:
      return telling_dims[in.below(telling_dims.size())];
    default:
      return in.below(17);
  }
}

Shape fuzzed_shape(Input& in, std::uint64_t cells_most) {
  std::vector<std::uint64_t> dims(in.below(rank_end));
  std::uint64_t cells = 1;
  for (std::uint64_t& dim : dims) {
    dim = std::min(fuzzed_dim(in), cells_most / std::max<std::uint64_t>(cells, 1));
    cells *= std::max<std::uint64_t>(dim, 1);
  }
  return *Shape::make(dims);
}

void set_cell(Bytes& cells, std::size_t index, std::uint64_t value, std::uint32_t cell_bytes) {
  with_cell(cell_bytes, [&](auto cell) {
    store(&cells[index * sizeof cell], static_cast<decltype(cell)>(value));
  });
}

/// Values of a few patterns, drawn with the given share of zeros (in 256).
void fill_from_palette(Input& in, Bytes& cells, std::uint32_t cell_bytes) {
  const std::uint64_t choice = in.below(300);
  std::vector<std::uint64_t> palette(1 + (choice < 240 ? choice % 20 : choice));
  const std::uint64_t zeros = in.below(256);
  Random random(in.word<std::uint32_t>());
  for (std::uint64_t& value : palette) value = random.next();
  for (std::size_t i = 0; i < cells.size() / cell_bytes; ++i) {
    const std::uint64_t draw = random.next();
    set_cell(cells, i, draw % 256 < zeros ? 0 : palette[(draw >> 8) % palette.size()], cell_bytes);
  }
}

void set_some(Input& in, Bytes& cells, std::uint32_t cell_bytes) {
  for (std::uint64_t left = cells.empty() ? 0 : in.below(64); left > 0; --left) {
    const std::size_t index = in.below(cells.size() / cell_bytes);
    set_cell(cells, index, in.word<std::uint64_t>(), cell_bytes);
  }
}

}  // namespace

Bytes fuzzed_cells(Input& in, std::size_t bytes, std::uint32_t cell_bytes) {
  Bytes cells(bytes);
  switch (in.below(4)) {
    case 0:
      break;
    case 1:
      fill_from_palette(in, cells, cell_bytes);
      break;
    case 2: {
      const std::uint64_t step = in.word<std::uint64_t>();
      for (std::size_t i = 0; i < bytes / cell_bytes; ++i) set_cell(cells, i, i * step, cell_bytes);
      break;
    }
    default: {
      const ByteSpan literal = in.take(1 + in.below(1024));
      for (std::size_t i = 0; i < bytes && !literal.empty(); ++i)
        cells[i] = literal[i % literal.size()];
    }
  }
  set_some(in, cells, cell_bytes);
  return cells;
}

FuzzedTensor fuzzed_tensor(Input& in, std::uint64_t cells_most) {
  FuzzedTensor tensor;
  tensor.dtype = all_dtypes()[in.below(all_dtypes().size())].dtype;
  const std::uint32_t width = cell_bytes(tensor.dtype);
  const bool large = in.below(16) == 15;
  tensor.shape = fuzzed_shape(in, large ? cells_most : std::min(cells_most, usual_cells_most));
  tensor.cells = fuzzed_cells(in, tensor.shape.cells() * width, width);
  return tensor;
}

void add_values(ValueSet& set, ByteSpan cells) {
  CellStatistics statistics;
  with_cell(set.cell_bytes(), [&](auto cell) {
    using Cell = decltype(cell);
    std::vector<Cell> sorted(cells.size() / sizeof cell);
    for (std::size_t i = 0; i < sorted.size(); ++i) sorted[i] = load<Cell>(&cells[i * sizeof cell]);
    std::ranges::sort(sorted);
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      if (i > 0 && sorted[i] == sorted[i - 1]) {
        ++statistics.frequencies.back();
        continue;
      }
      statistics.values.resize(statistics.values.size() + sizeof cell);
      store(&statistics.values[statistics.values.size() - sizeof cell], sorted[i]);
      statistics.frequencies.push_back(1);
    }
  });
  statistics.distinct = statistics.frequencies.size();
  set.add(statistics);
}

}  // namespace pondus::fuzz
