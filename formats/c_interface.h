// What the files of the C interface share: handles, and results turned into statuses.
#pragma once

#include <exception>
#include <new>
#include <optional>

#include "codec/container/mapped_file.h"
#include "formats/model.h"
#include "formats/pondus.h"

struct pondus_file {
  std::optional<pondus::MappedFile> mapped;
  pondus::Model model;
};

namespace pondus::c_interface {

inline constexpr Fault bad_argument{"request.argument", Kind::request};

/// Fills `out`, which may be null, and gives the status.
pondus_status fail(const Error& error, pondus_error* out);
pondus_status fail_for_memory(pondus_error* out);

/// Runs `work`, which gives a Result, and turns whatever happens into a status. No exception leaves
/// the library.
template <class Work>
pondus_status guarded(pondus_error* error, Work&& work) {
  try {
    const auto done = work();
    return done ? PONDUS_OK : fail(done.error(), error);
  } catch (const std::bad_alloc&) {
    return fail_for_memory(error);
  } catch (const std::exception& exception) {
    return fail({bad_argument, 0, {}, exception.what()}, error);
  }
}

}  // namespace pondus::c_interface
