#include "tools/made.h"

#include <cstdio>

#include "tools/io/spool.h"
#include "tools/report.h"

namespace pondus {

int make_file(const std::string& output,
              const std::function<std::optional<InputError>(Made&)>& make) {
  Reporter reporter;
  Made made;
  if (const auto error = make(made)) {
    reporter.report(error->path, error->error);
  } else if (const auto committed = made.target->commit(); !committed) {
    reporter.report(output, committed.error());
  } else {
    std::fputs(made.report.c_str(), output == stream_path ? stderr : stdout);
  }
  return reporter.worst();
}

}  // namespace pondus
