// The command line: options into requests, and exit codes.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <new>
#include <stdexcept>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "codec/base/instruction_set.h"
#include "codec/container/frame.h"
#include "formats/pondus.h"
#include "formats/registry.h"
#include "tools/cleanup.h"
#include "tools/commands.h"
#include "tools/lossy_options.h"
#include "tools/options.h"
#include "tools/shrinking.h"

namespace pondus {
namespace {

/// The requests that the options fill in, and the command that was chosen.
struct CommandLine {
  EncodeRequest encode;
  AlterRequest alter;
  DecodeRequest decode;
  CheckRequest check;
  InfoRequest info;
  BenchRequest bench;
  ConformRequest conform;
  std::function<int()> chosen;
};

/// --align, --head-hint.
void add_frame_options(CLI::App& app, EncodeRequest& request) {
  std::vector<std::pair<std::string, std::uint8_t>> alignments;
  for (std::uint32_t exponent = alignment_least; exponent <= alignment_most; ++exponent)
    alignments.emplace_back(std::to_string(1U << exponent), exponent);
  add_choice(app, "--align", request.frame.alignment, alignments,
             "tensors begin at multiples of this; default 64, and 8 where small ones are many");
  app.add_flag("--head-hint", request.frame.head_hint, "note in the header where the directory is");
}

void add_encode(CLI::App& root, CommandLine& line) {
  CLI::App& app = *root.add_subcommand("encode",
                                       "Encode .npy, .npz and .safetensors files, or a "
                                       "*.safetensors.index.json with its shards, into one file");
  EncodeRequest& request = line.encode;
  app.add_option("INPUT", request.inputs, "files to encode; - is standard input")
      ->required()
      ->type_name("");
  app.add_option("-o,--output", request.output, "the file to write; - is standard output")
      ->required()
      ->type_name("FILE");
  std::vector<std::pair<std::string, const Encoding*>> encodings{{"auto", nullptr}};
  for (const Encoding* const encoding : all_encodings())
    encodings.emplace_back(encoding->name, encoding);
  add_choice(app, "--encoding", request.options.encoding, encodings,
             "auto takes the smallest for each tensor");
  add_choice<Purpose>(
      app, "--for", request.options.purpose,
      {{"size", Purpose::size}, {"decode", Purpose::decode}, {"product", Purpose::product}},
      "what auto is to serve: it takes the smallest of all, of those that decode at about the "
      "speed of memory, or of those that multiply without decoding");
  app.add_option("--effort", request.options.effort,
                 "from 1 (fast) to 9 (small): time that may be spent on size")
      ->check(CLI::Range(1u, effort_most))
      ->capture_default_str()
      ->type_name("N");
  app.add_flag("--fallback", request.options.fallback,
               "take the smallest where --encoding cannot apply, instead of an error");
  add_choice<Layout>(app, "--layout", request.options.layout,
                     {{"auto", Layout::automatic}, {"oihw", Layout::oihw}, {"hwio", Layout::hwio}},
                     "order of a kernel's dimensions: PyTorch writes oihw, Keras hwio");
  add_choice<bool>(app, "--codebook", request.shared_codebooks,
                   {{"tensor", false}, {"shared", true}},
                   "shared: one codebook for all matrices of a dtype, and one for all kernels");
  app.add_flag_callback(
      "--no-alias", [&request] { request.aliases = false; }, "store equal tensors twice");
  add_frame_options(app, request);
  app.add_flag_callback(
      "--no-verify", [&request] { request.options.verify = false; },
      "do not decode what was written");
  add_step_options(app, request.lossy);
  add_pattern_option(app, request.lossy);
  app.add_flag("-v,--verbose", request.verbose,
               "for each tensor what was considered, and its price");
  add_threads(app, request.options.threads);
  app.footer("Example: pondus encode model.safetensors -o model.pondus");
  app.callback([&line] { line.chosen = [&line] { return encode(line.encode); }; });
}

/// What `prune` and `share` have in common.
CLI::App& add_alter(CLI::App& root, CommandLine& line, const std::string& name,
                    const std::string& what) {
  CLI::App& app = *root.add_subcommand(name, what);
  AlterRequest& request = line.alter;
  app.add_option("INPUT", request.inputs, "files as `encode` reads them; - is standard input")
      ->required()
      ->type_name("");
  app.add_option("-o,--output", request.output, "OUT.npz, OUT.safetensors or OUT.pondus")
      ->required()
      ->type_name("OUT");
  add_pattern_option(app, request.lossy);
  add_threads(app, request.threads);
  app.callback([&line] { line.chosen = [&line] { return alter(line.alter); }; });
  return app;
}

void add_prune(CLI::App& root, CommandLine& line) {
  CLI::App& app = add_alter(root, line, "prune", "Set the weights of least magnitude to zero");
  add_prune_options(app, line.alter.lossy);
  app.footer("Example: pondus prune model.safetensors -o pruned.safetensors --percent 90");
}

void add_share(CLI::App& root, CommandLine& line) {
  CLI::App& app = add_alter(root, line, "share", "Let the nonzero weights share few values");
  add_share_options(app, line.alter.lossy);
  app.footer("Example: pondus share pruned.safetensors -o shared.pondus --method cws -k 32");
}

void add_decode(CLI::App& root, CommandLine& line) {
  CLI::App& app = *root.add_subcommand(
      "decode", "Decode files; what came from .safetensors comes back byte for byte");
  DecodeRequest& request = line.decode;
  app.add_option("FILE", request.files, "files to decode; - is standard input")
      ->required()
      ->type_name("");
  app.add_option("-o,--output", request.output,
                 "OUT.safetensors, OUT.npz, OUT.npy, a folder (it exists, or ends in /), or - for "
                 ".safetensors on standard output")
      ->required()
      ->type_name("OUT");
  app.add_option("--tensor", request.tensors, "only this tensor; may be repeated")
      ->type_name("NAME")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_flag("--keep-going", request.keep_going, "write what is sound, and report the rest");
  add_threads(app, request.threads);
  add_limits(app, request.limits);
  app.footer("Example: pondus decode model.pondus -o model.safetensors");
  app.callback([&line] { line.chosen = [&line] { return decode(line.decode); }; });
}

void add_check(CLI::App& root, CommandLine& line) {
  CLI::App& app =
      *root.add_subcommand("check", "Say whether files are sound, and where they are not");
  CheckRequest& request = line.check;
  app.add_option("FILE", request.files, "files to check; - is standard input")
      ->required()
      ->type_name("");
  app.add_flag("-v,--verbose", request.verbose, "a verdict per part");
  app.add_flag("--json", request.json, "as JSON");
  add_threads(app, request.threads);
  add_limits(app, request.limits);
  app.footer("Example: pondus check -v model.pondus");
  app.callback([&line] { line.chosen = [&line] { return check(line.check); }; });
}

void add_info(CLI::App& root, CommandLine& line) {
  CLI::App& app = *root.add_subcommand("info", "Show what is inside a file, without decoding");
  InfoRequest& request = line.info;
  app.add_option("FILE", request.file, "the file; - is standard input")->required()->type_name("");
  app.add_flag("--json", request.json, "as JSON");
  add_limits(app, request.limits);
  app.footer("Example: pondus info --json model.pondus");
  app.callback([&line] { line.chosen = [&line] { return info(line.info); }; });
}

/// The environment may choose one of the machine's instruction sets, for tests and measurements.
void choose_kernels() {
  const char* const asked = std::getenv("PONDUS_KERNELS");
  if (asked == nullptr) return;
  std::string names;
  for (const InstructionSet set : instruction_sets()) {
    if (name_of(set) == asked) return use_instruction_set(set);
    names += " " + std::string(name_of(set));
  }
  throw std::runtime_error("PONDUS_KERNELS must be one of this machine's:" + names);
}

void add_conform(CLI::App& root, CommandLine& line) {
  CLI::App& app = *root.add_subcommand(
      "conform", "Hold a decoder against the conformance vectors (spec/conformance.md)");
  ConformRequest& request = line.conform;
  auto* const command =
      app.add_option("COMMAND", request.command, "the decoder, after --")->type_name("");
  app.add_option("--vectors", request.vectors, "the folder of the vectors")
      ->capture_default_str()
      ->type_name("DIR");
  app.add_option("--stage", request.stages, "only this folder of vectors; may be repeated")
      ->type_name("NAME")
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_flag("--partial", request.partial, "what the decoder skips does not count against it");
  auto* const answer = app.add_flag("--answer", request.answer,
                                    "be such a decoder: answer the requests on standard input");
  answer->excludes(command);
  app.footer("Example: pondus conform -- python3 spec/decoder");
  app.callback([&line, command, answer] {
    if (command->empty() && answer->empty()) throw CLI::RequiredError("COMMAND");
    line.chosen = [&line] { return conform(line.conform); };
  });
}

void add_bench(CLI::App& root, CommandLine& line) {
  CLI::App& app =
      *root.add_subcommand("bench", "Measure how fast the tensors of a file decode and multiply");
  BenchRequest& request = line.bench;
  app.add_option("FILE", request.file, "the file; - is standard input")->required()->type_name("");
  app.add_flag("--json", request.json, "as JSON");
  add_threads(app, request.threads);
  add_limits(app, request.limits);
  app.footer("Example: pondus bench model.pondus");
  app.callback([&line] { line.chosen = [&line] { return bench(line.bench); }; });
}

int run(int argc, char** argv) {
  choose_kernels();
  const std::string version = "pondus " + std::string(pondus_version()) + " (format " +
                              std::to_string(format_major) + "." + std::to_string(format_minor) +
                              ")";
  CLI::App app("Pondus: the weights of neural networks, compressed without loss.", "pondus");
  app.set_version_flag("--version", version);
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 ok, 1 usage or I/O, 2 malformed, 3 unsupported, 4 over a limit.\n"
      "Example: pondus encode model.safetensors -o model.pondus");
  CommandLine line;
  add_encode(app, line);
  add_prune(app, line);
  add_share(app, line);
  add_decode(app, line);
  add_check(app, line);
  add_info(app, line);
  add_bench(app, line);
  add_conform(app, line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 1;
  }
  watch_signals();
  survive_shrinking();
  return line.chosen();
}

int fail(const char* why) {
  std::fprintf(stderr, "pondus: %s\n", why);
  return 1;
}

}  // namespace
}  // namespace pondus

int main(int argc, char** argv) {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 1 << 20);  // what is freed of a matrix goes back to the system at once
#endif
  int code = 0;
  pondus::survive_terminate();
  try {
    code = pondus::run(argc, argv);
  } catch (const std::bad_alloc&) {
    code = pondus::fail("out of memory");
  } catch (const std::exception& error) {
    code = pondus::fail(error.what());
  }
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    code = std::max(code, pondus::fail("standard output: write error"));
  return code;
}
