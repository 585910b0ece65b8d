#include "codec/container/writer.h"

#include <boost/test/unit_test.hpp>

#include "codec/container/checksum.h"
#include "tests/support.h"

namespace pondus::test {
namespace {

/// A calls's name and what it does to a writer; each tensor has one line of one byte.
enum class Call { begin, block, end, alias, table, metadata, finish };
constexpr Call calls[] = {Call::begin, Call::block,    Call::end,   Call::alias,
                          Call::table, Call::metadata, Call::finish};

const Bytes cell{std::byte{7}};

Record one_cell(std::string name) {
  Record record;
  record.name = std::move(name);
  record.dtype = static_cast<std::uint8_t>(Dtype::u8);
  record.bits = 8;
  record.shape = shape_of({1});
  record.encoding = 1;
  return record;
}

/// What the documentation of Writer says of a sequence of calls.
class Expected {
 public:
  std::string call(Call which) {
    const std::string said = say(which);
    if (said != "ok") dead_ = true;
    return said;
  }
  std::size_t tensors() const { return ended_ + aliases_; }
  bool finished() const { return finished_; }

 private:
  std::string say(Call which) {
    const bool inside = which == Call::block || which == Call::end;
    if (dead_ || finished_ || inside != in_tensor_) return "request.writer-state";
    if (which == Call::begin) in_tensor_ = true, line_ = false;
    if (which == Call::block && std::exchange(line_, true)) return "request.line-count";
    if (which == Call::end && !line_) return "request.line-count";
    if (which == Call::end) in_tensor_ = false, ++ended_;
    if (which == Call::alias && ended_ == 0) return "request.alias-target";
    if (which == Call::alias) ++aliases_;
    if (which == Call::finish) finished_ = true;
    return "ok";
  }

  bool dead_ = false, finished_ = false, in_tensor_ = false, line_ = false;
  std::size_t ended_ = 0, aliases_ = 0;
};

/// Performs calls, each new name greater than the last.
class Performer {
 public:
  std::string call(Call which) {
    const std::string name = std::to_string(1000 + number_++);
    switch (which) {
      case Call::begin:
        if (first_.empty()) first_ = name;
        return label(writer_.begin_tensor(one_cell(name)));
      case Call::block:
        return label(writer_.append_block(cell, 1));
      case Call::end:
        return label(writer_.end_tensor(xxh3(cell), 1, 1));
      case Call::alias:
        return label(writer_.add_alias(name, first_, std::nullopt));
      case Call::table:
        return label(writer_.add_table(TableKind{99}, 0, cell));
      case Call::metadata:
        return label(writer_.add_metadata({name, MetadataType::string, "x"}));
      default:
        return label(writer_.finish());
    }
  }
  const Bytes& bytes() const { return output_.bytes(); }

