// Clusters contexts into tables and makes frequencies of counts.
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "codec/base/logarithm.h"
#include "formats/context_map/search.h"

namespace pondus::context_map {
namespace {

constexpr double table_entry_bits = 5;  ///< about what a frequency takes
constexpr double map_entry_bits = 2;
/// Fewer tables than there may be: their slots fit in caches, for 2 % of size.
constexpr std::size_t chosen_most = 80;

struct Sparse {
  std::vector<std::pair<std::uint16_t, std::uint32_t>> counts;
  std::uint64_t total = 0;
};

std::vector<Sparse> sparse_of(const Histograms& histograms) {
  std::vector<Sparse> all(histograms.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto counts = histograms.of(i);
    for (std::size_t s = 0; s < counts.size(); ++s) {
      if (counts[s] == 0) continue;
      all[i].counts.push_back({static_cast<std::uint16_t>(s), counts[s]});
      all[i].total += counts[s];
    }
  }
  return all;
}

/// Starts from runs of contexts of about equal weight, and moves each context to its best table.
class Clustering {
 public:
  Clustering(const Histograms& histograms, std::size_t tables, unsigned rounds)
      : contexts_(sparse_of(histograms)), sums_{histograms.tokens, {}}, map_(contexts_.size()) {
    start(histograms, tables);
    costs_.resize(sums_.counts.size());
    for (unsigned i = 0; i < rounds; ++i) {
      for (std::size_t t = 0; t < sums_.size(); ++t)
        costs_of(sums_.of(t), std::span(costs_).subspan(t * sums_.tokens, sums_.tokens));
      move();
    }
    merge();
  }

  std::vector<std::uint8_t> map() const { return {map_.begin(), map_.end()}; }
  const Histograms& sums() const { return sums_; }

 private:
  void start(const Histograms& histograms, std::size_t tables) {
    std::vector<std::size_t> used;
    double all = 0;
    std::vector<double> bits(contexts_.size());
    for (std::size_t i = 0; i < contexts_.size(); ++i) {
      bits[i] = entropy_bits(histograms.of(i)) + 1;
      if (contexts_[i].total != 0) used.push_back(i), all += bits[i];
    }
    tables = std::max<std::size_t>(1, std::min(tables, used.size()));
    std::ranges::stable_sort(used, [&](std::size_t a, std::size_t b) {
      const double x = bits[a] / double(contexts_[a].total),
                   y = bits[b] / double(contexts_[b].total);
      return x < y;
    });
    std::ranges::stable_sort(used, [&](std::size_t a, std::size_t b) { return mode(a) < mode(b); });
    sums_.counts.resize(tables * sums_.tokens);
    double before = 0;
    for (const std::size_t i : used) {
      map_[i] = std::min<std::size_t>(tables - 1, std::size_t(before / all * double(tables)));
      before += bits[i];
      add(i);
    }
  }

  std::uint32_t mode(std::size_t i) const {
    const auto& counts = contexts_[i].counts;
    if (counts.empty()) return 0;
    return std::ranges::max_element(counts, {}, &std::pair<std::uint16_t, std::uint32_t>::second)
        ->first;
  }

  void add(std::size_t i) {
    for (const auto& [symbol, count] : contexts_[i].counts) sums_.of(map_[i])[symbol] += count;
  }

  void move() {
    std::ranges::fill(sums_.counts, 0u);
    for (std::size_t i = 0; i < contexts_.size(); ++i) {
      if (contexts_[i].total == 0) continue;
      double least = 1e300;
      std::size_t t = 0;
      for (; t + at_once <= sums_.size(); t += at_once) move_to_best<at_once>(i, t, least);
      for (; t < sums_.size(); ++t) move_to_best<1>(i, t, least);
      add(i);
    }
  }

  /// To one of some tables from `first` on, if that costs less; their sums do not wait for each
  /// other.
  template <std::size_t tables>
  void move_to_best(std::size_t i, std::size_t first, double& least) {
    std::array<double, tables> bits{};
    const float* const costs = &costs_[first * sums_.tokens];
    for (const auto& [symbol, count] : contexts_[i].counts)
      for (std::size_t t = 0; t < tables; ++t)
        bits[t] += double(costs[t * sums_.tokens + symbol]) * count;
    for (std::size_t t = 0; t < tables; ++t)
      if (bits[t] < least) least = bits[t], map_[i] = first + t;
  }

  double bits_of(std::size_t t) const {
    const auto counts = sums_.of(t);
    const auto used = std::ranges::count_if(counts, [](std::uint32_t n) { return n != 0; });
    return entropy_bits(counts) + double(used) * table_entry_bits;
  }

  double merged_bits(std::size_t a, std::size_t b) const {
    const auto x = sums_.of(a), y = sums_.of(b);
    double bits = 0;
    std::uint64_t total = 0;
    for (std::size_t s = 0; s < x.size(); ++s) {
      const std::uint32_t n = x[s] + y[s];
      if (n == 0) continue;
      total += n;
      bits += table_entry_bits - n_log_n(n);
    }
    return bits + n_log_n(total);
  }

