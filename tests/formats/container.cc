#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "codec/base/checked.h"
#include "codec/container/checksum.h"
#include "formats/registry.h"
#include "formats/tensor_reader.h"
#include "tests/support.h"

namespace pondus::test {
namespace {

Tensor some_tensor(std::string name, std::uint64_t seed) {
  return sparse_tensor(std::move(name), Dtype::f32, shape_of({20, 30}), 0.2, 6, seed);
}

/// Writes one tensor under the first name, and then aliases, each of a name that was given before
/// it.
Bytes aliased(const std::vector<std::string>& names, Random& random) {
  MemoryOutput output;
  Writer writer(output);
  TensorWriter(writer, {}).write(input_of(some_tensor(names[0], 1))).value();
  TensorWriter(writer, {}).write(input_of(some_tensor("m", 2))).value();
  for (std::size_t i = 1; i < names.size(); ++i)
    writer.add_alias(names[i], names[random.below(i)], std::nullopt).value();
  writer.finish().value();
  return output.take();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(container)

BOOST_AUTO_TEST_CASE(the_smallest_name_holds_the_cells) {
  Random random(13);
  std::vector<std::string> names{"a", "b", "n", "z"};
  const Bytes cells = some_tensor("x", 1).cells;
  const Bytes first = aliased(names, random);
  do {
    const Bytes file = aliased(names, random);
    BOOST_TEST((file == first));
    const Model model = std::move(Model::open(file).value());
    BOOST_TEST(label(model.check()) == "ok");
    for (const auto& name : names) {
      const Record* const record = model.find(name);
      BOOST_REQUIRE(record != nullptr);
      BOOST_TEST(record->alias.has_value() == (name != "a"));
      BOOST_TEST(model.file().stored(*record).name == "a");
      BOOST_TEST((read_cells(model, name) == cells));
    }
    BOOST_TEST((read_cells(model, "m") == some_tensor("m", 2).cells));
  } while (std::ranges::next_permutation(names).found);
}

BOOST_AUTO_TEST_CASE(aliases_keep_their_own_source) {
  MemoryOutput output;
  Writer writer(output);
  std::vector<std::uint32_t> sources;
  for (const char* name : {"first.safetensors", "second.safetensors"}) {
    const Bytes table = write_source({SourceForm::safetensors_rebuilt, name, {}});
    sources.push_back(writer.add_table(TableKind::source, 0, table).value());
  }
  const Tensor tensor = some_tensor("y", 1);
  TensorInput input = input_of(tensor);
  input.source = sources[0];
  TensorWriter(writer, {}).write(input).value();
  writer.add_alias("x", "y", sources[1]).value();
  writer.finish().value();
  const Model model = std::move(Model::open(output.bytes()).value());
  BOOST_TEST(label(model.check()) == "ok");
  BOOST_TEST(!model.find("x")->alias.has_value());
  BOOST_TEST((model.find("x")->source == sources[1]));
  BOOST_TEST((model.find("y")->source == sources[0]));
}

BOOST_AUTO_TEST_CASE(equal_tables_are_stored_once) {
  MemoryOutput output;
  Writer writer(output);
  const Bytes small(100, std::byte{1});
  const auto first = writer.add_table(TableKind{99}, 0, small).value();
  BOOST_TEST(writer.add_table(TableKind{99}, 0, small).value() == first);
  BOOST_TEST(writer.add_table(TableKind{98}, 0, small).value() != first);
  const Bytes ascending{std::byte{1}, std::byte{2}};
  BOOST_TEST(writer.add_table(TableKind::codebook, 8, ascending).value() !=
             writer.add_table(TableKind::codebook, 16, ascending).value());
  BOOST_TEST(writer.add_table(TableKind{99}, 0, Bytes(101, std::byte{1})).value() != first);
  writer.finish().value();
  BOOST_TEST(Model::open(output.bytes()).value().file().tables().size() == 5u);
}

BOOST_AUTO_TEST_CASE(tensors_with_a_codebook_in_common) {
  const Tensor one = some_tensor("one", 1);
  const Tensor two = some_tensor("two", 2);
  const Tensor other = sparse_tensor("other", Dtype::f32, shape_of({20, 30}), 0.5, 7, 3);
  Bytes values = one.cells;
  values.insert(values.end(), two.cells.begin(), two.cells.end());
  values.resize(values.size() + 4, std::byte{0x77});  // one that none of them has
  ValueSet shared(4);
  shared.add(counted(values, 4));
  MemoryOutput output;
  Writer writer(output);
  EncodeOptions options;
  options.encoding = find_encoding(std::string_view("index_map"));
  for (const Tensor* tensor : {&one, &two, &other}) {
    TensorInput input = input_of(*tensor);
    input.shared = &shared;
    TensorWriter(writer, options).write(input).value();
  }
  writer.finish().value();
  const Model model = std::move(Model::open(output.bytes()).value());
  BOOST_TEST(label(model.check()) == "ok");
  BOOST_TEST(model.file().tables().size() == 2u);
  BOOST_TEST((model.find("one")->codebook == model.find("two")->codebook));
  BOOST_TEST((model.find("one")->codebook != model.find("other")->codebook));
  for (const Tensor* tensor : {&one, &two, &other})
    BOOST_TEST((read_cells(model, tensor->name) == tensor->cells));
}

BOOST_AUTO_TEST_CASE(every_alignment_and_the_hint) {
  for (std::uint8_t alignment = 3; alignment <= 16; ++alignment) {
    for (const bool hint : {false, true}) {
      MemoryOutput output;
      Writer writer(output, {.alignment = alignment, .head_hint = hint});
      for (std::uint64_t i = 0; i < 3; ++i)
        TensorWriter(writer, {}).write(input_of(some_tensor(std::to_string(i), i))).value();
      writer.finish().value();
      const Model model = std::move(Model::open(output.bytes()).value());
      BOOST_TEST(label(model.check()) == "ok");
      const auto& trailer = model.file().trailer();
      BOOST_TEST(model.file().header().hint_offset == (hint ? trailer.directory_offset : 0));
      BOOST_TEST(model.file().header().hint_bytes == (hint ? trailer.directory_bytes : 0));
      for (const Record& record : model.records())
        BOOST_TEST(record.offset % (1u << alignment) == 0u);
      for (std::uint64_t i = 0; i < 3; ++i)
        BOOST_TEST((read_cells(model, std::to_string(i)) == some_tensor("", i).cells));
    }
  }
}

BOOST_AUTO_TEST_CASE(other_alignments_are_refused) {
  for (const int alignment : {0, 2, 17, 255}) {
    MemoryOutput output;
    Writer writer(output, {.alignment = static_cast<std::uint8_t>(alignment)});
    const auto written = TensorWriter(writer, {}).write(input_of(some_tensor("a", 1)));
    BOOST_TEST(label(written) == "request.alignment");
    BOOST_TEST(output.bytes().empty());
  }
}

BOOST_AUTO_TEST_CASE(each_limit_met_and_exceeded_by_one) {
  MemoryOutput output;
  Writer writer(output);
  EncodeOptions options;
  options.encoding = find_encoding(std::string_view("index_map"));
  for (std::uint64_t i = 0; i < 3; ++i)
    TensorWriter(writer, options).write(input_of(some_tensor(std::to_string(i), 1))).value();
  writer.add_metadata({"key", MetadataType::string, "value"}).value();
  const std::string head = "{\"some\": \"head\"}";
  writer.add_table(TableKind::source, 0, write_source({SourceForm::index_kept, "n", head})).value();
  writer.finish().value();
  const Bytes& file = output.bytes();
  const Model model = std::move(Model::open(file).value());
  const std::uint64_t stored = model.file().table_bytes();
  struct Row {
    std::uint64_t Limits::*limit;
    std::uint64_t least;
    const char* label;
  };
  const Row rows[] = {{&Limits::tensors, 3, "limit.tensors"},
                      {&Limits::decoded_bytes, 3 * 2400, "limit.decoded-bytes"},
                      {&Limits::ratio, ceil_div(3 * 2400, file.size()), "limit.ratio"},
                      {&Limits::table_bytes, stored + head.size(), "limit.table-bytes"},
                      {&Limits::metadata_bytes, 8, "limit.metadata-bytes"}};
  for (const Row& row : rows) {
    for (const std::uint64_t less : {0u, 1u}) {
      Limits limits;
      limits.*row.limit = row.least - less;
      auto opened = Model::open(file, limits);
      const std::string said = opened ? label(opened->check()) : label(opened);
      BOOST_TEST(said == (less == 0 ? "ok" : row.label));
    }
  }
}

BOOST_AUTO_TEST_CASE(shards_of_one_set) {
  const auto shard_file = [](std::uint64_t seed, const std::vector<std::uint64_t>& hashes,
                             std::uint32_t ordinal) {
    MemoryOutput output;
    Writer writer(output);
    TensorWriter(writer, {}).write(input_of(some_tensor(std::to_string(seed), seed))).value();
    const std::uint64_t hash = writer.content_hash();
    if (hashes.empty()) return std::pair(hash, Bytes());
    writer.add_table(TableKind::shard, 0, write_shard({ordinal, hashes})).value();
    writer.finish().value();
    return std::pair(hash, output.take());
  };
  std::vector<std::uint64_t> hashes;
  for (std::uint64_t i = 0; i < 3; ++i) hashes.push_back(shard_file(i, {}, 0).first);
  std::vector<Bytes> files;
  for (std::uint32_t i = 0; i < 3; ++i) files.push_back(shard_file(i, hashes, i).second);
  files.push_back(shard_file(3, {shard_file(3, {}, 0).first}, 0).second);  // 3: a set of its own
  files.push_back(write_file({some_tensor("t", 1)}, {}).value());          // 4: of no set
  std::vector<Model> models;
  for (const Bytes& file : files) models.push_back(std::move(Model::open(file).value()));
  for (const Model& model : models) BOOST_TEST(label(model.check()) == "ok");

  const auto judge = [&](std::initializer_list<std::size_t> numbers) {
    std::vector<const File*> set;
    for (const std::size_t number : numbers) set.push_back(&models[number].file());
    const auto broken = judge_shard_set(set);
    return broken ? std::string(broken->error.fault.id) + " " + std::to_string(broken->file) : "ok";
  };
  BOOST_TEST(judge({0, 1, 2}) == "ok");
  BOOST_TEST(judge({2, 0, 1}) == "ok");
  BOOST_TEST(judge({3}) == "ok");
  BOOST_TEST(judge({0, 1}) == "shard.set 0");
  BOOST_TEST(judge({0, 1, 1, 2}) == "shard.set 2");
  BOOST_TEST(judge({0, 3, 1, 2}) == "shard.set 1");
  BOOST_TEST(judge({0, 1, 2, 4}) == "shard.set 3");
  BOOST_TEST(judge({4}) == "shard.set 0");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pondus::test
