#include <cstring>

#include "bench/stored.h"
#include "bench/tasks.h"

namespace pondus::bench {
namespace {

Subject ours(const Sample& sample, const std::string& name, const EncodeOptions& options) {
  const auto output = std::make_shared<NullOutput>();
  const auto run = [&sample, options, output] {
    output->written = 0;
    return write_file(sample, options, *output);
  };
  const auto verify = [&sample, options] {
    MemoryOutput file;
    if (!write_file(sample, options, file)) return false;
    const Stored stored(file.take());
    Bytes cells(sample.cells.size());
    return stored.reader.read(cells) && cells == sample.cells;
  };
  run();
  return {name, output->written, run, verify};
}

Subject peer(const Sample& sample, const Coder& coder) {
  const auto encode = [&sample, &coder](auto&& use) {
    const std::size_t piece = coder.piece_bytes == 0 ? sample.weights() : coder.piece_bytes;
    for (std::size_t at = 0; at < sample.weights(); at += piece) {
      const auto part = std::span(sample.indices)
                            .subspan(at, std::min<std::size_t>(piece, sample.weights() - at));
      if (!use(part, coder.encode(part))) return false;
    }
    return true;
  };
  const auto run = [=] { return encode([](IndexSpan, const Bytes&) { return true; }); };
  const auto verify = [=, &coder] {
    return encode([&](IndexSpan part, const Bytes& coded) {
      std::vector<std::uint8_t> decoded(part.size());
      return coder.decode(coded, decoded) &&
             std::memcmp(decoded.data(), part.data(), part.size()) == 0;
    });
  };
  return {coder.name + ", from indices", 0, run, verify};
}

}  // namespace

Task encoding_task(const Sample& sample, const std::vector<Coder>& coders) {
  Task task{"encode", {}};
  for (const Coder& coder : coders) task.subjects.push_back(peer(sample, coder));
  EncodeOptions options;
  options.verify = false;
  for (const Encoding* const encoding : all_encodings()) {
    options.encoding = encoding;
    NullOutput output;
    if (write_file(sample, options, output))
      task.subjects.push_back(ours(sample, std::string(encoding->name), options));
  }
  options.encoding = nullptr;
  for (const unsigned effort : {1u, effort_default}) {
    options.effort = effort;
    for (const bool verify : {false, true}) {
      options.verify = verify;
      const std::string verified = verify ? ", verified" : "";
      task.subjects.push_back(
          ours(sample, "auto, effort " + std::to_string(effort) + verified, options));
    }
  }
  return task;
}

}  // namespace pondus::bench
