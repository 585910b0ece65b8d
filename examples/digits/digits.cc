// Classifies the test images with the network in a .pondus file: digits MODEL.pondus IMAGES.npy
// LABELS.npy
#include <bit>
#include <cstdio>
#include <exception>

#include "codec/container/mapped_file.h"
#include "examples/digits/network.h"
#include "formats/tensor_reader.h"

namespace {

/// All f32 tensors of a file, decoded.
digits::Weights load_weights(const char* path) {
  const auto mapped = std::move(pondus::MappedFile::open(path).value());
  const auto model = std::move(pondus::Model::open(mapped.bytes()).value());
  digits::Weights weights;
  for (const pondus::Record& record : model.records()) {
    if (record.dtype != static_cast<std::uint8_t>(pondus::Dtype::f32)) continue;
    pondus::Bytes cells(record.decoded_bytes());
    pondus::TensorReader::open(model, record).value().read(cells).value();
    std::vector<float>& values = weights[record.name];
    for (std::size_t i = 0; i < cells.size(); i += sizeof(float)) {
      values.push_back(std::bit_cast<float>(pondus::load<std::uint32_t>(&cells[i])));
    }
  }
  return weights;
}

/// The bytes of a u8 .npy file behind its header, whose length stands at byte 8.
pondus::ByteSpan npy_cells(const pondus::MappedFile& file) {
  return file.bytes().subspan(10u + pondus::load<std::uint16_t>(&file.bytes()[8]));
}

int run(const char* model, const char* images_path, const char* labels_path) {
  const digits::Weights weights = load_weights(model);
  const auto images_file = std::move(pondus::MappedFile::open(images_path).value());
  const auto labels_file = std::move(pondus::MappedFile::open(labels_path).value());
  const pondus::ByteSpan images = npy_cells(images_file);
  const pondus::ByteSpan labels = npy_cells(labels_file);
  std::size_t correct = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto* const image = reinterpret_cast<const std::uint8_t*>(&images[i * 64]);
    correct += digits::classify(weights, image) == std::to_integer<int>(labels[i]);
  }
  std::printf("correct %zu of %zu\n", correct, labels.size());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: digits MODEL.pondus IMAGES.npy LABELS.npy\n");
    return 1;
  }
  try {
    return run(argv[1], argv[2], argv[3]);
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "digits: %s\n", exception.what());
    return 1;
  }
}
