// A sample as a file in memory, in one of our encodings.
#pragma once

#include <memory>
#include <optional>

#include "bench/sample.h"
#include "formats/registry.h"
#include "formats/tensor_reader.h"
#include "formats/tensor_writer.h"

namespace pondus::bench {

/// Output that is only counted.
class NullOutput : public Output {
 public:
  Result<void> write(ByteSpan bytes) override {
    written += bytes.size();
    return {};
  }
  Result<void> patch(ByteSpan) override { return {}; }

  std::uint64_t written = 0;
};

/// Writes a sample as a file's only tensor; whether the encoding applies.
inline bool write_file(const Sample& sample, const EncodeOptions& options, Output& output) {
  Writer writer(output);
  TensorWriter tensors(writer, options);
  const auto report = tensors.write({sample.name,
                                     Dtype::f32,
                                     *Shape::make({sample.rows, sample.cols}),
                                     sample.cells,
                                     {},
                                     nullptr});
  return report && writer.finish();
}

/// An opened file; null where the encoding does not apply.
struct Stored {
  explicit Stored(Bytes file)
      : bytes(std::move(file)),
        model(std::move(Model::open(bytes).value())),
        reader(TensorReader::open(model, model.records()[0]).value()) {}

  static std::shared_ptr<const Stored> make(const Sample& sample, const Encoding& encoding) {
    MemoryOutput output;
    EncodeOptions options;
    options.encoding = &encoding;
    options.verify = false;
    if (!write_file(sample, options, output)) return nullptr;
    return std::make_shared<Stored>(output.take());
  }

  BlockLines lines(const BlockEntry& block) const {
    return {reader.lines(), {block.first_line, block.first_line + block.lines}, 4};
  }

  Bytes bytes;
  Model model;
  TensorReader reader;
};

}  // namespace pondus::bench
