#include "formats/value_set.h"

#include <algorithm>
#include <numeric>

#include "codec/base/limits.h"

namespace pondus {
namespace {

/// Both lists of ascending cells as one, the frequencies of equal cells added.
template <class Cell>
void merge(Bytes& values, std::vector<std::uint64_t>& frequencies, const CellStatistics& other) {
  Bytes merged;
  std::vector<std::uint64_t> sums;
  const std::size_t counts[2] = {frequencies.size(), other.frequencies.size()};
  for (std::size_t i = 0, j = 0; i < counts[0] || j < counts[1];) {
    const bool first = i < counts[0];
    const bool second = j < counts[1];
    const Cell a = first ? load<Cell>(&values[i * sizeof(Cell)]) : Cell{};
    const Cell b = second ? load<Cell>(&other.values[j * sizeof(Cell)]) : Cell{};
    const bool take_first = first && (!second || a <= b);
    const bool take_second = second && (!first || b <= a);
    merged.resize(merged.size() + sizeof(Cell));
    store(&merged[merged.size() - sizeof(Cell)], take_first ? a : b);
    sums.push_back((take_first ? frequencies[i] : 0) + (take_second ? other.frequencies[j] : 0));
    i += take_first;
    j += take_second;
  }
  values = std::move(merged);
  frequencies = std::move(sums);
}

}  // namespace

void ValueSet::add(const CellStatistics& statistics) {
  tables_ = {};
  too_many_ = too_many_ || statistics.distinct != statistics.frequencies.size();
  if (!too_many_) {
    with_cell(cell_bytes_,
              [&](auto cell) { merge<decltype(cell)>(values_, frequencies_, statistics); });
    too_many_ = frequencies_.size() > codebook_entries_most;
  }
  if (!too_many_) return;
  values_ = {};
  frequencies_ = {};
}

bool ValueSet::holds(const CellStatistics& statistics) const {
  const PreparedTable* const prepared = table(TableUse::codebook);
  if (prepared == nullptr || statistics.values.empty()) return false;
  return with_cell(cell_bytes_, [&](auto cell) {
    for (std::size_t i = 0; i < statistics.values.size(); i += sizeof cell) {
      if (!prepared->index->contains(load<decltype(cell)>(&statistics.values[i]))) return false;
    }
    return true;
  });
}

bool ValueSet::holds_zero() const {
  return !empty() && std::ranges::all_of(ByteSpan(values_).first(cell_bytes_),
                                         [](std::byte b) { return b == std::byte{0}; });
}

const PreparedTable* ValueSet::table(TableUse use) const {
  auto& kept = tables_[static_cast<std::size_t>(use)];
  if (kept) return kept.get();
  const std::size_t skipped = use == TableUse::nonzero_code && holds_zero() ? 1 : 0;
  if (use == TableUse::none || frequencies_.size() == skipped) return nullptr;
  auto made = std::make_unique<PreparedTable>();
  if (use == TableUse::codebook) {
    made->bytes = values_;
    made->tables.codebook = Codebook::trusted(made->bytes, cell_bytes_);
    made->index.emplace(made->tables.codebook.cells(), cell_bytes_);
  } else {
    const auto frequencies = std::span(frequencies_).subspan(skipped);
    auto built = build_code_table(ByteSpan(values_).subspan(skipped * cell_bytes_), frequencies,
                                  cell_bytes_);
    made->bytes = std::move(built.table);
    made->coded_bits = built.coded_bits;
    made->coded_symbols = std::accumulate(frequencies.begin(), frequencies.end(), std::uint64_t{0});
    made->tables.code =
        CodeTable::read(made->bytes, cell_bytes_, 0).value();  // our own table keeps the rules
    made->index.emplace(made->tables.code.cells(), cell_bytes_);
  }
  made->tables.index = &*made->index;
  made->tables.no_zeros = !holds_zero();
  kept = std::move(made);
  return kept.get();
}

}  // namespace pondus
