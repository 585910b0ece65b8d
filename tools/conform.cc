// `pondus conform`: asks a decoder about every vector.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "tools/answer.h"
#include "tools/child.h"
#include "tools/cleanup.h"
#include "tools/commands.h"
#include "tools/conform_questions.h"
#include "tools/report.h"

namespace pondus {
namespace {

using nlohmann::ordered_json;

constexpr std::chrono::seconds answer_most{60};
constexpr std::size_t shown_most = 300;
constexpr std::array<const char*, 5> columns{"ok", "malformed", "unsupported", "over-limit",
                                             "symbols"};
enum class Outcome { agreed, skipped, differed, failed };
constexpr std::array<const char*, 4> outcome_names{"agreed", "skipped", "differed", "failed"};

struct Cell {
  int agreed = 0;
  int all = 0;
};

/// Counts by stage and verdict, and of outcomes.
class Matrix {
 public:
  void add(const Question& question, Outcome outcome) {
    const auto row = std::ranges::find(rows_, question.stage, &Row::first);
    auto& cells =
        row == rows_.end() ? rows_.emplace_back(question.stage, Cells{}).second : row->second;
    Cell& cell = cells[question.wanted.value("verdict", "symbols")];
    ++cell.all;
    cell.agreed += outcome == Outcome::agreed;
    ++counts_[static_cast<std::size_t>(outcome)];
  }

  int count(Outcome outcome) const { return counts_[static_cast<std::size_t>(outcome)]; }

  void print() const {
    TextTable table(1);
    table.add({"stage", columns[0], columns[1], columns[2], columns[3], columns[4]});
    for (const auto& [stage, cells] : rows_) {
      std::vector<std::string> line{stage};
      for (const char* const column : columns) {
        const auto cell = cells.find(column);
        line.push_back(cell == cells.end() ? "-"
                                           : std::to_string(cell->second.agreed) + "/" +
                                                 std::to_string(cell->second.all));
      }
      table.add(std::move(line));
    }
    std::printf("%s", table.text().c_str());
    for (std::size_t i = 0; i < counts_.size(); ++i)
      std::printf("%s%d %s", i == 0 ? "" : ", ", counts_[i], outcome_names[i]);
    std::printf("\n");
  }

 private:
  using Cells = std::map<std::string, Cell>;
  using Row = std::pair<std::string, Cells>;
  std::vector<Row> rows_;
  std::array<int, 4> counts_{};
};

Outcome judge(const ordered_json& answer, const ordered_json& wanted) {
  if (!answer.is_object()) return Outcome::failed;
  if (answer.contains("verdict") && answer["verdict"] == "skip") return Outcome::skipped;
  for (const char* const key : {"symbols", "verdict", "hashes", "label", "offset", "tensor"}) {
    if (answer.contains(key) != wanted.contains(key)) return Outcome::differed;
    if (answer.contains(key) && answer[key] != wanted[key]) return Outcome::differed;
  }
  return Outcome::agreed;
}

/// What the decoder says, or a string that says how it failed.
ordered_json ask(Child& decoder, const ordered_json& request) {
  try {
    const std::string line = decoder.ask(request.dump(), answer_most);
    auto answer = ordered_json::parse(line, nullptr, false);
    if (answer.is_object()) return answer;
    decoder.stop();
    return "no object: " + line;
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

std::string cut(const ordered_json& value) {
  return shown(
      value.dump(-1, ' ', false, ordered_json::error_handler_t::replace).substr(0, shown_most));
}

int run(const ConformRequest& request) {
  std::string folder = std::filesystem::temp_directory_path() / "pondus-conform-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no temporary folder");
  const Temporary removed(folder);
  Child decoder(request.command);
  Matrix matrix;
  each_question(request.vectors, request.stages, folder, [&](const Question& question) {
    const ordered_json answer = ask(decoder, question.request);
    const Outcome outcome = judge(answer, question.wanted);
    matrix.add(question, outcome);
    if (outcome == Outcome::agreed || outcome == Outcome::skipped) return;
    std::printf("%s: %s\n  wanted %s\n  got    %s\n",
                question.request["name"].get<std::string>().c_str(),
                outcome_names[static_cast<std::size_t>(outcome)], cut(question.wanted).c_str(),
                cut(answer).c_str());
  });
  matrix.print();
  const int bad = matrix.count(Outcome::differed) + matrix.count(Outcome::failed) +
                  (request.partial ? 0 : matrix.count(Outcome::skipped));
  return matrix.count(Outcome::agreed) > 0 && bad == 0 ? 0 : 1;
}

}  // namespace

int conform(const ConformRequest& request) {
  if (!request.answer) return run(request);
  answer_requests();
  return 0;
}

}  // namespace pondus
