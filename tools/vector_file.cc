#include "tools/vector_file.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <span>
#include <sstream>
#include <stdexcept>

namespace pondus {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& what) {
  throw std::runtime_error(path.string() + ": " + what);
}

std::string without_comment(const std::string& line) {
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"' && (i == 0 || line[i - 1] != '\\')) quoted = !quoted;
    if (line[i] == '#' && !quoted) return line.substr(0, i);
  }
  return line;
}

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(" \t\r");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

/// "1f" or "00*4096".
void append_hex(Bytes& bytes, const std::string& word) {
  std::size_t used = 0;
  const unsigned long value = std::stoul(word, &used, 16);
  const bool repeated = used < word.size() && word[used] == '*';
  if (used != 2 || (used != word.size() && !repeated)) throw std::invalid_argument(word);
  bytes.insert(bytes.end(), repeated ? std::stoull(word.substr(3)) : 1,
               static_cast<std::byte>(value));
}

/// What stands between "(" and ")*n", n times; "n5" at its end is the number of each time from 0,
/// in 5 decimal digits.
class Group {
 public:
  void append(const std::string& word) {
    if (word[0] == 'n')
      digits_ = std::stoul(word.substr(1));
    else
      append_hex(once_, word);
  }

  void repeat(std::uint64_t times, Bytes& bytes) const {
    for (std::uint64_t i = 0; i < times; ++i) {
      bytes.insert(bytes.end(), once_.begin(), once_.end());
      if (digits_ == 0) continue;
      std::string number = std::to_string(i);
      number.insert(0, digits_ - std::min(digits_, number.size()), '0');
      std::ranges::copy(std::as_bytes(std::span(number)), std::back_inserter(bytes));
    }
  }

 private:
  Bytes once_;
  std::size_t digits_ = 0;
};

/// The words of a line of bytes; `group` is the one that it stands in.
void append_line(Bytes& bytes, std::optional<Group>& group, const std::string& line) {
  std::istringstream words(line);
  for (std::string word; words >> word;) {
    if (word == "(") {
      group.emplace();
    } else if (word.starts_with(")*")) {
      group.value().repeat(std::stoull(word.substr(2)), bytes);
      group.reset();
    } else {
      group ? group->append(word) : append_hex(bytes, word);
    }
  }
}

/// "7" or "0*500".
void append_symbols(std::vector<std::uint32_t>& symbols, const std::string& word) {
  std::size_t used = 0;
  const unsigned long value = std::stoul(word, &used);
  symbols.insert(symbols.end(), used < word.size() ? std::stoul(word.substr(used + 1)) : 1,
                 static_cast<std::uint32_t>(value));
}

void set_field(Vector& vector, const std::string& key, const std::string& value) {
  const std::map<std::string, std::string*> texts{
      {"verdict", &vector.verdict}, {"label", &vector.label}, {"tensor", &vector.tensor}};
  const std::map<std::string, std::uint64_t*> limits{
      {"limit-tensors", &vector.limits.tensors},
      {"limit-decoded-bytes", &vector.limits.decoded_bytes},
      {"limit-ratio", &vector.limits.ratio},
      {"limit-table-bytes", &vector.limits.table_bytes},
      {"limit-metadata-bytes", &vector.limits.metadata_bytes}};
  if (const auto text = texts.find(key); text != texts.end()) {
    *text->second = value;
  } else if (const auto limit = limits.find(key); limit != limits.end()) {
    *limit->second = std::stoull(value, nullptr, 0);
  } else if (key == "offset") {
    vector.offset = std::stoull(value, nullptr, 0);
  } else if (key == "hash") {
    vector.hashes.push_back(value);
  } else {
    refuse(vector.path, "unknown key " + key);
  }
}

}  // namespace

Vector read_vector(const std::filesystem::path& path) {
  Vector vector;
  vector.path = path;
  std::ifstream in(path);
  std::optional<Group> group;
  std::string line;
  while (std::getline(in, line)) {
    line = trimmed(without_comment(line));
    if (line.empty()) continue;
    if (line == "bytes:") {
      vector.files.emplace_back();
    } else if (vector.files.empty()) {
      const auto colon = line.find(':');
      if (colon == line.npos) refuse(path, "not a field: " + line);
      set_field(vector, line.substr(0, colon), trimmed(line.substr(colon + 1)));
    } else {
      append_line(vector.files.back(), group, line);
    }
  }
  if (vector.files.empty() || vector.verdict.empty()) refuse(path, "no bytes or no verdict");
  return vector;
}

CoderVector read_coder_vector(const std::filesystem::path& path) {
  CoderVector vector;
  std::ifstream in(path);
  std::string section;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    for (std::string word; words >> word;) {
      if (word.back() == ':') {
        section = word;
      } else if (section == "tokens:") {
        vector.tokens.emplace_back(std::stoul(word), std::stoul(word.substr(word.find('+'))));
      } else if (section == "entries:") {
        vector.entries = static_cast<std::uint32_t>(std::stoul(word));
      } else if (section == "symbols:") {
        append_symbols(vector.symbols, word);
      } else {
        append_hex(vector.bytes, word);
      }
    }
  }
  return vector;
}

std::vector<Vector> read_vectors(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".hex") paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  std::vector<Vector> vectors;
  vectors.reserve(paths.size());
  for (const auto& path : paths) vectors.push_back(read_vector(path));
  return vectors;
}

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.append({'\\', c});
    } else if (byte < 0x20) {
      constexpr std::string_view digits = "0123456789abcdef";
      out.append("\\u00").append({digits[byte >> 4], digits[byte & 15]});
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace pondus
