#include "formats/c_interface.h"

#include <algorithm>
#include <span>

#include "codec/base/utf8.h"

namespace pondus::c_interface {
namespace {

void copy_text(std::string_view text, std::span<char> out) {
  auto part = text.substr(0, out.size() - 1);
  while (!valid_utf8(part)) part.remove_suffix(1);  // not inside a character
  std::ranges::copy(part, out.begin());
  out[part.size()] = '\0';
}

}  // namespace

pondus_status fail(const Error& error, pondus_error* out) {
  constexpr pondus_status statuses[] = {PONDUS_MALFORMED, PONDUS_UNSUPPORTED, PONDUS_OVER_LIMIT,
                                        PONDUS_REQUEST};
  const pondus_status status = statuses[static_cast<std::size_t>(error.fault.kind)];
  if (out == nullptr) return status;
  out->status = status;
  out->offset = error.offset;
  copy_text(error.fault.id, out->label);
  copy_text(describe(error), out->message);
  return status;
}

pondus_status fail_for_memory(pondus_error* out) {
  if (out != nullptr) *out = {PONDUS_NO_MEMORY, "", 0, "out of memory"};
  return PONDUS_NO_MEMORY;
}

}  // namespace pondus::c_interface
