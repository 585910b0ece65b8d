#include "codec/container/checksum.h"
#include "codec/container/directory_layout.h"
#include "formats/statistics.h"
#include "formats/tensor_reader.h"

namespace pondus {
namespace {

constexpr Fault tensor_checksum{"tensor.checksum", Kind::malformed};
constexpr Fault tensor_nonzero{"tensor.nonzero", Kind::malformed};
constexpr Fault tensor_distinct{"tensor.distinct", Kind::malformed};

/// Cells of a tensor with row lines are judged in windows of about this many bytes.
constexpr std::uint64_t window_bytes = std::uint64_t{1} << 25;

/// What a tensor's cells come to, against what its record says.
class Totals {
 public:
  explicit Totals(std::uint32_t cell_bytes) : counter_(cell_bytes) {}

  void add(ByteSpan cells) {
    hash_.update(cells);
    counter_.add(cells);
  }

  Result<void> judge(const Record& record) const {
    const auto fault = [&record](Fault which, std::uint32_t field) {
      return Error{which, record.record_offset + field, record.name, {}};
    };
    if (hash_.digest() != record.decoded_checksum)
      return fault(tensor_checksum, directory_layout::decoded_checksum_at);
    if (counter_.nonzero() != record.nonzero)
      return fault(tensor_nonzero, directory_layout::nonzero_at);
    if (recorded_distinct(counter_.distinct()) != record.distinct) {
      return fault(tensor_distinct, directory_layout::distinct_at);
    }
    return {};
  }

 private:
  Xxh3 hash_;
  CellCounter counter_;
};

}  // namespace

Result<void> TensorReader::for_each_window(unsigned threads, const VisitCells& visit) const {
  Bytes cells;
  const auto& blocks = record_->blocks;
  if (lines_.direction() == Direction::columns && !blocks.empty()) {
    cells.resize(record_->decoded_bytes());
    if (auto read = read_columns(cells, threads); !read) return read;
    return visit(cells);
  }
  for (std::size_t begin = 0, end = 0; begin < blocks.size(); begin = end) {
    LineRange range{blocks[begin].first_line, 0};
    std::uint64_t bytes = 0;
    for (; end < blocks.size() && (end == begin || bytes < window_bytes); ++end)
      bytes += block_lines(end).plain_bytes();
    range.end = blocks[end - 1].first_line + blocks[end - 1].lines;
    cells.resize(bytes);
    if (auto read = read_lines(range, cells, threads); !read) return read;
    if (auto visited = visit(cells); !visited) return visited;
  }
  return {};
}

Result<void> TensorReader::stream(unsigned threads, const VisitCells& visit) const {
  Xxh3 hash;
  auto visited = for_each_window(threads, [&](ByteSpan cells) {
    hash.update(cells);
    return visit(cells);
  });
  if (!visited || hash.digest() == record_->decoded_checksum) return visited;
  return Error{tensor_checksum,
               record_->record_offset + directory_layout::decoded_checksum_at,
               record_->name,
               {}};
}

Result<void> TensorReader::check(unsigned threads) const {
  Totals totals(cell_bytes_);
  auto visited = for_each_window(threads, [&](ByteSpan cells) -> Result<void> {
    totals.add(cells);
    return {};
  });
  return visited ? totals.judge(*record_) : visited;
}

}  // namespace pondus
