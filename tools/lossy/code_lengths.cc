#include "tools/lossy/code_lengths.h"

#include "formats/code_table.h"
#include "lossy/floats.h"

namespace pondus {
namespace {

std::uint64_t count_zeros(std::span<const lossy::Weights> tensors) {
  std::uint64_t zeros = 0;
  for (const lossy::Weights& tensor : tensors) {
    lossy::with_float(tensor.dtype(), [&](auto cell) {
      using Cell = decltype(cell);
      for (std::size_t i = 0; i < tensor.cells().size(); i += Cell::bytes)
        zeros += Cell::load(&tensor.cells()[i]) == 0 ? 1 : 0;
    });
  }
  return zeros;
}

/// Of the code that is built for cells 0, 1, ... with these frequencies. For many times as many,
/// lest what a table takes make a few weights' lengths coarse.
std::vector<double> lengths_of(std::vector<std::uint64_t> frequencies) {
  for (std::uint64_t& frequency : frequencies) frequency *= 1024;
  using Cell = std::uint32_t;
  Bytes cells(frequencies.size() * sizeof(Cell));
  for (std::size_t i = 0; i < frequencies.size(); ++i)
    store(&cells[i * sizeof(Cell)], static_cast<Cell>(i));
  const auto built = build_code_table(cells, frequencies, sizeof(Cell));
  const auto table = CodeTable::read(built.table, sizeof(Cell), 0).value();
  std::vector<double> lengths(frequencies.size());
  for (std::uint32_t entry = 0; entry < table.code().entries(); ++entry) {
    const auto cell = load<Cell>(&table.cells()[entry * sizeof(Cell)]);
    lengths[cell] = table.code().symbol_bits(table.code().token_of(entry));
  }
  return lengths;
}

}  // namespace

lossy::CodeLengths code_lengths(std::span<const lossy::Weights> tensors) {
  std::uint64_t weights = 0;
  for (const lossy::Weights& tensor : tensors) weights += tensor.count();
  const std::uint64_t zeros = count_zeros(tensors);
  const bool with_zero = zeros != 0 && zeros < weights - zeros;
  return [with_zero, zeros](std::span<const std::uint64_t> counts) {
    std::vector<std::uint64_t> frequencies(counts.begin(), counts.end());
    if (with_zero) frequencies.push_back(zeros);
    auto lengths = lengths_of(std::move(frequencies));
    lengths.resize(counts.size());
    return lengths;
  };
}

}  // namespace pondus
