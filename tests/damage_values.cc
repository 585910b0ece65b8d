// Damage by value: every byte and every field anywhere in a file set to what breaks parsers, and
// blocks exchanged, with checksums left broken and repaired.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>

#include "tests/sound_file.h"

namespace pondus::test {
namespace {

/// What became of damaged files, by label.
struct Outcomes {
  std::map<std::string, std::uint64_t> by_label;
  std::uint64_t decodes = 0;
};

/// A damaged file is refused, or it reads as the sound one did.
void judge(const Bytes& damaged, const Cells& expected, Outcomes& outcomes) {
  const auto cells = read_all(damaged);
  ++outcomes.decodes;
  ++outcomes.by_label[label(cells)];
  if (cells) {
    BOOST_REQUIRE(*cells == expected);
  } else {
    BOOST_REQUIRE(cells.error().fault.kind != Kind::request);
    const bool due_past_end = label(cells) == "file.coverage";
    BOOST_REQUIRE(due_past_end || cells.error().offset <= damaged.size());
  }
}

/// Runs `damage(file, place)` for each place of the file, or for some where a sanitizer makes it
/// slow; each time with checksums broken and repaired.
template <class Damage>
void for_each_place(const char* what, Damage&& damage) {
  constexpr std::size_t stride = instrumented ? 31 : 1;
  Outcomes outcomes;
  for (const Encoding* const encoding : all_encodings()) {
    const Bytes sound = sound_file(*encoding);
    const Model model = std::move(Model::open(sound).value());
    const Cells expected = read_all(sound).value();
    BOOST_TEST_CONTEXT(encoding->name) {
      for (std::size_t place = 0; place < sound.size(); place += stride) {
        damage(sound, place, [&](Bytes& damaged) {
          judge(damaged, expected, outcomes);
          repair(damaged, model);
          judge(damaged, expected, outcomes);
        });
      }
    }
  }
  std::uint64_t accepted = outcomes.by_label["ok"];
  BOOST_TEST_MESSAGE(what << ": " << outcomes.decodes << " decodes, " << accepted
                          << " accepted with the same cells, " << outcomes.by_label.size() - 1
                          << " labels");
  BOOST_TEST(outcomes.by_label.size() > 40);
}

template <class Field, class Judge>
void set_field(const Bytes& sound, std::size_t place, Judge&& judge_one) {
  if (sound.size() - place < sizeof(Field)) return;
  constexpr auto most = static_cast<Field>(~Field{0});
  constexpr auto sign = static_cast<Field>(Field{1} << (8 * sizeof(Field) - 1));
  for (const Field value : {Field{0}, Field{1}, most, static_cast<Field>(most - 1), sign}) {
    Bytes damaged = sound;
    store(&damaged[place], value);
    if (damaged != sound) judge_one(damaged);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(damage_values)

BOOST_AUTO_TEST_CASE(every_byte) {
  for_each_place("bytes", [](const Bytes& sound, std::size_t place, auto&& judge_one) {
    for (const unsigned value : {0x00u, 0x7Fu, 0x80u, 0xFFu}) {
      Bytes damaged = sound;
      damaged[place] = static_cast<std::byte>(value);
      if (damaged != sound) judge_one(damaged);
    }
  });
}

BOOST_AUTO_TEST_CASE(every_field_at_any_offset) {
  for_each_place("fields", [](const Bytes& sound, std::size_t place, auto&& judge_one) {
    set_field<std::uint16_t>(sound, place, judge_one);
    set_field<std::uint32_t>(sound, place, judge_one);
    set_field<std::uint64_t>(sound, place, judge_one);
  });
}

BOOST_AUTO_TEST_CASE(every_two_blocks_exchanged) {
  int exchanged = 0;
  for (const Encoding* const encoding : all_encodings()) {
    const Bytes sound = sound_file(*encoding);
    const Model model = std::move(Model::open(sound).value());
    const Cells expected = read_all(sound).value();
    std::vector<BlockEntry> blocks;
    for (const Record& record : model.records())
      blocks.insert(blocks.end(), record.blocks.begin(), record.blocks.end());
    for (const BlockEntry& a : blocks) {
      for (const BlockEntry& b : blocks) {
        const std::size_t bytes = std::min(a.stored_bytes, b.stored_bytes);
        const auto first = sound.begin() + static_cast<std::ptrdiff_t>(a.offset);
        const auto second = sound.begin() + static_cast<std::ptrdiff_t>(b.offset);
        const auto length = static_cast<std::ptrdiff_t>(bytes);
        if (a.offset >= b.offset || std::equal(first, first + length, second)) continue;
        Bytes damaged = sound;
        std::copy_n(second, bytes, damaged.begin() + (first - sound.begin()));
        std::copy_n(first, bytes, damaged.begin() + (second - sound.begin()));
        BOOST_REQUIRE_EQUAL(label(read_all(damaged)), "block.checksum");
        repair(damaged, model);
        const auto cells = read_all(damaged);
        BOOST_REQUIRE(!cells && cells.error().fault.kind == Kind::malformed);
        ++exchanged;
      }
    }
  }
  BOOST_TEST_MESSAGE("exchanged blocks: " << exchanged);
  BOOST_TEST(exchanged > 10);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pondus::test
