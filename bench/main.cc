// Everything beside its peers in one run, as JSON on standard output:
// bench [--rows N] [--rounds N] [--data FOLDER] [--only TEXT,...] [--task TEXT]
// [--kernels NAME]
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <sstream>

#include "bench/tasks.h"
#include "codec/base/instruction_set.h"

namespace pondus::bench {
namespace {

using nlohmann::ordered_json;

struct Request {
  std::uint64_t rows = 4096;
  int rounds = 7;
  std::string data;
  std::string only;     ///< samples whose name holds one of these, between commas
  std::string task;     ///< tasks whose name holds this
  std::string kernels;  ///< of this instruction set, empty for the best
};

bool holds_any(const std::string& name, const std::string& texts) {
  std::istringstream list(texts);
  std::string text;
  while (std::getline(list, text, ',')) {
    if (name.find(text) != std::string::npos) return true;
  }
  return texts.empty();
}

ordered_json to_json(const Task& task, const Sample& sample) {
  ordered_json subjects = ordered_json::array();
  for (const Subject& subject : task.subjects) {
    const double median = subject.median();
    ordered_json one{{"name", subject.name}, {"median_seconds", median}};
    if (median > 0) one["weights_per_second"] = static_cast<double>(sample.weights()) / median;
    if (subject.stored_bytes != 0)
      one["bits_per_weight"] =
          8.0 * static_cast<double>(subject.stored_bytes) / static_cast<double>(sample.weights());
    subjects.push_back(std::move(one));
  }
  return {{"task", task.name}, {"subjects", std::move(subjects)}};
}

/// The tasks of a name that holds `text`; others are not prepared.
std::vector<Task> make_tasks(const Sample& sample, const std::vector<Coder>& coders,
                             const std::string& text) {
  std::vector<Task> tasks;
  if (std::string("decode").find(text) != std::string::npos)
    tasks = decoding_tasks(sample, code_peers(sample, coders));
  if (std::string("encode").find(text) != std::string::npos)
    tasks.push_back(encoding_task(sample, coders));
  if (std::string("product").find(text) != std::string::npos) {
    tasks.push_back(product_task(sample, Side::right));
    tasks.push_back(product_task(sample, Side::left));
  }
  if (text == "threads") tasks.push_back(threading_task(sample));  // wants larger samples: run.py
  return tasks;
}

ordered_json measure_sample(const Sample& sample, const std::vector<Coder>& coders,
                            const Request& request, bool& sound) {
  ordered_json out{{"sample", sample.name},     {"rows", sample.rows},
                   {"cols", sample.cols},       {"distinct", sample.values.size()},
                   {"nonzero", sample.nonzero}, {"entropy_bits", sample.entropy_bits}};
  out["tasks"] = ordered_json::array();
  for (Task& task : make_tasks(sample, coders, request.task)) {
    sound = measure(task.subjects, request.rounds, task.clock) && sound;
    out["tasks"].push_back(to_json(task, sample));
  }
  return out;
}

/// Whether the machine has the instruction set that is asked for.
bool choose_kernels(const std::string& name) {
  for (const InstructionSet set : instruction_sets()) {
    if (name == name_of(set)) {
      use_instruction_set(set);
      return true;
    }
  }
  return name.empty();
}

int run(const Request& request) {
  if (!choose_kernels(request.kernels)) {
    std::fprintf(stderr, "this machine has no kernels of %s\n", request.kernels.c_str());
    return 1;
  }
  std::vector<Sample> samples;
  const auto wanted = [&](const std::string& name) { return holds_any(name, request.only); };
  const std::vector<Coder> all = coders();
  ordered_json out{{"schema", "pondus-bench-peers/1"},
                   {"kernels", name_of(instruction_set())},
                   {"rounds", request.rounds},
                   {"samples", ordered_json::array()}};
  bool sound = true;
  const auto take = [&](const Sample& sample) {
    if (!wanted(sample.name)) return;
    std::fprintf(stderr, "%s\n", sample.name.c_str());
    out["samples"].push_back(measure_sample(sample, all, request, sound));
  };
  for (const std::uint32_t zeros : {0u, 50u, 90u, 97u, 99u}) {
    for (const std::uint32_t k : {16u, 32u, 256u}) {
      const std::string name = "random-z" + std::to_string(zeros) + "-k" + std::to_string(k);
      if (wanted(name)) take(synthetic(request.rows, 4096, k, zeros));
    }
  }
  if (!request.data.empty()) {
    for (const Sample& sample : real(request.data)) take(sample);
  }
  std::printf("%s\n", out.dump(1).c_str());
  return sound ? 0 : 1;
}

}  // namespace
}  // namespace pondus::bench

int main(int argc, char** argv) {
  pondus::bench::Request request;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string option = argv[i];
    if (option == "--rows") request.rows = std::strtoull(argv[i + 1], nullptr, 10);
    if (option == "--rounds") request.rounds = std::max(1, std::atoi(argv[i + 1]));
    if (option == "--data") request.data = argv[i + 1];
    if (option == "--only") request.only = argv[i + 1];
    if (option == "--task") request.task = argv[i + 1];
    if (option == "--kernels") request.kernels = argv[i + 1];
  }
  return pondus::bench::run(request);
}
