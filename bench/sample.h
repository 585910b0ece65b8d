// The matrices that are measured: synthetic ones, and real ones from .npy files.
#pragma once

#include <string>
#include <vector>

#include "codec/bits/byte_writer.h"

namespace pondus::bench {

/// A matrix of f32 with at most 256 distinct cells.
struct Sample {
  std::string name;
  std::uint64_t rows = 0;
  std::uint64_t cols = 0;
  Bytes cells{};                        ///< C order
  std::vector<std::uint8_t> indices{};  ///< of each cell in `values`
  std::vector<float> values{};          ///< ascending bit patterns
  double entropy_bits = 0;              ///< per cell, of order 0
  double nonzero = 0;                   ///< their share

  std::uint64_t weights() const { return rows * cols; }
};

/// Random places of zeros, and values of a Gaussian on a grid: k distinct cells, zero among them
/// where there are any.
Sample synthetic(std::uint64_t rows, std::uint64_t cols, std::uint32_t k,
                 std::uint32_t zero_percent);

/// All matrices of a folder that fit, by name.
std::vector<Sample> real(const std::string& folder);

}  // namespace pondus::bench
