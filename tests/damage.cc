// A damaged file is never read as another one: every bit, every length, and damage below good
// checksums.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>

#include "codec/container/checksum.h"
#include "codec/container/directory_layout.h"
#include "formats/registry.h"
#include "formats/tensor_reader.h"
#include "tests/support.h"

namespace pondus::test {
namespace {

using Cells = std::vector<Bytes>;

/// All of a sound file: a tensor of several blocks' kinds, an alias, an empty tensor, metadata, a
/// source, a shard record.
void write_all(Writer& writer, const Encoding& encoding) {
  EncodeOptions options;
  options.encoding = &encoding;
  options.fallback = true;
  TensorWriter tensor_writer(writer, options);
  tensor_writer.write(input_of(sparse_tensor("a", Dtype::u16, shape_of({25, 30}), 0.05, 3, 1)))
      .value();
  TensorInput named = input_of(sparse_tensor("", Dtype::f32, shape_of({0}), 0, 1, 1));
  named.name = "empty";
  named.source =
      writer
          .add_table(TableKind::source, 0, write_source({SourceForm::safetensors_kept, "n", "{}"}))
          .value();
  tensor_writer.write(named).value();
  tensor_writer.write(input_of(sparse_tensor("z", Dtype::u8, shape_of({10}), 1, 200, 2))).value();
  writer.add_alias("copy", "a", std::nullopt).value();
  writer.add_metadata({"format", MetadataType::string, "pt"}).value();
  writer.add_metadata({"flag", MetadataType::boolean, std::string(1, '\1')}).value();
}

Bytes sound_file(const Encoding& encoding) {
  MemoryOutput first;
  Writer first_pass(first);
  write_all(first_pass, encoding);
  MemoryOutput output;
  Writer writer(output);
  write_all(writer, encoding);
  writer.add_table(TableKind::shard, 0, write_shard({0, {first_pass.content_hash()}})).value();
  writer.finish().value();
  return output.take();
}

/// The cells of all tensors by record, if open and check accept the file.
Result<Cells> read_all(const Bytes& file) {
  auto model = Model::open(file);
  if (!model) return model.error();
  if (auto checked = model->check(); !checked) return checked.error();
  Cells cells;
  for (const Record& record : model->records()) cells.push_back(read_cells(*model, record.name));
  return cells;
}

/// The fault of a flipped bit at `at` in a file as `sound` opened it: that of the checksum that
/// guards it.
std::string guard(const Model& sound, std::uint64_t at) {
  const Trailer& trailer = sound.file().trailer();
  if (at < 8) return "header.magic";
  if (at < header_bytes) return "header.checksum";
  const std::uint64_t in_trailer = at - std::min(at, sound.file().file_bytes() - trailer_bytes);
  if (at >= sound.file().file_bytes() - trailer_bytes) {
    return in_trailer >= 48 && in_trailer < 56 ? "trailer.magic" : "trailer.checksum";
  }
  if (at >= trailer.directory_offset) return "directory.checksum";
  for (const TableEntry& table : sound.file().tables()) {
    if (at - table.offset < table.bytes) return "table.checksum";
  }
  for (const Record& record : sound.records()) {
    for (const BlockEntry& block : record.blocks) {
      if (at - block.offset < block.stored_bytes) return "block.checksum";
    }
  }
  return "file.padding";
}

void flip(Bytes& file, std::size_t bit) { file[bit / 8] ^= std::byte{1} << (bit % 8); }

void put_checksum(Bytes& file, std::size_t at, std::size_t begin, std::size_t size,
                  std::uint64_t seed = 0) {
  store(&file[at], xxh3(ByteSpan(file).subspan(begin, size), seed));
}

/// Makes all stored checksums of a file fit, where `sound` says that they lie.
void repair(Bytes& file, const Model& sound) {
  namespace layout = directory_layout;
  const Trailer& trailer = sound.file().trailer();
  const auto& records = sound.records();
  std::size_t at =
      trailer.directory_offset + layout::head_bytes + records.size() * layout::record_bytes;
  for (const Record& record : records) at += record.shape.rank() * layout::dim_bytes;
  for (const TableEntry& table : sound.file().tables()) {
    put_checksum(file, at + 16, table.offset, table.bytes);
    at += layout::table_entry_bytes;
  }
  for (const Record& record : records) {
    for (std::size_t i = 0; i < record.blocks.size(); ++i) {
      put_checksum(file, at, record.blocks[i].offset, record.blocks[i].stored_bytes, i);
      at += layout::block_entry_bytes;
    }
  }
  const std::size_t trailer_at = file.size() - trailer_bytes;
  put_checksum(file, trailer_at + 16, trailer.directory_offset, trailer.directory_bytes);
  put_checksum(file, trailer_at + 56, trailer_at, 56);
  put_checksum(file, 56, 0, 56);
}

template <class Work>
void for_each_encoding(Work&& work) {
  for (const Encoding* const encoding : all_encodings()) {
    BOOST_TEST_CONTEXT(encoding->name) { work(*encoding, sound_file(*encoding)); }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(damage)

BOOST_AUTO_TEST_CASE(every_flipped_bit_is_found_by_its_checksum) {
  for_each_encoding([](const Encoding& encoding, const Bytes& sound) {
    const Model model = std::move(Model::open(sound).value());
    BOOST_REQUIRE_EQUAL(label(model.check()), "ok");
    BOOST_REQUIRE(model.find("a")->encoding == encoding.id);
    BOOST_REQUIRE_EQUAL(model.file().tables().size(), encoding.table_use == TableUse::none ? 2 : 3);
    for (std::size_t bit = 0; bit < sound.size() * 8; ++bit) {
      Bytes damaged = sound;
      flip(damaged, bit);
      const auto cells = read_all(damaged);
      BOOST_REQUIRE_EQUAL(label(cells), guard(model, bit / 8));
      BOOST_REQUIRE(cells.error().fault.kind == Kind::malformed);
    }
    BOOST_TEST_MESSAGE(encoding.name << ": " << sound.size() * 8 << " flipped bits");
  });
}

BOOST_AUTO_TEST_CASE(every_other_length_is_refused) {
  for_each_encoding([](const Encoding&, const Bytes& sound) {
    for (std::size_t size = 0; size < sound.size(); ++size) {
      const Bytes cut(sound.begin(), sound.begin() + static_cast<std::ptrdiff_t>(size));
      const auto opened = Model::open(cut);
      BOOST_REQUIRE_EQUAL(label(opened), size < 128 ? "file.truncated" : "trailer.magic");
    }
    for (int byte = 0; byte < 256; ++byte) {
      Bytes longer = sound;
      longer.push_back(static_cast<std::byte>(byte));
      BOOST_REQUIRE_EQUAL(label(Model::open(longer)), "trailer.magic");
    }
    Bytes twice = sound;
    twice.insert(twice.end(), sound.begin(), sound.end());
    BOOST_REQUIRE_EQUAL(label(Model::open(twice)), "trailer.file-bytes");
  });
}

BOOST_AUTO_TEST_CASE(damage_below_good_checksums_never_changes_cells) {
  for_each_encoding([](const Encoding& encoding, const Bytes& sound) {
    const Model model = std::move(Model::open(sound).value());
    const Cells expected = read_all(sound).value();
    int accepted = 0;
    for (std::size_t bit = 0; bit < sound.size() * 8; ++bit) {
      Bytes damaged = sound;
      flip(damaged, bit);
      repair(damaged, model);
      const auto cells = read_all(damaged);
      if (!cells) continue;
      ++accepted;
      BOOST_REQUIRE(*cells == expected);
      const std::string part = guard(model, bit / 8);
      BOOST_REQUIRE(part != "file.padding");
      // A Zstandard frame can say the same in several ways; a payload cannot.
      BOOST_REQUIRE(part != "block.checksum" || encoding.name == "dense");
    }
    BOOST_TEST_MESSAGE(encoding.name << ": " << accepted << " of " << sound.size() * 8
                                     << " accepted with the same cells");
    BOOST_TEST(accepted > 0);
  });
}

BOOST_AUTO_TEST_CASE(reading_without_a_check_never_gives_other_cells) {
  for_each_encoding([](const Encoding& encoding, const Bytes& sound) {
    const Model model = std::move(Model::open(sound).value());
    const Bytes expected = read_cells(model, "a");
    std::map<std::string, int> said;
    for (const BlockEntry& block : model.find("a")->blocks) {
      for (std::size_t bit = block.offset * 8; bit < (block.offset + block.stored_bytes) * 8;
           ++bit) {
        Bytes damaged = sound;
        flip(damaged, bit);
        repair(damaged, model);
        const Model other = std::move(Model::open(damaged).value());
        Bytes cells(expected.size());
        const auto read = TensorReader::open(other, *other.find("a")).value().read(cells);
        ++said[label(read)];
        BOOST_REQUIRE(!read || cells == expected);
      }
    }
    for (const auto& [what, count] : said)
      BOOST_TEST_MESSAGE(encoding.name << ": " << count << " " << what);
    BOOST_TEST(said["tensor.checksum"] > 0);
  });
}

BOOST_AUTO_TEST_CASE(random_bytes_below_good_checksums) {
  Random random(14);
  for_each_encoding([&](const Encoding&, const Bytes& sound) {
    const Model model = std::move(Model::open(sound).value());
    const Cells expected = read_all(sound).value();
    for (int round = 0; round < (instrumented ? 3000 : 30000); ++round) {
      Bytes damaged = sound;
      constexpr unsigned bytes[] = {0x00, 0x7F, 0x80, 0xFF};
      for (std::uint64_t n = 1 + random.below(3); n > 0; --n) {
        damaged[random.below(damaged.size())] =
            static_cast<std::byte>(random.chance(0.5) ? bytes[random.below(4)] : random.below(256));
      }
      repair(damaged, model);
      const auto cells = read_all(damaged);
      if (cells) BOOST_REQUIRE(*cells == expected);
    }
  });
}

BOOST_AUTO_TEST_CASE(kernels_take_any_bytes) {
  Random random(15);
  const Bytes values = sparse_tensor("", Dtype::u16, shape_of({5}), 1, 5, 3).cells;
  ValueSet shared(2);
  shared.add(counted(values, 2));
  for (const Encoding* const encoding : all_encodings()) {
    const PreparedTable* const table = shared.table(encoding->table_use);
    const Tables tables = table == nullptr ? Tables() : table->tables;
    for (int round = 0; round < (instrumented ? 5000 : 50000); ++round) {
      const Lines lines(shape_of({1 + random.below(20), 1 + random.below(300)}), 1,
                        random.chance(0.5) ? Direction::rows : Direction::columns);
      const BlockLines block{lines, {0, lines.count()}, 2};
      Bytes stored(random.below(block.plain_bytes()));
      for (auto& byte : stored)
        byte = static_cast<std::byte>(random.chance(0.7) ? random.below(4) : random.below(256));
      Bytes cells(block.plain_bytes());
      const auto decoded = decode_block(*encoding, tables, block, stored, 1000, cells);
      if (decoded) {
        BOOST_REQUIRE(encode_block(*encoding, tables, block, cells) == stored);
      } else {
        BOOST_REQUIRE(decoded.error().fault.kind == Kind::malformed);
        BOOST_REQUIRE(decoded.error().offset >= 1000 &&
                      decoded.error().offset <= 1000 + stored.size());
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pondus::test
