// Decodes one tensor of an opened file: all of it, some lines, or block after block.
#pragma once

#include <functional>

#include "formats/encoding.h"
#include "formats/model.h"

namespace pondus {

/// Views a Model that outlives it; immutable, so threads may share one. Cells are little endian on
/// any machine.
class TensorReader {
 public:
  /// Judges the tables of the tensor (step 7); an alias reads as its target. Errors: those of the
  /// tables, [record.bits] and [record.unknown-encoding].
  static Result<TensorReader> open(const Model& model, const Record& record);

  const Record& record() const { return *record_; }
  const File& file() const { return *file_; }
  const Encoding& encoding() const { return *encoding_; }
  const Tables& tables() const { return tables_; }
  const Lines& lines() const { return lines_; }
  std::uint32_t cell_bytes() const { return cell_bytes_; }
  BlockLines block_lines(std::size_t number) const;

  /// All cells in C order into `cells`, which must have exactly record().decoded_bytes() bytes
  /// (else request.buffer-bytes). Judges all stored checksums, and the decoded one.
  Result<void> read(std::span<std::byte> cells, unsigned threads = 1) const;

  /// The lines of `range`, within lines().count(), in line order into exactly their bytes. Reads
  /// the blocks that hold them, and judges these blocks' stored checksums.
  Result<void> read_lines(LineRange range, std::span<std::byte> cells, unsigned threads = 1) const;

  /// Gives each block's lines and cells in line order, by number, to `visit` until that fails.
  /// Judges stored checksums.
  using Visit = std::function<Result<void>(LineRange lines, ByteSpan cells)>;
  Result<void> for_each_block(const Visit& visit) const;

  /// Gives all cells in C order to `visit`, piece by piece, until that fails; in bounded memory
  /// where lines are rows. Judges stored checksums and, after the last piece, the decoded one.
  using VisitCells = std::function<Result<void>(ByteSpan cells)>;
  Result<void> stream(unsigned threads, const VisitCells& visit) const;

  /// Step 8 for this tensor, in bounded memory where lines are rows.
  Result<void> check(unsigned threads = 1) const;

 private:
  TensorReader(const File& file, const Record& record);
  Result<void> decode(std::size_t number, std::span<std::byte> cells) const;
  /// All cells of lines in this direction; rows are hashed as they get ready.
  Result<void> read_rows(std::span<std::byte> cells, unsigned threads, std::uint64_t& hash) const;
  Result<void> read_columns(std::span<std::byte> cells, unsigned threads) const;
  /// `stream` without the decoded checksum.
  Result<void> for_each_window(unsigned threads, const VisitCells& visit) const;

  const File* file_;
  const Record* record_;
  const Encoding* encoding_ = nullptr;
  Tables tables_;
  Lines lines_;
  std::uint32_t cell_bytes_;
};

}  // namespace pondus
