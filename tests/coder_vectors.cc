// The raw coder vectors: symbols to the bytes of a coded sequence and back, No test library.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "codec/entropy/huffman_stream.h"

namespace pondus {
namespace {

struct CoderVector {
  std::vector<Token> tokens;
  std::uint32_t entries = 0;
  std::vector<std::uint32_t> symbols;
  Bytes bytes;
};

/// "value" or "value*count".
std::pair<unsigned long, std::size_t> repeated(const std::string& word, int base) {
  std::size_t used = 0;
  const unsigned long value = std::stoul(word, &used, base);
  return {value, used < word.size() ? std::stoul(word.substr(used + 1)) : 1};
}

Token token(const std::string& word) {
  const auto plus = word.find('+');
  return {static_cast<std::uint8_t>(std::stoul(word)),
          static_cast<std::uint8_t>(std::stoul(word.substr(plus)))};
}

CoderVector read(const std::filesystem::path& path) {
  CoderVector vector;
  std::ifstream in(path);
  std::string section;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    for (std::string word; words >> word;) {
      if (word.back() == ':') {
        section = word;
      } else if (section == "tokens:") {
        vector.tokens.push_back(token(word));
      } else if (section == "entries:") {
        vector.entries = static_cast<std::uint32_t>(std::stoul(word));
      } else {
        const bool symbols = section == "symbols:";
        const auto [value, count] = repeated(word, symbols ? 10 : 16);
        if (symbols)
          vector.symbols.insert(vector.symbols.end(), count, static_cast<std::uint32_t>(value));
        if (!symbols) vector.bytes.insert(vector.bytes.end(), count, static_cast<std::byte>(value));
      }
    }
  }
  return vector;
}

bool sound(const CoderVector& vector) {
  const HuffmanCode code(vector.tokens, vector.entries);
  ByteWriter out;
  encode_symbols(code, vector.symbols, out);
  std::vector<std::uint32_t> decoded(vector.symbols.size());
  const auto result = decode_symbols(code, vector.bytes, 0, decoded);
  return out.written() == vector.bytes && result && decoded == vector.symbols;
}

}  // namespace
}  // namespace pondus

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  int counts[2] = {0, 0};
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    const bool passed = pondus::sound(pondus::read(entry.path()));
    if (!passed) std::cerr << entry.path().string() << ": other bytes or symbols\n";
    ++counts[passed];
  }
  std::cout << counts[1] << " coder vectors passed, " << counts[0] << " failed\n";
  return counts[0] != 0 || counts[1] == 0;
}
