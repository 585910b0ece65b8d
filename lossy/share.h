// Weight sharing of tensors: a quantiser fitted on their nonzeros, and weights replaced by its
// centres.
#pragma once

#include <optional>

#include "lossy/quantiser.h"

namespace pondus::lossy {

enum class Method { cws, cws_exact, pws, uq, ecsq };

/// The most centres that a search for a target tries.
inline constexpr std::size_t centres_most = std::size_t{1} << 16;

struct ShareOptions {
  Method method = Method::cws;
  /// Distinct values that are left at most, zero included where there are zeros; with a target, the
  /// most that are tried (none: as many as the method allows).
  std::optional<std::size_t> k = {};
  /// Targets, of which one at most is given. Bits per weight: the order-0 entropy of the result,
  /// zeros included, at most. Error: the sum of squared errors as a part of the sum of squares, at
  /// most.
  std::optional<double> bits = {};
  std::optional<double> error = {};
  std::uint64_t seed = 0;
  /// What ECSQ takes for a weight's rate, for the tensors that will be stored.
  CodeLengths lengths = ideal_lengths;
};

/// Of tensors that share one codebook. Zeros stay zeros: the quantiser is fitted on the rest.
/// Without nonzeros there are no centres. Errors request.sharing (k is 0, or leaves nothing for
/// nonzeros; no k and no target) and request.target (no k reaches it).
/// * cws, pws, uq: for bits the largest, for an error the smallest k that bisection finds.
/// * ecsq: with k alone, lambda is 2 ln 2 times the mean squared error of CWS with k, the slope of
///   its rate-distortion curve; with a target, lambda is bisected: the least that keeps the bits,
///   or the greatest that keeps the error.
Result<Quantiser> fit(std::span<const Weights> tensors, const ShareOptions& options);

/// Nonzero weights become their centres, to the nearest number of the dtype; zeros become +0.0.
/// Random rules draw from `seed` and a weight's index alone.
void apply(const Quantiser& quantiser, Dtype dtype, std::span<std::byte> cells, std::uint64_t seed,
           unsigned threads);

}  // namespace pondus::lossy
