// The Writer's calls in any order: never a crash, an error stays an error, and a file that is
// finished is sound.
#include <string>

#include "codec/container/checksum.h"
#include "formats/registry.h"
#include "formats/tensor_writer.h"
#include "fuzz/judge.h"
#include "fuzz/require.h"
#include "fuzz/stats.h"
#include "fuzz/tensors.h"

namespace pondus::fuzz {
namespace {

constexpr std::uint64_t cells_most = 4096;
constexpr int calls_most = 48;

/// Refuses what goes beyond a number of bytes, like a full disk.
class BoundedOutput : public Output {
 public:
  explicit BoundedOutput(std::uint64_t room) : room_(room) {}

  Result<void> write(ByteSpan bytes) override {
    if (bytes.size() > room_) return io_error("memory", 28);
    room_ -= bytes.size();
    return memory_.write(bytes);
  }
  Result<void> patch(ByteSpan first_bytes) override { return memory_.patch(first_bytes); }
  const Bytes& bytes() const { return memory_.bytes(); }

 private:
  std::uint64_t room_;
  MemoryOutput memory_;
};

/// Drives one Writer. Where the caller would owe something (a table of its kind's form, a payload
/// that is its tensor's), it is given; everything else is any value.
class Caller {
 public:
  explicit Caller(Input& in)
      : in_(in),
        wild_(in.below(4) == 3),
        output_(wild_ && in.flag() ? in.below(1u << 16) : Limits::none),
        writer_(output_, {.alignment = static_cast<std::uint8_t>(3 + in.below(14)),
                          .head_hint = in.flag()}) {}

  void run() {
    for (calls_ = 0; calls_ < calls_most && !in_.empty(); ++calls_) call();
    if (in_.flag())
      note(writer_.add_table(TableKind::shard, 0, write_shard({0, {writer_.content_hash()}})));
    note(writer_.finish());
    if (failed_) return;
    ++stats.reached;
    const Judged judged = judge(output_.bytes(), small_limits);
    require_success(judged.verdict, "a file that was finished is sound");
    require(output_.bytes().size() == writer_.file_bytes(), "the writer knows how much it wrote");
    ++stats.decoded;
    require(!writer_.finish(), "a file is finished once");
  }

 private:
  void call() {
    switch (in_.below(8)) {
      case 0:
        return add_source();
      case 1:
        begin_tensor();
        return wild_ ? void() : complete_tensor();
      case 2:
        return wild_ ? append_block() : write_tensor();
      case 3:
        return wild_ ? end_tensor() : write_tensor();
      case 4:
        return add_alias();
      case 5:
        return add_metadata();
      case 6:
        return write_tensor();
      default:
        static_cast<void>(writer_.content_hash());
    }
  }

  /// After an error there are only errors.
  template <class T>
  void note(const Result<T>& result) {
    require(!failed_ || !result, "a writer that failed stays failed");
    failed_ = failed_ || !result;
  }

  std::string name() {
    if (wild_ && in_.below(16) == 0) return std::string(as_text(in_.take(in_.below(8))));
    const std::size_t size = 1 + in_.below(2);
    const std::string name(size, static_cast<char>('a' + in_.below(8)));
    return wild_ ? name : name + std::to_string(calls_);
  }

  void add_alias() {
    if (!wild_ && names_.empty()) return;
    const std::string target = wild_ ? name() : names_[in_.below(names_.size())];
    const std::string alias = name();
    note(writer_.add_alias(alias, target, source()));
  }

  TableRef source() {
    if (sources_.empty() || in_.flag()) return std::nullopt;
    return sources_[in_.below(sources_.size())];
  }

  void add_source() {
    const Source table{SourceForm::safetensors_rebuilt, std::string(1 + in_.below(3), 'f'), {}};
    const auto number = writer_.add_table(TableKind::source, 0, write_source(table));
    note(number);
    if (number) sources_.push_back(*number);
  }

  void begin_tensor() {
    tensor_ = fuzzed_tensor(in_, cells_most);
    Record record;
    record.name = name();
    record.dtype = static_cast<std::uint8_t>(tensor_.dtype);
    record.bits = static_cast<std::uint8_t>(8 * cell_bytes(tensor_.dtype));
    record.shape = tensor_.shape;
    record.split = static_cast<std::uint8_t>(in_.below(tensor_.shape.rank() + 1));
    record.encoding = find_encoding(std::string_view("dense"))->id;
    record.source = source();
    names_.push_back(record.name);
    lines_ = record.lines();
    next_line_ = 0;
    note(writer_.begin_tensor(std::move(record)));
  }

  void append_block() {
    const std::uint64_t left = lines_.count() - next_line_;
    const auto some = wild_ ? in_.below(left + 2) : 1 + in_.below(left);
    const auto lines = static_cast<std::uint32_t>(in_.flag() || in_.empty() ? left : some);
    const std::uint32_t width = cell_bytes(tensor_.dtype);
    const std::uint64_t end = std::min(next_line_ + lines, lines_.count());
    const std::uint64_t begin_cell = lines_.cells_before(next_line_);
    const auto cells =
        ByteSpan(tensor_.cells)
            .subspan(begin_cell * width, (lines_.cells_before(end) - begin_cell) * width);
    note(writer_.append_block(cells, lines));
    next_line_ = end;
  }

  void complete_tensor() {
    while (!failed_ && next_line_ < lines_.count()) append_block();
    end_tensor();
  }

  void end_tensor() {
    const CellStatistics statistics = cell_statistics(tensor_.cells, cell_bytes(tensor_.dtype));
    note(writer_.end_tensor(xxh3(tensor_.cells), statistics.nonzero,
                            recorded_distinct(statistics.distinct)));
  }

  void add_metadata() {
    MetadataEntry entry{name(), MetadataType::bytes, {}};
    entry.value = as_text(in_.take(in_.below(32)));
    if (wild_) entry.type = static_cast<MetadataType>(in_.below(8));
    note(writer_.add_metadata(std::move(entry)));
  }

  void write_tensor() {
    const auto encodings = all_encodings();
    const std::uint64_t number = in_.below(encodings.size() + 1);
    EncodeOptions options;
    if (number < encodings.size()) options.encoding = encodings[number];
    options.layout = static_cast<Layout>(in_.below(3));
    const FuzzedTensor tensor = fuzzed_tensor(in_, cells_most);
    Bytes values = fuzzed_cells(in_, 8 * in_.below(64), 8);
    ValueSet shared(1u << in_.below(4));
    add_values(shared, values);
    TensorInput input;
    input.name = name();
    input.dtype = tensor.dtype;
    input.shape = tensor.shape;
    input.cells = tensor.cells;
    input.source = source();
    if (in_.flag()) input.shared = &shared;
    const auto report = TensorWriter(writer_, options).write(input);
    // An encoding that cannot apply is refused before the writer is asked.
    if (report) names_.push_back(input.name);
    if (report || report.error().fault.id != "request.encoding") note(report);
  }

  Input& in_;
  bool wild_;  ///< calls in any order; else mostly in one that can be finished
  BoundedOutput output_;
  Writer writer_;
  bool failed_ = false;
  int calls_ = 0;
  std::vector<std::string> names_;  ///< of tensors that can be aliased
  std::vector<std::uint32_t> sources_;
  FuzzedTensor tensor_;
  Lines lines_;
  std::uint64_t next_line_ = 0;
};

}  // namespace
}  // namespace pondus::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ++pondus::fuzz::stats.executions;
  pondus::fuzz::Input in(data, size);
  pondus::fuzz::Caller(in).run();
  return 0;
}
