#include "tools/options.h"

namespace pondus {
namespace {

constexpr unsigned threads_most = 1024;

}  // namespace

void add_threads(CLI::App& app, unsigned& threads) {
  app.add_option("--threads", threads,
                 "threads; 0: as many as the machine has. The result is the same with any number")
      ->check(CLI::Range(0u, threads_most))
      ->type_name("N");
}

void add_limits(CLI::App& app, Limits& limits) {
  app.parse_complete_callback([&limits] { limits.table_bytes = limits.decoded_bytes; });
  app.add_option("--max-bytes", limits.decoded_bytes,
                 "refuse files that decode to more bytes, or whose tables take more; default 64G")
      ->transform(CLI::AsSizeValue(false))
      ->type_name("SIZE");
  app.add_option("--max-tensors", limits.tensors, "refuse files of more tensors; default 16M")
      ->transform(CLI::AsSizeValue(false))
      ->type_name("N");
  app.add_option("--max-ratio", limits.ratio,
                 "refuse files that decode to more than N times their size; default none")
      ->transform(CLI::AsSizeValue(false))
      ->type_name("N");
  app.add_option("--max-metadata", limits.metadata_bytes,
                 "refuse files whose metadata takes more bytes; default 16M")
      ->transform(CLI::AsSizeValue(false))
      ->type_name("SIZE");
}

}  // namespace pondus
