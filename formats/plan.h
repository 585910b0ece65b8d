// Chooses how a tensor is stored: encoding, line direction and blocks, by price.
#pragma once

#include <optional>
#include <vector>

#include "formats/value_set.h"

namespace pondus {

/// How dimensions are meant. OIHW (PyTorch): one output per row, split 1. HWIO (Keras): one output
/// per column, split rank - 1. Automatic takes HWIO for rank 4 with two leading dimensions of at
/// most 11 that are smaller than both others.
enum class Layout { automatic, oihw, hwio };

std::uint32_t split_of(const Shape& shape, Layout layout);
/// The direction of lines where the size does not depend on it.
Direction direction_of(const Shape& shape, Layout layout);

/// An encoding that was considered for a tensor.
struct Candidate {
  enum class Outcome {
    priced,       ///< `bytes` is what it takes of the file
    given_up,     ///< `bytes` is what a first look foretells, too much to go on
    inapplicable  ///< no table can be made for it, or it would take more than the plain cells
  };
  const Encoding* encoding = nullptr;
  Direction direction = Direction::rows;
  Outcome outcome = Outcome::inapplicable;
  std::uint64_t bytes = 0;
};

/// One way to store a tensor. `table` is null where the encoding needs none. `coded` holds blocks
/// that had to be encoded to learn their size, empty where plain or not encoded.
struct Plan {
  const Encoding* encoding = nullptr;
  const PreparedTable* table = nullptr;
  Direction direction = Direction::rows;
  std::vector<LineRange> blocks;
  std::vector<Bytes> coded;
  std::uint64_t payload_bytes = 0;  ///< with a code on average, else exact
  /// Bytes of the file: payload, block entries, and a table of its own.
  std::uint64_t price = 0;
  std::vector<Candidate> candidates;  ///< this one among them

  const Tables& tables() const {
    static const Tables none;
    return table == nullptr ? none : table->tables;
  }
};

/// What plans are made from. A table of `values` that is `shared` costs nothing here.
struct PlanInput {
  const Matrix& matrix;
  Layout layout;
  const ValueSet& values;
  bool shared;
  std::uint64_t order_0_bytes;  ///< of the cells, were each coded by itself: their entropy
  unsigned threads;
  unsigned effort;
};

/// The smallest plan among `encodings`, that of the smallest id if equal; none if no encoding
/// applies: those with a table need one, and must not take more than the plain cells. Below effort
/// 7 lines go the layout's way unless the other way saves more than 1/1024 of them. An encoding
/// whose price only encoding tells gets a first look in larger tensors, at a sample, and from
/// effort 7 on another at the whole, with little effort: a look leaves out a direction or the
/// encoding where what it foretells is clearly larger, which may then miss being the smallest. More
/// effort is trusted with much only where a look finds more than the frequencies of single cells.
/// With effort 1 such an encoding gets one direction, and where it codes entry by entry none if the
/// best is within 1 % of these frequencies' entropy.
std::optional<Plan> choose_plan(const PlanInput& input, std::span<const Encoding* const> encodings);

/// Whole lines taken greedily while coded symbols and cells are at most what the encoding fills a
/// block with.
std::vector<LineRange> fill_blocks(const Lines& lines, const Encoding& encoding,
                                   std::span<const std::uint32_t> entry_counts);

}  // namespace pondus
