// Kernels of context_map, by instruction set.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pondus::context_map {

/// What decoding the tokens of a row reads and writes; nothing outside of it, whatever the words.
struct RowJob {
  const std::uint16_t* contexts;     ///< of each cell, its column's reference left out; 32 more
  std::size_t count;                 ///< of cells
  const std::uint32_t* references;   ///< of each cell, 0 is none; 32 more; null if all are none
  std::uint8_t* classes;             ///< 0, then that of each cell; 36 more
  const std::uint8_t* map;           ///< from context to table; 3 more
  const std::uint32_t* slots;        ///< 4096 of each table
  const std::uint8_t* symbol_class;  ///< of 256 tokens
  std::uint8_t* tokens;              ///< of each cell; 32 more
  std::uint32_t* states;             ///< 32
  const std::uint16_t* words;        ///< and 32 zeros
  std::size_t word_count;
  std::size_t position;  ///< words read, or wanted past the end: those are zeros
};

using DecodeRow = void(RowJob& job);

DecodeRow decode_row_avx512;

/// What the bins of a row's predictions depend on.
struct BinJob {
  const std::int16_t* const* from;   ///< four rows of values, as far as the row refers to any
  const std::int16_t* coefficients;  ///< of each, 0 for what is not there
  std::size_t count;                 ///< of cells
  const std::int16_t* thresholds;    ///< 63, ascending, those that are not there above all others
  const std::uint8_t* bin;           ///< of each prediction from the least on
  std::uint8_t* bins;                ///< of each cell
};

using FindBins = void(const BinJob& job);

FindBins find_bins_avx512;

/// Lines of two bit planes of `words` each: where a value lies above what was expected, and below.
/// What is asked: of how many more bits than not line `line` agrees with each of some lines.
struct AgreementJob {
  const std::uint64_t* lines;
  std::size_t words;
  std::size_t line;
  std::size_t begin;
  std::size_t end;
  std::int32_t* scores;
};

using CountAgreements = void(const AgreementJob& job);

CountAgreements agreements_avx2;

/// Inner products of `count` lines with the lines `begin` to `end` of others, line by line; values
/// from -2047 to 2047.
struct ProductJob {
  const std::int16_t* lines;
  std::size_t count;
  const std::int16_t* others;
  std::size_t width;
  std::size_t begin;
  std::size_t end;
  std::int64_t* products;
};

using MultiplyRows = void(const ProductJob& job);

MultiplyRows multiply_rows_avx2;
MultiplyRows multiply_rows_avx512;

}  // namespace pondus::context_map
