// The example network in plain C++: from the weights of digits.safetensors to a digit.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace digits {

/// The float32 tensors of the network by name, each in row-major order.
using Weights = std::map<std::string, std::vector<float>>;

/// The values of `name`. Throws std::invalid_argument unless it is there with `count` values.
inline const std::vector<float>& tensor(const Weights& weights, const std::string& name,
                                        std::size_t count) {
  const auto found = weights.find(name);
  if (found == weights.end()) throw std::invalid_argument("missing tensor: " + name);
  if (found->second.size() != count) throw std::invalid_argument("wrong size: " + name);
  return found->second;
}

/// `channels` planes of `side` x `side` values: channel, then row, then column.
struct Planes {
  std::size_t channels;
  std::size_t side;
  std::vector<float> values;
};

/// The sum of a 3 x 3 kernel times the surroundings of (row, col); outside the plane is zero.
inline float correlate(const float* kernel, const float* plane, std::size_t side, std::size_t row,
                       std::size_t col) {
  float sum = 0;
  for (std::size_t k = 0; k < 9; ++k) {
    const std::size_t y = row + k / 3 - 1;  // wraps past `side` for row 0, k / 3 == 0
    const std::size_t x = col + k % 3 - 1;
    if (y < side && x < side) sum += kernel[k] * plane[y * side + x];
  }
  return sum;
}

/// 3 x 3 convolution, stride 1, same size. `kernels` is [bias.size()][in.channels][3][3].
inline Planes conv2d(const Planes& in, const std::vector<float>& kernels,
                     const std::vector<float>& bias) {
  const std::size_t area = in.side * in.side;
  Planes out{bias.size(), in.side, std::vector<float>(bias.size() * area)};
  for (std::size_t cell = 0; cell < out.values.size(); ++cell) {
    const std::size_t o = cell / area;
    float sum = bias[o];
    for (std::size_t i = 0; i < in.channels; ++i) {
      sum += correlate(&kernels[(o * in.channels + i) * 9], &in.values[i * area], in.side,
                       cell % area / in.side, cell % in.side);
    }
    out.values[cell] = sum;
  }
  return out;
}

/// Batch norm at inference; one value of each vector per channel.
inline Planes batch_norm(Planes planes, const std::vector<float>& scale,
                         const std::vector<float>& bias, const std::vector<float>& mean,
                         const std::vector<float>& var) {
  constexpr float epsilon = 1e-5F;
  const std::size_t area = planes.side * planes.side;
  for (std::size_t cell = 0; cell < planes.values.size(); ++cell) {
    const std::size_t c = cell / area;
    const float factor = scale[c] / std::sqrt(var[c] + epsilon);
    planes.values[cell] = (planes.values[cell] - mean[c]) * factor + bias[c];
  }
  return planes;
}

/// max(x, 0), value by value.
inline std::vector<float> relu(std::vector<float> values) {
  for (float& value : values) value = std::max(value, 0.0F);
  return values;
}

/// The largest value of every 2 x 2 square; `in.side` must be even.
inline Planes max_pool(const Planes& in) {
  const std::size_t side = in.side / 2;
  Planes out{in.channels, side, std::vector<float>(in.channels * side * side)};
  for (std::size_t cell = 0; cell < out.values.size(); ++cell) {
    const std::size_t row = cell / side;  // counted through all channels
    const float* upper = &in.values[2 * row * in.side + 2 * (cell % side)];
    const float* lower = upper + in.side;
    out.values[cell] = std::max(std::max(upper[0], upper[1]), std::max(lower[0], lower[1]));
  }
  return out;
}

/// matrix * in + bias. `matrix` is [bias.size()][in.size()].
inline std::vector<float> fully_connected(const std::vector<float>& in,
                                          const std::vector<float>& matrix,
                                          const std::vector<float>& bias) {
  std::vector<float> out = bias;
  for (std::size_t o = 0; o < out.size(); ++o) {
    for (std::size_t i = 0; i < in.size(); ++i) out[o] += matrix[o * in.size() + i] * in[i];
  }
  return out;
}

/// Convolution, batch norm and ReLU: the layers `features.<conv>` to `features.<conv + 2>`.
inline Planes stage(const Weights& weights, const Planes& in, std::size_t out_channels, int conv) {
  const std::string first = "features." + std::to_string(conv);
  const std::string second = "features." + std::to_string(conv + 1);
  Planes out = conv2d(in, tensor(weights, first + ".weight", out_channels * in.channels * 9),
                      tensor(weights, first + ".bias", out_channels));
  out = batch_norm(std::move(out), tensor(weights, second + ".weight", out_channels),
                   tensor(weights, second + ".bias", out_channels),
                   tensor(weights, second + ".running_mean", out_channels),
                   tensor(weights, second + ".running_var", out_channels));
  out.values = relu(std::move(out.values));
  return out;
}

/// The fully connected layer `name`.
inline std::vector<float> layer(const Weights& weights, const std::vector<float>& in,
                                std::size_t out_count, const std::string& name) {
  return fully_connected(in, tensor(weights, name + ".weight", out_count * in.size()),
                         tensor(weights, name + ".bias", out_count));
}

/// The ten scores of an 8 x 8 image of values 0 to 16, row by row.
/// Throws std::invalid_argument where a tensor is missing or of another size.
inline std::vector<float> scores(const Weights& weights, const std::uint8_t image[64]) {
  Planes planes{1, 8, std::vector<float>(image, image + 64)};
  for (float& value : planes.values) value /= 16;
  planes = stage(weights, planes, 16, 0);
  planes = stage(weights, planes, 32, 3);
  const std::vector<float> features = max_pool(planes).values;
  const std::vector<float> hidden = relu(layer(weights, features, 96, "classifier.0"));
  const std::vector<float> narrow = relu(layer(weights, hidden, 48, "classifier.2"));
  return layer(weights, narrow, 10, "classifier.4");
}

/// The digit with the largest score, the lowest one at a tie. Throws as `scores`.
inline int classify(const Weights& weights, const std::uint8_t image[64]) {
  const std::vector<float> all = scores(weights, image);
  return static_cast<int>(std::max_element(all.begin(), all.end()) - all.begin());
}

}  // namespace digits
