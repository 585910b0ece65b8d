// Every kernel against the portable one, bit for bit, for each instruction set of the machine.
#include <algorithm>
#include <bit>
#include <cstdio>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "codec/bits/lookup.h"
#include "codec/entropy/huffman_build.h"
#include "codec/entropy/run_code.h"
#include "codec/entropy/symbol_decoder.h"
#include "formats/context_map/context_map.h"
#include "formats/dense/dense.h"
#include "tests/all_kernels.h"
#include "tests/guarded_buffer.h"

namespace pondus {
namespace {

using Random = std::mt19937_64;

Bytes random_bytes(Random& random, std::size_t size) {
  Bytes bytes(size);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

/// Runs `work` with each instruction set, and says whether all gave what the portable one gave.
template <class Work>
bool all_agree(const char* what, Work&& work) {
  use_instruction_set(InstructionSet::portable);
  const auto expected = work();
  bool agree = true;
  test::with_all_kernels([&](InstructionSet set) {
    if (work() == expected) return;
    std::fprintf(stderr, "%s: %s differs\n", what, std::string(name_of(set)).c_str());
    agree = false;
  });
  return agree;
}

bool plane_joining(Random& random) {
  bool agree = true;
  for (const std::uint32_t cell_bytes : {1u, 2u, 4u, 8u}) {
    for (std::size_t count = 0; count < 200; ++count) {
      const Bytes cells = random_bytes(random, count * cell_bytes);
      const Bytes planes = dense::to_planes(cells, cell_bytes);
      agree = all_agree("joining of planes",
                        [&] {
                          Bytes joined(cells.size());
                          dense::from_planes(planes, cell_bytes, joined);
                          return joined;
                        }) &&
              agree;
    }
  }
  return agree;
}

bool unpacking(Random& random) {
  test::GuardedBuffer guarded;
  bool agree = true;
  for (std::uint32_t width = 1; width <= 8; ++width) {
    for (std::size_t count = 1; count < 200; ++count) {
      const ByteSpan packed = guarded.copy(random_bytes(random, (count * width + 7) / 8));
      agree = all_agree("unpacking",
                        [&] {
                          std::vector<std::uint8_t> indices(count);
                          const std::uint8_t greatest = unpack_bytes(packed, width, indices);
                          return std::pair(greatest, indices);
                        }) &&
              agree;
    }
  }
  return agree;
}

/// Indices past the last entry, too, where their cells are not read.
bool looking_up(Random& random) {
  test::GuardedBuffer guarded;
  bool agree = true;
  for (const std::uint32_t cell_bytes : {1u, 2u, 4u, 8u}) {
    for (std::uint32_t entries = 1; entries <= byte_entries_most; ++entries) {
      const ByteSpan table = guarded.copy(random_bytes(random, std::size_t{entries} * cell_bytes));
      const LookupPlanes planes = lookup_planes(table, cell_bytes);
      std::vector<std::uint8_t> indices(random() % 300);
      for (std::uint8_t& index : indices) index = static_cast<std::uint8_t>(random() % entries);
      agree = all_agree("looking up",
                        [&] {
                          Bytes cells(indices.size() * cell_bytes);
                          look_up_bytes(planes, indices, cells.data());
                          return cells;
                        }) &&
              agree;
      std::ranges::fill(indices, std::uint8_t{255});
      Bytes cells(indices.size() * cell_bytes);
      look_up_bytes(planes, indices, cells.data());
    }
  }
  return agree;
}

/// A model with every kind of context, over rows of `width` cells.
context_map::Model some_model(Random& random, std::uint32_t rows, std::uint32_t width) {
  context_map::Model model;
  model.cells = rows * width - width / 2;
  model.width = width;
  model.row_classes = model.column_classes = 2;
  model.symbol_classes = random() % 2 == 0 ? 1 : 3;
  model.extra_bits.assign(200, 0);
  model.thresholds = {-500, 0, 100};
  for (std::uint32_t t = 0; t < model.tokens(); ++t) {
    model.values.push_back(static_cast<std::int16_t>(random() % 4095) - 2047);
    model.symbol_class.push_back(static_cast<std::uint8_t>(random() % model.symbol_classes));
  }
  for (std::uint32_t i = 0; i < rows; ++i) {
    context_map::RowModel row{static_cast<std::uint32_t>(random() % 2), i == 0 ? 0u : 1u, {}};
    if (i != 0) row.references[0] = {static_cast<std::uint32_t>(random() % i), 100};
    model.rows.push_back(row);
  }
  for (std::uint32_t j = 0; j < width; ++j) {
    const auto earlier = static_cast<std::uint32_t>(random() % (j / 32 * 32 + 1));
    model.columns.push_back(
        {static_cast<std::uint32_t>(random() % 2), model.symbol_classes > 1 ? earlier : 0});
  }
  model.tables.assign(7, Frequencies(model.tokens(), 20));
  for (Frequencies& table : model.tables) table[random() % table.size()] += 96;
  for (std::uint32_t i = 0; i < model.contexts(); ++i)
    model.map.push_back(static_cast<std::uint8_t>(random() % model.tables.size()));
  return model;
}

/// Any states and words, as damage would leave them.
bool token_decoding(Random& random) {
  bool agree = true;
  for (std::uint32_t width = 32; width < 140; width += 3) {
    context_map::ContextMap map;
    map.model = some_model(random, 40, width);
    const Bytes coded = random_bytes(random, rans_states_bytes + random() % 6000 / 2 * 2);
    agree = all_agree("decoding of tokens",
                      [&] {
                        RansStates states = read_states(coded);
                        RansWords words(ByteSpan(coded).subspan(rans_states_bytes));
                        context_map::decode_tokens(map, states, words);
                        return std::tuple(map.tokens, states, words.at_end());
                      }) &&
            agree;
  }
  return agree;
}

/// The numbers, or the fault and its offset.
std::string decoded_numbers(const HuffmanCode& code, ByteSpan sequence, std::size_t count) {
  std::vector<std::uint32_t> numbers(count);
  const auto decoded = SymbolDecoder(code, numbers.size())
                           .decode(sequence, 0, std::as_writable_bytes(std::span(numbers)));
  std::string text = decoded ? "ok" : std::string(decoded.error().fault.id);
  if (!decoded) return text + std::to_string(decoded.error().offset);
  for (const std::uint32_t number : numbers) text += " " + std::to_string(little_endian(number));
  return text;
}

/// Numbers of all magnitudes in 32 streams, sound and damaged.
bool numbers(Random& random) {
  test::GuardedBuffer guarded;
  bool agree = true;
  for (std::uint32_t round = 0; round < 400; ++round) {
    std::vector<std::uint32_t> symbols(1024 + random() % 300);
    for (std::uint32_t& symbol : symbols)
      symbol = static_cast<std::uint32_t>(random() % (1u << random() % (1 + round % 20)));
    std::vector<std::uint32_t> frequencies(std::ranges::max(symbols) + 1);
    for (const std::uint32_t symbol : symbols) ++frequencies[symbol];
    const RunCode run = build_run_code(frequencies);
    const HuffmanCode code(run.tokens, static_cast<std::uint32_t>(frequencies.size()));
    ByteWriter out;
    encode_symbols(code, symbols, out);
    Bytes sequence = out.take();
    for (unsigned damage = 0; damage < 3; ++damage) {
      const ByteSpan exact = guarded.copy(sequence);
      agree = all_agree("numbers", [&] { return decoded_numbers(code, exact, symbols.size()); }) &&
              agree;
      if (!sequence.empty()) sequence[random() % sequence.size()] ^= std::byte(1u << random() % 8);
    }
  }
  return agree;
}

/// The products' bits, little endian, or the fault.
std::vector<std::uint32_t> decoded_products(const SymbolDecoder& decoder, ByteSpan sequence,
                                            const Multipliers& by, std::size_t count) {
  std::vector<std::uint32_t> products(count);
  const auto decoded =
      decoder.decode_products(sequence, 0, by, std::as_writable_bytes(std::span(products)));
  if (!decoded) return {static_cast<std::uint32_t>(decoded.error().offset)};
  return products;
}

/// Cells times numbers at any places, sound and damaged; against decoding and multiplying.
bool products(Random& random) {
  test::GuardedBuffer guarded_places;
  test::GuardedBuffer guarded;
  bool agree = true;
  for (std::uint32_t round = 0; round < 400; ++round) {
    const auto entries = static_cast<std::uint32_t>(1 + random() % 40);
    std::vector<std::uint32_t> symbols(random() % 8 == 0 ? random() % 1024 : 1024 + random() % 999);
    std::vector<std::uint64_t> frequencies(entries, 1);
    for (std::uint32_t& symbol : symbols) {
      symbol = static_cast<std::uint32_t>(std::min(random() % entries, random() % (2 * entries)));
      frequencies[symbol] += 1;
    }
    std::ranges::sort(frequencies, std::greater());
    std::vector<std::uint32_t> cells(entries);  // little endian
    std::ranges::generate(cells, [&] {
      const float cell = static_cast<float>(random() % 1000) - 499.5f;
      return little_endian(std::bit_cast<std::uint32_t>(cell));
    });
    std::vector<float> numbers(1 + random() % 300);
    std::ranges::generate(numbers, [&] { return static_cast<float>(random() % 1000) / 7.0f; });
    const BuiltCode built = build_code(frequencies, false);
    const HuffmanCode code(built.tokens, entries);
    const SymbolDecoder decoder(code, std::as_bytes(std::span(cells)), sizeof(float));
    const ByteSpan places = guarded_places.copy(random_bytes(random, 2 * symbols.size()));
    const Multipliers by{places.data(), static_cast<std::uint16_t>(numbers.size() - 1),
                         numbers.data()};
    ByteWriter out;
    encode_symbols(code, symbols, out);
    Bytes sequence = out.take();
    std::vector<std::uint32_t> expected;
    for (std::size_t i = 0; i < symbols.size(); ++i) {
      const std::size_t place = std::min(load<std::uint16_t>(&places[2 * i]), by.last_place);
      const float product = std::bit_cast<float>(little_endian(cells[symbols[i]])) * numbers[place];
      expected.push_back(little_endian(std::bit_cast<std::uint32_t>(product)));
    }
    for (unsigned damage = 0; damage < 3; ++damage) {
      const ByteSpan exact = guarded.copy(sequence);
      const auto decode = [&] { return decoded_products(decoder, exact, by, symbols.size()); };
      agree = all_agree("products", decode) && (damage > 0 || decode() == expected) && agree;
      if (!sequence.empty()) sequence[random() % sequence.size()] ^= std::byte(1u << random() % 8);
    }
  }
  return agree;
}

int run() {
  Random random(1);
  bool agree = plane_joining(random);
  agree = unpacking(random) && agree;
  agree = looking_up(random) && agree;
  agree = token_decoding(random) && agree;
  agree = numbers(random) && agree;
  agree = products(random) && agree;
  for (const InstructionSet set : instruction_sets())
    std::printf("%s ", std::string(name_of(set)).c_str());
  std::printf(agree ? "agree\n" : "do not agree\n");
  return !agree;
}

}  // namespace
}  // namespace pondus

int main() { return pondus::run(); }
