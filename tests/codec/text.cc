#include <boost/test/unit_test.hpp>

#include "codec/base/fault.h"
#include "codec/base/utf8.h"
#include "codec/container/text_rules.h"
#include "tests/support.h"

namespace pondus::test {
namespace {

bool within(std::uint32_t byte, std::uint32_t least, std::uint32_t most) {
  return byte >= least && byte <= most;
}

/// The grammar of RFC 3629, section 4: bytes of the character that begins `s`, or 0.
std::size_t character_by_grammar(std::string_view s) {
  const auto at = [s](std::size_t i) {
    return i < s.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(s[i])) : 0x100;
  };
  const auto tail = [&](std::size_t i) { return within(at(i), 0x80, 0xBF); };
  const std::uint32_t lead = at(0);
  if (within(lead, 0x00, 0x7F)) return 1;
  if (within(lead, 0xC2, 0xDF) && tail(1)) return 2;
  if (lead == 0xE0 && within(at(1), 0xA0, 0xBF) && tail(2)) return 3;
  if (within(lead, 0xE1, 0xEC) && tail(1) && tail(2)) return 3;
  if (lead == 0xED && within(at(1), 0x80, 0x9F) && tail(2)) return 3;
  if (within(lead, 0xEE, 0xEF) && tail(1) && tail(2)) return 3;
  if (lead == 0xF0 && within(at(1), 0x90, 0xBF) && tail(2) && tail(3)) return 4;
  if (within(lead, 0xF1, 0xF3) && tail(1) && tail(2) && tail(3)) return 4;
  if (lead == 0xF4 && within(at(1), 0x80, 0x8F) && tail(2) && tail(3)) return 4;
  return 0;
}

bool valid_by_grammar(std::string_view s) {
  while (!s.empty()) {
    const std::size_t length = character_by_grammar(s);
    if (length == 0) return false;
    s.remove_prefix(length);
  }
  return true;
}

std::string bytes_of(std::uint32_t number, std::size_t size) {
  std::string s(size, '\0');
  for (std::size_t i = size; i-- > 0; number >>= 8) s[i] = static_cast<char>(number & 0xFF);
  return s;
}

/// What quoted() stands for; throws where it is not of its form.
std::string unquoted(std::string_view s) {
  if (s.size() < 2 || s.front() != '"' || s.back() != '"') throw std::runtime_error("no quotes");
  s = s.substr(1, s.size() - 2);
  std::string out;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (s[i] == '"') throw std::runtime_error("a bare quote");
    if (s[i] != '\\') {
      out += s[i];
    } else if (s.at(++i) == 'x') {
      out += static_cast<char>(std::stoi(std::string(s.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += s[i];
    }
  }
  return out;
}

/// Whether a terminal may see it: valid, and without control characters of either range.
bool harmless(std::string_view s) {
  for (std::size_t i = 0; i < s.size(); ++i) {
    const auto byte = static_cast<unsigned char>(s[i]);
    const bool c1 = byte == 0xC2 && i + 1 < s.size() && static_cast<unsigned char>(s[i + 1]) < 0xA0;
    if (byte < 0x20 || byte == 0x7F || c1) return false;
  }
  return valid_by_grammar(s);
}

void check_quoted(const std::string& s) {
  const std::string text = quoted(s);
  BOOST_REQUIRE_MESSAGE(harmless(text), text);
  BOOST_REQUIRE_EQUAL(unquoted(text), s);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(text)

BOOST_AUTO_TEST_CASE(all_strings_of_one_to_three_bytes) {
  std::uint64_t different = 0;
  for (std::size_t size = 1; size <= 3; ++size) {
    const std::uint32_t step = instrumented && size == 3 ? 7 : 1;
    for (std::uint32_t i = 0; i < 1u << 8 * size; i += step) {
      const std::string s = bytes_of(i, size);
      different +=
          utf8_length(s) != character_by_grammar(s) || valid_utf8(s) != valid_by_grammar(s);
    }
  }
  BOOST_TEST(different == 0u);
  BOOST_TEST(valid_utf8(""));
}

BOOST_AUTO_TEST_CASE(edges_of_four_bytes) {
  std::uint64_t different = 0;
  constexpr std::uint32_t edges[] = {0x00, 0x7F, 0x80, 0x8F, 0x90, 0xBF, 0xC0, 0xFF};
  for (std::uint32_t lead = 0xE8; lead <= 0xFF; ++lead) {
    for (std::uint32_t second = 0; second < 256; ++second) {
      for (const std::uint32_t third : edges) {
        for (const std::uint32_t fourth : edges) {
          const std::string s = bytes_of(lead << 24 | second << 16 | third << 8 | fourth, 4);
          different +=
              utf8_length(s) != character_by_grammar(s) || valid_utf8(s) != valid_by_grammar(s);
          different += valid_utf8(s + "x") != valid_by_grammar(s + "x");
        }
      }
    }
  }
  BOOST_TEST(different == 0u);
}

BOOST_AUTO_TEST_CASE(quoted_text_is_harmless_and_tells_all) {
  for (std::uint32_t i = 0; i < 1u << 16; ++i) {
    check_quoted(bytes_of(i, 2));
    if (i < 256) check_quoted(bytes_of(i, 1));
  }
  check_quoted("");
  check_quoted("\x1b[31mred\x1b[0m\r\n\t\x07\\x41\"");
  check_quoted(
      "\xc2\x9b"
      "31m\xe2\x80\xa8\xf0\x9f\x98\x80\xff");
  Random random(3);
  for (int i = 0; i < 20000; ++i) {
    std::string s(random.below(12), '\0');
    for (char& c : s)
      c = static_cast<char>(random.chance(0.5) ? 0x80 + random.below(128) : random.below(128));
    check_quoted(s);
  }
}

BOOST_AUTO_TEST_CASE(described_errors_are_one_harmless_line) {
  const Error error{{"test.rule", Kind::malformed}, 103, "a\n\x1b[2J\"b", "bit 3"};
  BOOST_TEST(describe(error) ==
             "malformed [test.rule] at offset 103 in tensor \"a\\x0a\\x1b[2J\\\"b\": bit 3");
  BOOST_TEST(describe({{"test.rule", Kind::unsupported}, 7, {}, {}}) ==
             "unsupported [test.rule] at offset 7");
  BOOST_TEST(describe({{"test.rule", Kind::over_limit}, 7, {}, {}}) ==
             "over a limit [test.rule] at offset 7");
}

BOOST_AUTO_TEST_CASE(names_and_file_names) {
  BOOST_TEST(valid_name("../x"));
  BOOST_TEST(valid_name(std::string(4096, 'x')));
  BOOST_TEST(!valid_name(std::string(4097, 'x')));
  BOOST_TEST(!valid_name(""));
  BOOST_TEST(!valid_name(std::string_view("a\0b", 3)));
  BOOST_TEST(!valid_name("\xff"));
  BOOST_TEST(valid_file_name(std::string(255, 'x')));
  for (const char* bad : {"", ".", "..", "a/b", "/", "a\\b", "\xc0\xaf"})
    BOOST_TEST(!valid_file_name(bad), bad);
  BOOST_TEST(!valid_file_name(std::string(256, 'x')));
  BOOST_TEST(!valid_file_name(std::string_view("a\0", 2)));
  BOOST_TEST(valid_file_name("..."));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pondus::test
