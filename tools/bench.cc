// `pondus bench`: how fast the tensors of a file decode and multiply on this machine.
#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "codec/base/instruction_set.h"
#include "formats/product.h"
#include "formats/registry.h"
#include "tools/commands.h"
#include "tools/open_file.h"
#include "tools/report.h"

namespace pondus {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view schema = "pondus-bench/1";
constexpr int rounds_least = 3;
constexpr int rounds_most = 31;
constexpr double seconds_enough = 0.5;
constexpr std::size_t left_columns = 4;

/// Speeds of one tensor in cells per second; none where it cannot be done.
struct Speeds {
  const Record* record = nullptr;
  std::string encoding{};
  std::optional<double> decode{}, product{};
};

/// The median of some rounds, by the clock on the wall.
template <class Work>
Result<double> median_seconds(Work&& work) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> seconds;
  double sum = 0;
  const auto enough = [&] {
    const auto rounds = static_cast<int>(seconds.size());
    return rounds >= rounds_most || (rounds >= rounds_least && sum > seconds_enough);
  };
  while (!enough()) {
    const auto begin = Clock::now();
    if (auto done = work(); !done) return done.error();
    seconds.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
    sum += seconds.back();
  }
  std::ranges::sort(seconds);
  return seconds[seconds.size() / 2];
}

bool multiplies(const Record& record) {
  const auto dtype = static_cast<Dtype>(record.dtype);
  return dtype == Dtype::f32 || dtype == Dtype::f16 || dtype == Dtype::bf16;
}

/// Into one buffer, both checksums judged.
Result<double> decode_speed(const Model& model, const Record& record, unsigned threads) {
  const auto reader = TensorReader::open(model, record);
  if (!reader) return reader.error();
  Bytes cells(record.decoded_bytes());
  const auto seconds = median_seconds([&] { return reader->read(cells, threads); });
  if (!seconds) return seconds.error();
  return static_cast<double>(record.shape.cells()) / *seconds;
}

/// y = W x with one vector; no checksums.
Result<double> product_speed(const Model& model, const Record& record, unsigned threads) {
  const auto product = Product::open(model, record);
  if (!product) return product.error();
  const std::vector<float> x(product->input_count(Side::right), 1.0f);
  std::vector<float> y(product->output_count(Side::right));
  const ProductRequest request{.threads = threads};
  const auto seconds = median_seconds([&] { return product->multiply(request, x, y); });
  if (!seconds) return seconds.error();
  return static_cast<double>(record.shape.cells()) / *seconds;
}

Result<Speeds> measure(const OpenFile& file, const Record& record, unsigned threads) {
  Speeds speeds{.record = &record};
  const Encoding* const encoding = find_encoding(file.model.file().stored(record).encoding);
  if (encoding == nullptr) return unsupported_error(record);
  speeds.encoding = encoding->name;
  if (record.shape.cells() == 0) return speeds;
  const auto decode = decode_speed(file.model, record, threads);
  if (!decode) return decode.error();
  speeds.decode = *decode;
  if (multiplies(record)) {
    const auto product = product_speed(file.model, record, threads);
    if (!product) return product.error();
    speeds.product = *product;
  }
  file.forget(record);
  return speeds;
}

std::string dtype_name(const Record& record) { return std::string(find_dtype(record.dtype)->name); }

ordered_json to_json(const Speeds& speeds) {
  const auto number = [](const std::optional<double>& value) {
    return value ? ordered_json(*value) : ordered_json(nullptr);
  };
  const Record& record = *speeds.record;
  return {{"name", record.name},
          {"dtype", dtype_name(record)},
          {"shape", record.shape.dims()},
          {"encoding", speeds.encoding},
          {"stored_bytes", record.stored_bytes()},
          {"decode_cells_per_second", number(speeds.decode)},
          {"product_cells_per_second", number(speeds.product)}};
}

std::string text(const std::vector<Speeds>& all) {
  const auto giga = [](const std::optional<double>& value) {
    return value ? fixed(*value / 1e9, 3) : std::string("-");
  };
  TextTable table(left_columns);
  table.add({"tensor", "dtype", "shape", "encoding", "stored", "decode 10^9/s", "product 10^9/s"});
  for (const Speeds& speeds : all) {
    const Record& record = *speeds.record;
    table.add({shown(record.name), dtype_name(record), shape_text(record.shape.dims()),
               speeds.encoding, std::to_string(record.stored_bytes()), giga(speeds.decode),
               giga(speeds.product)});
  }
  return table.text();
}

}  // namespace

int bench(const BenchRequest& request) {
  Reporter reporter;
  const auto file = open_file(request.file, request.limits);
  if (!file) {
    reporter.report(request.file, file.error());
    return reporter.worst();
  }
  std::vector<Speeds> all;
  for (const Record& record : file->model.records()) {
    if (record.alias) continue;
    auto speeds = measure(*file, record, request.threads);
    if (speeds) {
      all.push_back(std::move(*speeds));
    } else {
      reporter.report(request.file, speeds.error());
    }
  }
  const std::string kernels(name_of(instruction_set()));
  if (request.json) {
    ordered_json out{{"schema", schema},
                     {"file", request.file},
                     {"kernels", kernels},
                     {"threads", request.threads},
                     {"tensors", ordered_json::array()}};
    for (const Speeds& speeds : all) out["tensors"].push_back(to_json(speeds));
    std::printf("%s\n", out.dump(1, ' ', true, ordered_json::error_handler_t::replace).c_str());
  } else {
    std::printf("%skernels: %s\n", text(all).c_str(), kernels.c_str());
  }
  return reporter.worst();
}

}  // namespace pondus
