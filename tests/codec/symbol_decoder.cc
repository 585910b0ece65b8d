// A symbol past the last entry, wherever it stands among 32 streams.
#include "codec/entropy/symbol_decoder.h"

#include <boost/test/unit_test.hpp>

#include "codec/base/instruction_set.h"
#include "tests/support.h"

namespace pondus::test {

BOOST_AUTO_TEST_SUITE(symbol_decoder)

BOOST_AUTO_TEST_CASE(entries_that_are_not_there) {
  const std::vector<Token> tokens{{1, 0}, {2, 1}, {2, 2}};
  const HuffmanCode whole(tokens, 7);
  const HuffmanCode partial(tokens, 6);
  for (const std::uint32_t cell_bytes : {1u, 2u, 4u, 8u}) {
    const Bytes cells(std::size_t{7} * cell_bytes);
    const SymbolDecoder decoder(partial, ByteSpan(cells).first(6 * cell_bytes), cell_bytes);
    for (std::size_t past = 0; past < 2048; past += 63) {
      std::vector<std::uint32_t> symbols(2048, 5);
      ByteWriter sound, unsound;
      encode_symbols(whole, symbols, sound);
      symbols[past] = 6;
      encode_symbols(whole, symbols, unsound);
      for (const InstructionSet set : instruction_sets()) {
        use_instruction_set(set);
        Bytes to(symbols.size() * cell_bytes);
        BOOST_TEST(label(decoder.decode(sound.written(), 0, to)) == "ok");
        BOOST_TEST(label(decoder.decode(unsound.written(), 0, to)) == "huffman.entry");
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pondus::test
