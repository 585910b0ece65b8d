#include "tools/answer.h"

#include <iostream>
#include <list>
#include <nlohmann/json.hpp>

#include "codec/entropy/huffman_stream.h"
#include "tools/open_file.h"
#include "tools/report.h"
#include "tools/restore.h"

namespace pondus {
namespace {

using nlohmann::ordered_json;

ordered_json refusal(const Error& error) {
  const Kind kind = error.fault.kind;
  ordered_json out{
      {"verdict", kind == Kind::over_limit ? "over-limit" : std::string(kind_name(kind))},
      {"label", error.fault.id},
      {"offset", error.offset}};
  if (!error.tensor.empty()) out["tensor"] = error.tensor;
  return out;
}

Limits limits_in(const ordered_json& request) {
  const ordered_json given = request.value("limits", ordered_json::object());
  Limits limits;
  limits.tensors = given.value("tensors", limits.tensors);
  limits.decoded_bytes = given.value("decoded-bytes", limits.decoded_bytes);
  limits.ratio = given.value("ratio", limits.ratio);
  limits.table_bytes = given.value("table-bytes", limits.table_bytes);
  limits.metadata_bytes = given.value("metadata-bytes", limits.metadata_bytes);
  return limits;
}

ordered_json judge_files(const ordered_json& request) {
  std::list<OpenFile> opened;
  ordered_json hashes = ordered_json::array();
  for (const std::string& path : request.at("files").get<std::vector<std::string>>()) {
    auto file = open_file(path, limits_in(request));
    if (!file) return refusal(file.error());
    const Model& model = opened.emplace_back(std::move(*file)).model;
    if (const auto checked = check_all(model, 1); !checked) return refusal(checked.error());
    for (const Record& record : model.records()) {
      const std::uint64_t checksum = model.file().stored(record).decoded_checksum;
      hashes.push_back({record.name, hexadecimal(checksum)});
    }
  }
  std::vector<const File*> files;
  for (const OpenFile& file : opened) files.push_back(&file.model.file());
  if (files.size() > 1) {
    if (const auto broken = judge_shard_set(files)) return refusal(broken->error);
  }
  return {{"verdict", "ok"}, {"hashes", hashes}};
}

ordered_json decode_sequence(const ordered_json& request) {
  std::vector<Token> tokens;
  for (const auto& [length, extra] :
       request.at("tokens").get<std::vector<std::pair<std::uint8_t, std::uint8_t>>>())
    tokens.push_back({length, extra});
  const std::string hex = request.at("bytes");
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<std::byte>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  std::vector<std::uint32_t> symbols(request.at("count").get<std::size_t>());
  const HuffmanCode code(tokens, request.at("entries").get<std::uint32_t>());
  if (const auto decoded = decode_symbols(code, bytes, 0, symbols); !decoded)
    return refusal(decoded.error());
  return {{"symbols", symbols}};
}

}  // namespace

void answer_requests() {
  for (std::string line; std::getline(std::cin, line);) {
    const auto request = ordered_json::parse(line);
    const bool files = request.contains("files");
    std::cout << (files ? judge_files(request) : decode_sequence(request)).dump() << std::endl;
  }
}

}  // namespace pondus
