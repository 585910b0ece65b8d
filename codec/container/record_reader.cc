#include <algorithm>

#include "codec/container/directory_layout.h"
#include "codec/container/directory_reader.h"
#include "codec/container/text_rules.h"

namespace pondus {
namespace {

namespace layout = directory_layout;

constexpr Fault record_name{"record.name", Kind::malformed};
constexpr Fault record_name_order{"record.name-order", Kind::malformed};
constexpr Fault record_reserved{"record.reserved", Kind::malformed};
constexpr Fault record_dtype{"record.dtype", Kind::malformed};
constexpr Fault record_bits{"record.bits", Kind::unsupported};
constexpr Fault record_shape{"record.shape", Kind::malformed};
constexpr Fault alias_target{"alias.target", Kind::malformed};
constexpr Fault alias_shape{"alias.shape", Kind::malformed};
constexpr Fault alias_fields{"alias.fields", Kind::malformed};
constexpr Fault record_source{"record.source", Kind::malformed};
constexpr Fault record_split{"record.split", Kind::malformed};
constexpr Fault record_lines{"record.lines", Kind::malformed};
constexpr Fault record_encoding{"record.encoding", Kind::malformed};
constexpr Fault record_codebook{"record.codebook", Kind::malformed};
constexpr Fault record_code{"record.code", Kind::malformed};
constexpr Fault record_unknown_encoding{"record.unknown-encoding", Kind::unsupported};
constexpr Fault record_nonzero{"record.nonzero", Kind::malformed};
constexpr Fault record_offset{"record.offset", Kind::malformed};
constexpr Fault record_line_count{"record.line-count", Kind::malformed};
constexpr Fault block_lines{"block.lines", Kind::malformed};
constexpr Fault block_cells{"block.cells", Kind::malformed};
constexpr Fault block_size{"block.size", Kind::malformed};

/// A fault in the field at `field` of a record.
Error at_field(const Record& record, Fault fault, std::uint32_t field) {
  return {fault, record.record_offset + field, record.name, {}};
}

std::optional<std::uint32_t> to_ref(std::uint32_t stored) {
  if (stored == 0) return std::nullopt;
  return stored - 1;
}

/// The fields before the reserved bytes, unjudged; shape, name and blocks stand elsewhere.
Record load_fields(ByteSpan bytes, std::uint64_t offset) {
  Record record;
  record.record_offset = offset;
  ByteReader in(bytes, offset);
  record.decoded_checksum = in.word<std::uint64_t>();
  record.offset = in.word<std::uint64_t>();
  record.nonzero = in.word<std::uint64_t>();
  record.distinct = in.word<std::uint32_t>();
  in.take(4);  // the block count
  record.alias = to_ref(in.word<std::uint32_t>());
  record.codebook = to_ref(in.word<std::uint32_t>());
  record.code = to_ref(in.word<std::uint32_t>());
  record.source = to_ref(in.word<std::uint32_t>());
  record.encoding = in.word<std::uint16_t>();
  in.take(2);  // the length of the name
  record.dtype = in.word<std::uint8_t>();
  record.bits = in.word<std::uint8_t>();
  in.take(1);  // the rank
  record.split = in.word<std::uint8_t>();
  record.direction = Direction{in.word<std::uint8_t>()};
  return record;
}

}  // namespace

bool DirectoryReader::names_table(const TableRef& ref, TableKind kind) const {
  return ref && *ref < directory_.tables.size() && directory_.tables[*ref].kind == kind;
}

Result<void> DirectoryReader::judge_name(const Record& record, std::uint64_t name_offset) const {
  if (!valid_name(record.name)) return Error{record_name, name_offset, {}, {}};
  if (!directory_.records.empty() && record.name <= directory_.records.back().name) {
    return Error{record_name_order, name_offset, record.name, {}};
  }
  return {};
}

Result<void> DirectoryReader::judge_type(Record& record, std::uint64_t at) const {
  const auto reserved =
      records_.bytes.subspan(at + layout::reserved_at, layout::record_bytes - layout::reserved_at);
  const auto used = std::ranges::find_if(reserved, [](std::byte b) { return b != std::byte{0}; });
  if (used != reserved.end()) {
    return at_field(record, record_reserved,
                    layout::reserved_at + static_cast<std::uint32_t>(used - reserved.begin()));
  }
  const DtypeInfo* const dtype = find_dtype(record.dtype);
  if (record.dtype == 0 || record.bits == 0 || (dtype != nullptr && dtype->bits != record.bits)) {
    return at_field(record, record_dtype, layout::dtype_at);
  }
  if (!decodable_bits(record.bits)) record.unsupported = &record_bits;
  return {};
}

Result<void> DirectoryReader::read_shape(Record& record) {
  const auto rank =
      load<std::uint8_t>(&records_.bytes[record.record_offset - records_.offset + layout::rank_at]);
  std::array<std::uint64_t, rank_most> dims{};
  for (std::uint32_t i = 0; i < rank; ++i) {
    dims[i] = load<std::uint64_t>(&dims_.bytes[next_dim_ * layout::dim_bytes]);
    const auto shape = Shape::make(std::span(dims).first(i + 1));
    if (!shape)
      return Error{record_shape, dims_.offset + next_dim_ * layout::dim_bytes, record.name, {}};
    record.shape = *shape;
    ++next_dim_;
  }
  return {};
}

Result<void> DirectoryReader::judge_alias(const Record& record, std::size_t number) const {
  const auto fault = [&](Fault which, std::uint32_t field) {
    return at_field(record, which, field);
  };
  if (*record.alias >= number || directory_.records[*record.alias].alias) {
    return fault(alias_target, layout::alias_at);
  }
  const Record& target = directory_.records[*record.alias];
  if (record.dtype != target.dtype || record.bits != target.bits || record.shape != target.shape) {
    return fault(alias_shape, 0);
  }
  const std::byte* const fields = &records_.bytes[record.record_offset - records_.offset];
  if (record.decoded_checksum != 0) return fault(alias_fields, layout::decoded_checksum_at);
  if (record.offset != 0) return fault(alias_fields, layout::offset_at);
  if (record.nonzero != 0) return fault(alias_fields, layout::nonzero_at);
  if (record.distinct != 0) return fault(alias_fields, layout::distinct_at);
  if (load<std::uint32_t>(fields + layout::block_count_at) != 0)
    return fault(alias_fields, layout::block_count_at);
  if (record.codebook) return fault(alias_fields, layout::codebook_at);
  if (record.code) return fault(alias_fields, layout::code_at);
  if (record.encoding != 0) return fault(alias_fields, layout::encoding_at);
  if (record.split != 0) return fault(alias_fields, layout::split_at);
  if (record.direction != Direction::rows) return fault(alias_fields, layout::direction_at);
  return {};
}

bool DirectoryReader::sound_table(const Record& record, const TableRef& ref, TableKind kind,
                                  bool known, bool needed) const {
  if (ref && !names_table(ref, kind)) return false;
  if (!known) return true;
  return ref.has_value() == needed && (!ref || directory_.tables[*ref].bits == record.bits);
}

Result<void> DirectoryReader::judge_tables(const Record& record,
                                           const std::optional<EncodingRules>& rules) const {
  const bool known = rules && record.unsupported == nullptr;
  const bool needs_codebook = known && rules->uses_codebook && record.shape.cells() != 0;
  const bool needs_code = known && rules->uses_code && record.shape.cells() != 0;
  if (!sound_table(record, record.codebook, TableKind::codebook, known, needs_codebook)) {
    return at_field(record, record_codebook, layout::codebook_at);
  }
  if (!sound_table(record, record.code, TableKind::code, known, needs_code)) {
    return at_field(record, record_code, layout::code_at);
  }
  return {};
}

Result<void> DirectoryReader::judge_encoding(Record& record) const {
  const auto fault = [&](Fault which, std::uint32_t field) {
    return at_field(record, which, field);
  };
  if (record.split > record.shape.rank()) return fault(record_split, layout::split_at);
  if (record.direction > Direction::columns) return fault(record_lines, layout::direction_at);
  const bool private_bit = header_.incompat & incompat_private_encodings;
  if (record.encoding == 0 || (record.encoding >= first_private_encoding && !private_bit)) {
    return fault(record_encoding, layout::encoding_at);
  }
  const auto rules = find_encoding_(record.encoding);
  if (auto judged = judge_tables(record, rules); !judged) return judged;
  if (!rules && record.unsupported == nullptr) record.unsupported = &record_unknown_encoding;
  if (record.nonzero > record.shape.cells()) return fault(record_nonzero, layout::nonzero_at);
  return {};
}

Result<void> DirectoryReader::read_blocks(Record& record, std::uint32_t count,
                                          std::uint32_t cells_most) {
  if (count == 0 && record.offset != 0) return at_field(record, record_offset, layout::offset_at);
  const Lines lines = record.lines();
  std::uint64_t line = 0;
  std::uint64_t offset = record.offset;
  record.blocks.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint64_t at = blocks_.offset + next_block_ * layout::block_entry_bytes;
    ByteReader in(
        blocks_.bytes.subspan(next_block_++ * layout::block_entry_bytes, layout::block_entry_bytes),
        at);
    BlockEntry block{.offset = offset, .first_line = line};
    block.checksum = in.word<std::uint64_t>();
    block.stored_bytes = in.word<std::uint32_t>();
    block.lines = in.word<std::uint32_t>();
    if (block.lines == 0 || block.lines > lines.count() - line) {
      return Error{block_lines, at + layout::block_lines_at, record.name, {}};
    }
    line += block.lines;
    const std::uint64_t cells = lines.cells_before(line) - lines.cells_before(block.first_line);
    if (cells > cells_most) return Error{block_cells, at + layout::block_lines_at, record.name, {}};
    if (block.stored_bytes > plain_bytes(cells, record.bits)) {
      return Error{block_size, at + layout::block_stored_bytes_at, record.name, {}};
    }
    record.blocks.push_back(block);
    offset += block.stored_bytes;  // wraps only where [file.coverage] is broken
  }
  if (line != lines.count()) return at_field(record, record_line_count, layout::block_count_at);
  return {};
}

Result<void> DirectoryReader::read_record(std::size_t number) {
  const std::size_t at = number * layout::record_bytes;
  Record record =
      load_fields(records_.bytes.subspan(at, layout::record_bytes), records_.offset + at);
  const std::uint64_t name_offset = heap_.offset + next_text_;
  record.name = heap_text(load<std::uint16_t>(&records_.bytes[at + layout::name_bytes_at]));
  const auto block_count = load<std::uint32_t>(&records_.bytes[at + layout::block_count_at]);

  Result<void> judged = judge_name(record, name_offset);
  if (judged) judged = judge_type(record, at);
  if (judged) judged = read_shape(record);
  if (judged && record.alias) judged = judge_alias(record, number);
  if (judged && record.source && !names_table(record.source, TableKind::source)) {
    judged = at_field(record, record_source, layout::source_at);
  }
  if (judged && !record.alias) {
    judged = judge_encoding(record);
    const auto rules = find_encoding_(record.encoding);
    if (judged)
      judged = read_blocks(record, block_count, rules ? rules->block_cells_most : block_cells_most);
  }
  if (!judged) return judged;
  directory_.records.push_back(std::move(record));
  return {};
}

}  // namespace pondus
