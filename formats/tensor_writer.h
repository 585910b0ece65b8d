// Encodes tensors into a file: the way in for everyone who writes weights.
#pragma once

#include <memory>

#include "codec/container/writer.h"
#include "formats/plan.h"

namespace pondus {

/// One codebook for several tensors of the same cell size. Build it from all their cells, then
/// encode them.
class SharedCodebook {
 public:
  /// `values` in any order and with repetitions.
  SharedCodebook(Bytes values, std::uint32_t cell_bytes);
  std::uint32_t cell_bytes() const { return cell_bytes_; }
  const Codebook& codebook() const { return codebook_; }
  const CodebookIndex& index() const { return *index_; }

 private:
  Bytes cells_;
  std::uint32_t cell_bytes_;
  Codebook codebook_;  ///< none if there are more than 2^24 values
  std::unique_ptr<CodebookIndex> index_;
};

/// A tensor to be stored. `cells` in C order, each little endian on any machine, shape.cells() of
/// them.
struct TensorInput {
  std::string name;
  Dtype dtype = Dtype::f32;
  Shape shape;
  ByteSpan cells;
  TableRef source;
  const SharedCodebook* shared =
      nullptr;  ///< used where it pays; holds all cells of the tensor, or it is ignored
};

struct EncodeOptions {
  const Encoding* encoding = nullptr;  ///< null: the smallest of all
  bool fallback = false;  ///< take the smallest where `encoding` cannot apply, instead of an error
  Layout layout = Layout::automatic;
  unsigned threads = 1;  ///< 0: as many as the machine has; the bytes are the same with any number
  bool verify = true;    ///< decode each block and compare its cells before it is written
};

/// What became of a tensor.
struct TensorReport {
  CellStatistics statistics;  ///< without values
  const Encoding* encoding = nullptr;
  Direction direction = Direction::rows;
  std::uint64_t raw_bytes = 0;
  std::uint64_t stored_bytes = 0;  ///< payload, and a codebook if this tensor brought it
};

class TensorWriter {
 public:
  TensorWriter(Writer& writer, const EncodeOptions& options) : writer_(writer), options_(options) {}

  /// Errors: request.cells (their bytes are not the shape's), request.encoding (cannot apply, names
  /// the tensor), request.verify (an encoder's bug or a bad machine), and those of the Writer.
  Result<TensorReport> write(const TensorInput& input);

 private:
  struct Job;
  Result<void> prepare(Job& job) const;
  Result<void> write_blocks(const Job& job);
  Result<void> encode_one(const Job& job, std::size_t number, Bytes& stored) const;

  Writer& writer_;
  EncodeOptions options_;
};

}  // namespace pondus
