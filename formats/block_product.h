// One block of a matrix times vectors: an encoding hands out the block's cells, here they are
// multiplied.
#pragma once

#include <span>

#include "codec/base/dtype.h"
#include "formats/entry_kernels.h"
#include "formats/index_product_kernels.h"
#include "formats/product_kernels.h"
#include "formats/sparse_lines.h"

namespace pondus {

/// What is the same for all blocks of a product.
struct ProductInputs {
  const ProductKernels* kernels = nullptr;
  const Tables* tables = nullptr;  ///< of the tensor, their cells as float32
  Dtype dtype{};                   ///< of the cells as they are stored
  bool implicit_zeros = false;     ///< of the encoding
  /// Whether lines lie along the contracted dimension: y[line] gets a dot product with the line's
  /// cells. Else y gets multiples of the lines.
  bool along = false;
  /// Whether no sum of numbers of x, and of their products with the tables' cells, in whatever
  /// order, can overflow or is not finite.
  bool moderate = false;
  const float* x = nullptr;  ///< laid out as kernels take it
  std::uint32_t stride = 1;
};

/// Buffers that one thread reuses from block to block; their contents are unspecified.
struct ProductScratch {
  Bytes cells;
  Bytes floats;
  std::vector<std::uint32_t> numbers;
  StoredLines lines;
};

/// Lives while one block is multiplied. Lines are numbered from the block's first, cells in line
/// order from its first cell.
class BlockProduct {
 public:
  /// `y` points to number `y_begin` of the sums, in the layout of x.
  BlockProduct(const ProductInputs& inputs, const BlockLines& block, LineRange wanted, float* y,
               std::uint64_t y_begin, ProductScratch& scratch)
      : inputs_(inputs),
        block_(block),
        wanted_(wanted),
        y_(y),
        y_begin_(y_begin),
        scratch_(scratch) {}

  const ProductInputs& inputs() const { return inputs_; }
  /// The lines that are multiplied; all of the block are judged.
  LineRange wanted() const { return wanted_; }
  ProductScratch& scratch() { return scratch_; }

  /// Where the numbers of x and y for a line stand: for lines along the contracted dimension its
  /// cells' in x and its own in y, else its own in x and its cells' in y.
  const float* x(std::uint32_t line) const;
  float* y(std::uint32_t line) const;

  /// Adds the products of consecutive cells, float32, of which the first is cell `begin`; those of
  /// lines that are not wanted are passed over.
  void add_cells(std::uint64_t begin, ByteSpan cells);
  /// The same for cells that are given by their numbers in a table of float32.
  void add_indices(std::uint64_t begin, std::span<const std::uint8_t> indices,
                   const LookupPlanes& table);
  /// Adds the products of all cells of the block, of `dtype`. Zeros contribute nothing where they
  /// are implicit.
  void add_stored_cells(ByteSpan cells);
  /// Adds the products of the wanted lines' entries: as many `values`, float32, as there are
  /// positions. Gives whether all lines of the block are wanted and were found sound
  /// (EntryKernels); else decode_block has to judge, and where it finds a fault the sums are
  /// unspecified.
  bool add_entries(const StoredLines& lines, ByteSpan values);
  bool add_entries(SparseLines lines, ByteSpan values);
  /// The same for values that `sequence` has as symbols of the tables' code, none of them +0.0.
  /// Gives false where it has a fault, too.
  bool add_coded_entries(const StoredLines& lines, ByteSpan sequence);

  /// Room for float32 cells, until the next call of this or of as_floats.
  std::span<std::byte> floats(std::uint64_t count);
  /// Cells of `dtype` as float32: a view of them, or of what floats() gives.
  ByteSpan as_floats(ByteSpan cells);

 private:
  /// Of lines from `line` on: cells [first, first + cells) of each of `count` lines, of more than
  /// one only whole lines; `at` is the first of them, in the part of the block that was given.
  struct Rectangle {
    std::uint32_t line;
    std::size_t count;
    std::uint64_t first;
    std::uint64_t cells;
    std::uint64_t at;
  };

  bool multiply_entries(const LineEntries& entries, std::uint32_t line);
  bool add_products(const StoredLines& lines, ByteSpan products);
  void add_nonzero(ByteSpan cells);
  /// Calls `work` for rectangles of the wanted among `count` consecutive cells.
  template <class Work>
  void for_each_rectangle(std::uint64_t begin, std::uint64_t count, Work&& work) const;
  std::uint64_t major(std::uint32_t line) const {
    return (block_.range.begin + line) / block_.lines.segments();
  }
  std::uint32_t line_of(std::uint64_t cell) const;
  std::uint64_t segment_begin(std::uint32_t line) const {
    return (block_.range.begin + line) % block_.lines.segments() * line_cells_most;
  }

  const ProductInputs& inputs_;
  const BlockLines& block_;
  LineRange wanted_;
  float* y_;
  std::uint64_t y_begin_;
  ProductScratch& scratch_;
};

/// Multiplies a block that lies at `offset` in the file, coded or plain; sums are unspecified after
/// a fault.
Result<void> multiply_block(const Encoding& encoding, const Tables& tables, const BlockLines& block,
                            ByteSpan stored, std::uint64_t offset, BlockProduct& product);

}  // namespace pondus
