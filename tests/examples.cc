// Every worked example of the specification: its cells give its payload, and its payload gives its
// cells. No test library, so that it also runs on emulated machines.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "formats/registry.h"

namespace pondus {
namespace {

struct Example {
  std::string place;
  std::string encoding;
  std::map<std::string, std::string> fields;

  const std::string& at(const std::string& key) const {
    const auto field = fields.find(key);
    if (field == fields.end()) throw std::runtime_error(place + ": no " + key);
    return field->second;
  }
  std::uint64_t number(const std::string& key) const { return std::stoull(at(key), nullptr, 0); }
};

/// The blocks between "```example <encoding>" and "```".
std::vector<Example> read_examples(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::vector<Example> examples;
  bool inside = false;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.starts_with("```example ")) {
      examples.push_back({path.string() + ":" + std::to_string(number), line.substr(11), {}});
      inside = true;
    } else if (line.starts_with("```")) {
      inside = false;
    } else if (inside) {
      const auto colon = line.find(": ");
      if (colon == line.npos)
        throw std::runtime_error(path.string() + ":" + std::to_string(number) + ": no key");
      examples.back().fields[line.substr(0, colon)] = line.substr(colon + 2);
    }
  }
  return examples;
}

Bytes read_cells(const std::string& text, std::uint32_t width) {
  Bytes bytes;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const std::uint64_t cell = std::stoull(word, nullptr, 0);
    for (std::uint32_t i = 0; i < width; ++i)
      bytes.push_back(static_cast<std::byte>(cell >> 8 * i & 0xFF));
  }
  return bytes;
}

Bytes read_hex(const std::string& text) {
  Bytes bytes;
  std::istringstream words(text);
  for (std::string word; words >> word;)
    bytes.push_back(static_cast<std::byte>(std::stoul(word, nullptr, 16)));
  return bytes;
}

/// `cells` of the text are in C order; encoders take them in line order.
Bytes in_line_order(const Bytes& cells, const Lines& lines, std::uint32_t width) {
  if (lines.direction() == Direction::rows) return cells;
  Bytes ordered;
  for (std::uint64_t col = 0; col < lines.cols(); ++col) {
    for (std::uint64_t row = 0; row < lines.rows(); ++row) {
      const std::byte* const cell = &cells[(row * lines.cols() + col) * width];
      ordered.insert(ordered.end(), cell, cell + width);
    }
  }
  return ordered;
}

std::string hex(const Bytes& bytes) {
  std::string text;
  for (const std::byte byte : bytes) {
    constexpr char digits[] = "0123456789abcdef";
    text += digits[std::to_integer<unsigned>(byte >> 4)];
    text += digits[std::to_integer<unsigned>(byte & std::byte{15})];
    text += ' ';
  }
  return text;
}

/// The table that an encoding needs: `codebook`, and `tokens` ("length+extra" each) where it is a
/// code.
Bytes read_table(const Example& example, const Encoding& encoding, std::uint32_t width) {
  if (encoding.table_use == TableUse::none) return {};
  const Bytes cells = read_cells(example.at("codebook"), width);
  if (encoding.table_use == TableUse::codebook) return cells;
  std::vector<Token> tokens;
  std::istringstream words(example.at("tokens"));
  for (std::string word; words >> word;) {
    tokens.push_back({static_cast<std::uint8_t>(std::stoul(word)),
                      static_cast<std::uint8_t>(std::stoul(word.substr(word.find('+'))))});
  }
  ByteWriter out;
  HuffmanCode(tokens, static_cast<std::uint32_t>(cells.size() / width)).write(out);
  out.bytes(cells);
  return out.take();
}

/// Empty, or what is wrong.
std::string judge(const Example& example) {
  const Encoding* const encoding = find_encoding(std::string_view(example.encoding));
  if (encoding == nullptr) return "no such encoding";
  const auto width = static_cast<std::uint32_t>(example.number("cell_bits") / 8);
  const auto shape = Shape::make({example.number("rows"), example.number("cols")});
  const Direction direction =
      example.at("lines") == "columns" ? Direction::columns : Direction::rows;
  const Lines lines(shape.value(), 1, direction);
  const BlockLines block{lines, {0, lines.count()}, width};
  const Bytes table = read_table(example, *encoding, width);
  Tables tables;
  if (encoding->table_use == TableUse::codebook)
    tables.codebook = Codebook::read(table, width, 0).value();
  if (encoding->table_use > TableUse::codebook)
    tables.code = CodeTable::read(table, width, 0).value();
  const CellIndex index(tables.cells(), width);
  tables.index = &index;

  const Bytes cells = read_cells(example.at("cells"), width);
  if (cells.size() != block.plain_bytes()) return "not rows * cols cells";
  const Bytes ordered = in_line_order(cells, lines, width);
  const Bytes payload = read_hex(example.at("payload"));
  const Bytes encoded = encode_block(*encoding, tables, block, ordered);
  if (encoded != payload) return "cells encode to " + hex(encoded);
  Bytes decoded(ordered.size());
  const auto result = decode_block(*encoding, tables, block, payload, 0, decoded);
  if (!result) return "payload is " + describe(result.error());
  return decoded == ordered ? "" : "payload decodes to " + hex(decoded);
}

int run(const std::filesystem::path& folder) {
  std::map<std::string, int> counts;
  int failed = 0;
  for (const Encoding* const encoding : all_encodings()) counts[std::string(encoding->name)] = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    for (const Example& example : read_examples(entry.path())) {
      const std::string wrong = judge(example);
      if (!wrong.empty()) std::cerr << example.place << ": " << wrong << "\n";
      failed += !wrong.empty();
      ++counts[example.encoding];
    }
  }
  for (const auto& [encoding, count] : counts) {
    std::cout << encoding << ": " << count << " worked examples\n";
    if (count == 0) std::cerr << encoding << ": no worked example in " << folder.string() << "\n";
    failed += count == 0;
  }
  return failed != 0;
}

}  // namespace
}  // namespace pondus

int main(int argc, char** argv) {
  try {
    return argc == 2 ? pondus::run(argv[1]) : 2;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
