// A logarithm that gives the same bits on any machine, which those of C libraries do not.
#pragma once

#include <cmath>

namespace pondus {

/// log2(x) for x > 0 to about 2^-50, by the series of 2 artanh((m - 1) / (m + 1)) for x = m 2^e.
inline double log2_of(double x) {
  constexpr double root_half = 0.70710678118654752;
  constexpr double log2_of_e = 1.4426950408889634;
  int exponent = 0;
  double m = std::frexp(x, &exponent);
  if (m < root_half) {
    m *= 2;
    --exponent;
  }
  const double z = (m - 1) / (m + 1);
  double sum = 0;
  for (int power = 23; power >= 1; power -= 2) sum = sum * (z * z) + 1.0 / power;
  return exponent + 2 * log2_of_e * z * sum;
}

}  // namespace pondus
