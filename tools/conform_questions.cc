#include "tools/conform_questions.h"

#include <algorithm>
#include <array>
#include <fstream>

#include "tools/report.h"
#include "tools/vector_file.h"

namespace pondus {
namespace {

using nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr std::array<std::string_view, 7> first_stages{"container", "dense", "csc", "index_map",
                                                       "huffman",   "ham",   "sham"};

std::vector<fs::path> files_in(const fs::path& folder, std::string_view extension) {
  std::vector<fs::path> paths;
  if (!fs::is_directory(folder)) return paths;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == extension) paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  return paths;
}

/// Folders with vectors: those of the specification's order first, then by name.
std::vector<std::string> stages_in(const fs::path& vectors) {
  std::vector<std::string> stages;
  for (const auto& entry : fs::directory_iterator(vectors)) {
    if (!files_in(entry.path(), ".hex").empty()) stages.push_back(entry.path().filename());
  }
  std::ranges::sort(stages, {}, [](const std::string& name) {
    return std::pair(std::ranges::find(first_stages, name) - first_stages.begin(), name);
  });
  return stages;
}

ordered_json limits_of(const Limits& limits) {
  ordered_json out = ordered_json::object();
  const auto add = [&out](const char* name, std::uint64_t value, std::uint64_t usual) {
    if (value != usual) out[name] = value;
  };
  add("tensors", limits.tensors, Limits::none);
  add("decoded-bytes", limits.decoded_bytes, Limits::none);
  add("ratio", limits.ratio, Limits::none);
  add("table-bytes", limits.table_bytes, Limits::none);
  add("metadata-bytes", limits.metadata_bytes, Limits{}.metadata_bytes);
  return out;
}

ordered_json wanted_of(const Vector& vector) {
  ordered_json out{{"verdict", vector.verdict}};
  if (vector.verdict == "ok") {
    out["hashes"] = ordered_json::array();
    for (const std::string& line : vector.hashes)
      out["hashes"].push_back({ordered_json::parse(line.substr(17)), line.substr(0, 16)});
    return out;
  }
  out["label"] = vector.label;
  out["offset"] = vector.offset.value_or(0);
  if (!vector.tensor.empty()) out["tensor"] = ordered_json::parse(vector.tensor);
  return out;
}

void write_file(const fs::path& path, const Bytes& bytes) {
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
  if (!out.flush()) throw std::runtime_error("cannot write " + path.string());
}

Question file_question(const fs::path& path, const fs::path& folder) {
  const Vector vector = read_vector(path);
  ordered_json files = ordered_json::array();
  for (std::size_t i = 0; i < vector.files.size(); ++i) {
    const fs::path file = folder / (std::to_string(i) + ".pondus");
    write_file(file, vector.files[i]);
    files.push_back(file.string());
  }
  return {{}, {{"files", files}, {"limits", limits_of(vector.limits)}}, wanted_of(vector)};
}

Question coder_question(const fs::path& path) {
  const CoderVector vector = read_coder_vector(path);
  std::string hex;
  for (const std::byte byte : vector.bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    hex.append({digits[std::to_integer<std::size_t>(byte >> 4)],
                digits[std::to_integer<std::size_t>(byte & std::byte{15})]});
  }
  return {{},
          {{"tokens", vector.tokens},
           {"entries", vector.entries},
           {"count", vector.symbols.size()},
           {"bytes", hex}},
          {{"symbols", vector.symbols}}};
}

}  // namespace

void each_question(const fs::path& vectors, const std::vector<std::string>& stages,
                   const fs::path& folder, const std::function<void(const Question&)>& ask) {
  if (!fs::is_directory(vectors)) throw std::runtime_error("no folder " + shown(vectors.string()));
  const auto give = [&](const std::string& stage, const fs::path& path, Question question) {
    question.stage = stage;
    question.request["name"] = path.lexically_relative(vectors).replace_extension().string();
    ask(question);
  };
  for (const std::string& stage : stages_in(vectors)) {
    if (!stages.empty() && std::ranges::find(stages, stage) == stages.end()) continue;
    for (const auto& path : files_in(vectors / stage / "coder", ".txt"))
      give(stage, path, coder_question(path));
    for (const auto& path : files_in(vectors / stage, ".hex"))
      give(stage, path, file_question(path, folder));
  }
}

}  // namespace pondus