 private:
  MemoryOutput output_;
  Writer writer_{output_};
  int number_ = 0;
  std::string first_;
};

void check_sequence(std::size_t number, int length) {
  Expected expected;
  Performer performer;
  for (int i = 0; i < length; ++i, number /= std::size(calls)) {
    const Call call = calls[number % std::size(calls)];
    const std::string wanted = expected.call(call);
    BOOST_REQUIRE_EQUAL(performer.call(call), wanted);
  }
  const auto model = Model::open(performer.bytes());
  BOOST_REQUIRE_EQUAL(model.has_value(), expected.finished());
  if (!model) return;
  BOOST_REQUIRE_EQUAL(label(model->check()), "ok");
  BOOST_REQUIRE_EQUAL(model->records().size(), expected.tensors());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(writer)

BOOST_AUTO_TEST_CASE(every_sequence_of_calls) {
  const int most = instrumented ? 4 : 6;
  std::size_t sequences = 1;
  for (int length = 1; length <= most; ++length) {
    sequences *= std::size(calls);
    for (std::size_t i = 0; i < sequences; ++i) check_sequence(i, length);
  }
}

BOOST_AUTO_TEST_CASE(names_are_judged) {
  for (const std::string& name :
       {std::string(), std::string(4097, 'x'), std::string("a\0b", 3), std::string("\xff")}) {
    MemoryOutput output;
    Writer writer(output);
    BOOST_TEST(label(writer.begin_tensor(one_cell(name))) == "request.name");
    BOOST_TEST(label(writer.finish()) == "request.writer-state");
    Writer other(output);
    BOOST_TEST(label(other.add_metadata({name, MetadataType::string, {}})) ==
               "request.metadata-key");
  }
}

BOOST_AUTO_TEST_CASE(a_name_or_key_comes_once) {
  const Tensor tensor = sparse_tensor("same", Dtype::u8, shape_of({3}), 0.5, 3, 1);
  BOOST_TEST(label(write_file({tensor, tensor}, {})) == "request.duplicate-name");
  MemoryOutput output;
  Writer writer(output);
  TensorWriter(writer, {}).write(input_of(tensor)).value();
  BOOST_TEST(label(writer.add_alias("same", "same", std::nullopt)) == "request.duplicate-name");
  MemoryOutput keys;
  Writer key_writer(keys);
  for (const char* key : {"b", "a", "b"})
    key_writer.add_metadata({key, MetadataType::string, {}}).value();
  BOOST_TEST(label(key_writer.finish()) == "request.duplicate-key");
  BOOST_TEST(label(key_writer.finish()) == "request.writer-state");
  BOOST_TEST(label(Model::open(keys.bytes())) != "ok");
}

BOOST_AUTO_TEST_CASE(lines_must_add_up) {
  for (const std::uint32_t lines : {0u, 4u, 0xFFFFFFFFu}) {
    MemoryOutput output;
    Writer writer(output);
    Record record = one_cell("t");
    record.shape = shape_of({3, 2});
    record.split = 1;
    writer.begin_tensor(record).value();
    BOOST_TEST(label(writer.append_block(cell, lines)) == "request.line-count");
  }
}

BOOST_AUTO_TEST_CASE(cells_must_be_those_of_the_shape) {
  Tensor tensor = sparse_tensor("t", Dtype::f32, shape_of({3}), 0.5, 3, 1);
  for (const std::size_t bytes : {0u, 11u, 13u, 24u}) {
    tensor.cells.resize(bytes);
    const auto file = write_file({tensor}, {});
    BOOST_TEST(label(file) == "request.cells");
    BOOST_TEST(file.error().tensor == "t");
  }
}

BOOST_AUTO_TEST_CASE(a_refused_tensor_leaves_the_writer_usable) {
  MemoryOutput output;
  Writer writer(output);
  Tensor tensor = sparse_tensor("t", Dtype::f32, shape_of({3}), 0.5, 3, 1);
  TensorInput short_input = input_of(tensor);
  short_input.cells = short_input.cells.first(4);
  BOOST_TEST(label(TensorWriter(writer, {}).write(short_input)) == "request.cells");
  BOOST_TEST(label(TensorWriter(writer, {}).write(input_of(tensor))) == "ok");
  BOOST_TEST(label(writer.finish()) == "ok");
  BOOST_TEST(label(Model::open(output.bytes()).value().check()) == "ok");
}

BOOST_AUTO_TEST_CASE(metadata_of_every_type_in_order_of_key) {
  MemoryOutput output;
  Writer writer(output);
  const std::vector<MetadataEntry> entries{
      {"b", MetadataType::i64, std::string(8, '\1')},
      {"B", MetadataType::boolean, std::string(1, '\1')},
      {"\xc3\xa9", MetadataType::bytes, std::string("\0\xff", 2)},
      {"a", MetadataType::string, "\xe2\x82\xac"},
      {"aa", MetadataType::f64, std::string(8, '\0')},
      {"empty", MetadataType::string, ""}};
  for (const auto& entry : entries) writer.add_metadata(entry).value();
  writer.finish().value();
  const Model model = std::move(Model::open(output.bytes()).value());
  const auto& stored = model.file().metadata();
  BOOST_TEST(stored.size() == entries.size());
  for (std::size_t i = 1; i < stored.size(); ++i) BOOST_TEST((stored[i - 1].key < stored[i].key));
  for (const auto& entry : entries) {
    const auto at = std::ranges::find(stored, entry.key, &MetadataEntry::key);
    BOOST_REQUIRE(at != stored.end());
    BOOST_TEST((at->type == entry.type && at->value == entry.value));
  }
}

BOOST_AUTO_TEST_CASE(no_metadata_that_a_reader_refuses) {
  const MetadataEntry bad[] = {{"k", MetadataType::string, "\xff"},
                               {"k", MetadataType::i64, "1234567"},
                               {"k", MetadataType::f64, "123456789"},
                               {"k", MetadataType::boolean, "\2"},
                               {"k", MetadataType::boolean, ""},
                               {"k", MetadataType{0}, ""},
                               {"k", MetadataType{6}, ""}};
  for (const auto& entry : bad) {
    MemoryOutput output;
    Writer writer(output);
    BOOST_TEST(label(writer.add_metadata(entry)) == "request.metadata-value");
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pondus::test
