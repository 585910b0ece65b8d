// Classifies the test images with the network in a .pondus file, from its compressed form: digits
// MODEL.pondus IMAGES.npy LABELS.npy
#include <cstdio>
#include <exception>

#include "codec/container/mapped_file.h"
#include "examples/digits/network.h"

namespace {

/// The bytes of a u8 .npy file behind its header, whose length stands at byte 8.
pondus::ByteSpan npy_cells(const pondus::MappedFile& file) {
  return file.bytes().subspan(10u + pondus::load<std::uint16_t>(&file.bytes()[8]));
}

int run(const char* path, const char* images_path, const char* labels_path) {
  const auto mapped = std::move(pondus::MappedFile::open(path).value());
  const auto model = std::move(pondus::Model::open(mapped.bytes()).value());
  const digits::Network network(model);
  const auto images_file = std::move(pondus::MappedFile::open(images_path).value());
  const auto labels_file = std::move(pondus::MappedFile::open(labels_path).value());
  const pondus::ByteSpan images = npy_cells(images_file);
  const pondus::ByteSpan labels = npy_cells(labels_file);
  std::size_t correct = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto* const image = reinterpret_cast<const std::uint8_t*>(&images[i * 64]);
    correct += network.classify(image) == std::to_integer<int>(labels[i]);
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
