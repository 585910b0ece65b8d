// A damaged file is never read as another one: every bit, every length, and damage below good
// checksums.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <map>

#include "formats/tensor_reader.h"
#include "tests/sound_file.h"

namespace pondus::test {
namespace {

void flip(Bytes& file, std::size_t bit) { file[bit / 8] ^= std::byte{1} << (bit % 8); }

template <class Work>
void for_each_encoding(Work&& work) {
  for (const Encoding* const encoding : all_encodings()) {
    BOOST_TEST_CONTEXT(encoding->name) { work(*encoding, sound_file(*encoding)); }
  }
}

/// Says how many files all tests of the program read.
struct Total {
  ~Total() { std::printf("%llu files read\n", static_cast<unsigned long long>(files_read)); }
};

}  // namespace

BOOST_GLOBAL_FIXTURE(Total);

BOOST_AUTO_TEST_SUITE(damage)

BOOST_AUTO_TEST_CASE(every_flipped_bit_is_found_by_its_checksum) {
  for_each_encoding([](const Encoding& encoding, const Bytes& sound) {
    const Model model = std::move(Model::open(sound).value());
    BOOST_REQUIRE_EQUAL(label(model.check()), "ok");
    BOOST_REQUIRE(model.find("a")->encoding == encoding.id);
    const std::size_t own_tables = model.file().tables().size() - 2;  // beside source and shard
    BOOST_REQUIRE((own_tables == 0) == (encoding.table_use == TableUse::none));
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
      BOOST_REQUIRE(part != "block.checksum" || encoding.name == "dense" ||
                    encoding.name == "zstd_map");
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
    Tables tables = table == nullptr ? Tables() : table->tables;
    tables.no_zeros = false;  // cells are any that decode
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
