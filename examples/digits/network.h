// The example network, layer by layer from its compressed form: products for the layers' weights,
// plain C++ for the rest.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "formats/product.h"

namespace digits {

/// `channels` planes of `side` x `side` values: channel, then row, then column.
struct Planes {
  std::size_t channels;
  std::size_t side;
  std::vector<float> values;
};

/// The surroundings of every position, 3 x 3, outside the planes zero: a matrix of
/// (channels * 9) x (side * side), so that a kernel of [out][channels][3][3], seen as a matrix of
/// out x (channels * 9), times this one is the convolution with stride 1 and the same size.
inline std::vector<float> patches(const Planes& in) {
  const std::size_t area = in.side * in.side;
  std::vector<float> out(in.channels * 9 * area);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::size_t place = i / area % 9;
    const std::size_t row = i % area / in.side + place / 3 - 1;  // wraps past `side` below 0
    const std::size_t col = i % in.side + place % 3 - 1;
    if (row < in.side && col < in.side)
      out[i] = in.values[i / area / 9 * area + row * in.side + col];
  }
  return out;
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

/// Views the model of digits.pondus, which outlives it. All functions throw pondus::BadResult or
/// std::out_of_range where the file is not that network's.
class Network {
 public:
  explicit Network(const pondus::Model& model) {
    for (const pondus::Record& record : model.records()) {
      if (record.dtype != static_cast<std::uint8_t>(pondus::Dtype::f32)) continue;
      if (record.shape.rank() > 1) {
        weights_.emplace(record.name, std::move(pondus::Product::open(model, record).value()));
        continue;
      }
      pondus::Bytes cells(record.decoded_bytes());
      pondus::TensorReader::open(model, record).value().read(cells).value();
      for (std::size_t i = 0; i < cells.size(); i += sizeof(float)) {
        const auto cell = pondus::load<std::uint32_t>(&cells[i]);
        vectors_[record.name].push_back(std::bit_cast<float>(cell));
      }
    }
  }

  /// The digit with the largest score, the lowest one at a tie, of an 8 x 8 image of values 0 to
  /// 16, row by row.
  int classify(const std::uint8_t image[64]) const {
    Planes planes{1, 8, std::vector<float>(image, image + 64)};
    for (float& value : planes.values) value /= 16;
    planes = max_pool(stage(stage(planes, 0), 3));
    std::vector<float> values = relu(layer(planes.values, "classifier.0"));
    values = layer(relu(layer(values, "classifier.2")), "classifier.4");
    return static_cast<int>(std::max_element(values.begin(), values.end()) - values.begin());
  }

 private:
  /// W x + b for each of `vectors` vectors that stand side by side.
  std::vector<float> layer(const std::vector<float>& x, const std::string& name,
                           std::uint32_t vectors = 1) const {
    const pondus::Product& weight = weights_.at(name + ".weight");
    std::vector<float> y(weight.lines().rows() * vectors);
    pondus::ProductRequest request;
    request.vectors = vectors;
    weight.multiply(request, x, y).value();
    const std::vector<float>& bias = vectors_.at(name + ".bias");
    for (std::size_t i = 0; i < y.size(); ++i) y[i] += bias.at(i / vectors);
    return y;
  }

  /// Convolution, batch norm and ReLU: the layers `features.<conv>` to `features.<conv + 2>`.
  Planes stage(const Planes& in, int conv) const {
    const std::size_t area = in.side * in.side;
    std::vector<float> values =
        layer(patches(in), "features." + std::to_string(conv), static_cast<std::uint32_t>(area));
    const std::string norm = "features." + std::to_string(conv + 1);
    constexpr float epsilon = 1e-5F;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto of = [&](const char* name) { return vectors_.at(norm + name).at(i / area); };
      const float factor = of(".weight") / std::sqrt(of(".running_var") + epsilon);
      values[i] = (values[i] - of(".running_mean")) * factor + of(".bias");
    }
    const std::size_t channels = values.size() / area;
    return {channels, in.side, relu(std::move(values))};
  }

  /// max(x, 0), value by value.
  static std::vector<float> relu(std::vector<float> values) {
    for (float& value : values) value = std::max(value, 0.0F);
    return values;
  }

  std::map<std::string, pondus::Product> weights_;
  std::map<std::string, std::vector<float>> vectors_;
};

}  // namespace digits