  /// Joins the two tables that cost least together, as long as that gains.
  void merge() {
    const std::size_t n = sums_.size();
    std::vector<double> own(n);
    std::vector<std::size_t> alive(n);
    std::vector<double> loss(n * n);
    std::iota(alive.begin(), alive.end(), 0u);
    for (std::size_t t = 0; t < n; ++t) own[t] = bits_of(t);
    const auto price = [&](std::size_t a, std::size_t b) {
      loss[a * n + b] = loss[b * n + a] = merged_bits(a, b) - own[a] - own[b];
    };
    for (std::size_t a = 0; a < n; ++a)
      for (std::size_t b = 0; b < a; ++b) price(a, b);
    std::vector<std::size_t> into(n);
    std::iota(into.begin(), into.end(), 0u);
    while (alive.size() > 1) {
      std::size_t a = 0, b = 0;
      double least = map_entry_bits;
      for (std::size_t i = 0; i < alive.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
          if (loss[alive[i] * n + alive[j]] < least)
            least = loss[alive[i] * n + alive[j]], a = alive[j], b = alive[i];
      if (a == b) break;
      for (std::size_t s = 0; s < sums_.tokens; ++s) sums_.of(a)[s] += sums_.of(b)[s];
      own[a] = bits_of(a);
      std::erase(alive, b);
      for (std::size_t& t : into)
        if (t == b) t = a;
      for (const std::size_t t : alive)
        if (t != a) price(a, t);
    }
    compact(alive, into);
  }

  void compact(const std::vector<std::size_t>& alive, const std::vector<std::size_t>& into) {
    std::vector<std::size_t> order = alive;
    std::vector<double> bits;
    for (std::size_t t = 0; t < sums_.size(); ++t) {
      const auto counts = sums_.of(t);
      std::uint64_t weight = 0, total = 1;
      for (std::size_t s = 0; s < counts.size(); ++s) weight += s * counts[s], total += counts[s];
      bits.push_back(double(weight) / double(total));
    }
    std::ranges::stable_sort(order, {}, [&](std::size_t t) { return bits[t]; });
    Histograms kept{sums_.tokens, {}};
    std::vector<std::size_t> place(sums_.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
      place[order[i]] = i;
      const auto counts = sums_.of(order[i]);
      kept.counts.insert(kept.counts.end(), counts.begin(), counts.end());
    }
    for (std::size_t i = 0; i < map_.size(); ++i) map_[i] = place[into[map_[i]]];
    sums_ = kept;
  }

  static constexpr std::size_t at_once = 4;

  std::vector<Sparse> contexts_;
  Histograms sums_;
  std::vector<std::size_t> map_;
  std::vector<float> costs_;
};

/// Frequencies near the counts: none 0 where a count is not.
Frequencies frequencies_of(std::span<const std::uint32_t> counts) {
  const double total = double(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
  Frequencies frequencies(counts.size());
  std::int64_t left = rans_slots;
  for (std::size_t s = 0; s < counts.size(); ++s) {
    if (counts[s] == 0) continue;
    const std::int64_t rounded = std::llround(double(counts[s]) * rans_slots / total);
    frequencies[s] = std::uint16_t(std::clamp<std::int64_t>(rounded, 1, rans_slots));
    left -= frequencies[s];
  }
  if (total == 0) frequencies[0] = rans_slots, left = 0;
  for (; left != 0; left += left > 0 ? -1 : 1) {
    std::size_t best = 0;
    double best_gain = -1e300;
    for (std::size_t s = 0; s < counts.size(); ++s) {
      if (counts[s] == 0 || (left < 0 && frequencies[s] == 1)) continue;
      const double now = frequencies[s], then = left > 0 ? now + 1 : now - 1;
      const double gain = counts[s] * log2_of(then / now);
      if (gain > best_gain) best_gain = gain, best = s;
    }
    frequencies[best] = std::uint16_t(frequencies[best] + (left > 0 ? 1 : -1));
  }
  return frequencies;
}

double bits_under(std::span<const std::uint32_t> counts, const Frequencies& frequencies) {
  double bits = 0;
  for (std::size_t s = 0; s < counts.size(); ++s)
    if (counts[s] != 0) bits += counts[s] * (rans_slot_bits - log2_of(double(frequencies[s])));
  return bits;
}

}  // namespace

double choose_tables(const Job& job, Model& model) {
  const auto contexts = cell_contexts(model, job.tokens);
  Histograms histograms{model.tokens(), {}};
  histograms.counts.resize(std::size_t{model.contexts()} * model.tokens());
  for (std::size_t i = 0; i < contexts.size(); ++i)
    ++histograms.counts[std::size_t{contexts[i]} * model.tokens() + job.tokens[i]];
  const std::size_t most = std::min<std::size_t>(chosen_most, 1 + model.cells / 1024);
  const Clustering clustering(histograms, most, job.effort >= 7 ? 6 : 3);
  model.map = clustering.map();
  // A context that does not occur says what the one above it says.
  for (std::size_t i = model.symbol_classes; i < model.map.size(); ++i)
    if (entropy_bits(histograms.of(i)) == 0 && std::ranges::max(histograms.of(i)) == 0)
      model.map[i] = model.map[i - model.symbol_classes];
  model.tables.clear();
  double bits = 0;
  for (std::size_t t = 0; t < clustering.sums().size(); ++t) {
    model.tables.push_back(frequencies_of(clustering.sums().of(t)));
    bits += bits_under(clustering.sums().of(t), model.tables.back());
  }
  return bits;
}

}  // namespace pondus::context_map
