// The raw coder vectors: symbols to the bytes of a coded sequence and back. No test library.
#include <filesystem>
#include <iostream>

#include "codec/entropy/huffman_stream.h"
#include "tools/vector_file.h"

namespace pondus {
namespace {

bool sound(const CoderVector& vector) {
  std::vector<Token> tokens;
  for (const auto& [length, extra] : vector.tokens) tokens.push_back({length, extra});
  const HuffmanCode code(tokens, vector.entries);
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
    const bool passed = pondus::sound(pondus::read_coder_vector(entry.path()));
    if (!passed) std::cerr << entry.path().string() << ": other bytes or symbols\n";
    ++counts[passed];
  }
  std::cout << counts[1] << " coder vectors passed, " << counts[0] << " failed\n";
  return counts[0] != 0 || counts[1] == 0;
}
