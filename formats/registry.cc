#include "formats/registry.h"

#include <algorithm>
#include <array>

namespace pondus {

#define PONDUS_ENCODING(id, name) \
  namespace name {                \
  extern const Encoding encoding; \
  }
#include "formats/registry.def"
#undef PONDUS_ENCODING

namespace {

#define PONDUS_ENCODING(id, name) &name::encoding,
constexpr std::array encodings{
#include "formats/registry.def"
};
#undef PONDUS_ENCODING

}  // namespace

std::span<const Encoding* const> all_encodings() { return encodings; }

const Encoding* find_encoding(std::uint16_t id) {
  const auto at = std::ranges::find(encodings, id, &Encoding::id);
  return at == encodings.end() ? nullptr : *at;
}

const Encoding* find_encoding(std::string_view name) {
  const auto at = std::ranges::find(encodings, name, &Encoding::name);
  return at == encodings.end() ? nullptr : *at;
}

std::optional<EncodingRules> find_encoding_rules(std::uint16_t id) {
  const Encoding* const encoding = find_encoding(id);
  if (encoding == nullptr) return std::nullopt;
  return EncodingRules{
      .block_cells_most = encoding->block_cells_most,
      .uses_codebook = encoding->table_use == TableUse::codebook,
      .uses_code =
          encoding->table_use == TableUse::code || encoding->table_use == TableUse::nonzero_code,
  };
}

}  // namespace pondus
