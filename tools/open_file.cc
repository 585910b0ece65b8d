#include "tools/open_file.h"

#include "tools/io/spool.h"

namespace pondus {

void OpenFile::forget(const Record& record) const {
  const Record& stored = model.file().stored(record);
  if (!stored.blocks.empty())
    mapped.forget(mapped.bytes().subspan(stored.offset, stored.stored_bytes()));
}

Result<OpenFile> open_file(const std::string& path, const Limits& limits) {
  auto mapped = open_mapped(path);
  if (!mapped) return mapped.error();
  auto model = Model::open(mapped->bytes(), limits);
  if (!model) return model.error();
  return OpenFile{path, std::move(*mapped), std::move(*model)};
}

}  // namespace pondus
