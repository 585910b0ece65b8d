// Encodes tensors into a file: the way in for everyone who writes weights.
#pragma once

#include "codec/container/writer.h"
#include "formats/plan.h"

namespace pondus {

/// A tensor to be stored. `cells` in C order, each little endian on any machine, shape.cells() of
/// them.
struct TensorInput {
  std::string name;
  Dtype dtype = Dtype::f32;
  Shape shape;
  ByteSpan cells;
  TableRef source;
  /// Of several tensors, this one among them: its tables are used where they pay.
  const ValueSet* shared = nullptr;
};

/// What the choice among encodings is for: of those that serve it, the smallest is taken.
enum class Purpose {
  size,    ///< all of them
  decode,  ///< those that decode at about the speed of memory (Encoding::fast_decode)
  product  ///< those whose products need no decoded cells (Encoding::multiply_block), and plain
           ///< cells
};

struct EncodeOptions {
  const Encoding* encoding = nullptr;  ///< null: the smallest of those for `purpose`
  Purpose purpose = Purpose::size;
  bool fallback = false;  ///< take the smallest where `encoding` cannot apply, instead of an error
  unsigned effort = effort_default;  ///< from 1 to effort_most: time that may be spent on size
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
  std::uint64_t stored_bytes = 0;     ///< payload, and a table if this tensor brought it
  std::vector<Candidate> candidates;  ///< what was considered, and why the others were not taken
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
  std::optional<Plan> plan(const Job& job, std::span<const Encoding* const> encodings) const;
  Result<std::uint64_t> write_table(const Plan& plan, Record& record);
  Result<std::uint64_t> write_blocks(const Job& job);
  Result<void> encode_one(const Job& job, std::size_t number, Bytes& stored) const;

  Writer& writer_;
  EncodeOptions options_;
};

}  // namespace pondus
