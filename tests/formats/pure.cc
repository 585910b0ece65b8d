// The steps that decoders of blocks take in one pass: representations to cells.
#include <boost/test/unit_test.hpp>

#include "formats/csc/csc.h"
#include "formats/ham/ham.h"
#include "formats/index_map/index_map.h"
#include "formats/sham/sham.h"
#include "formats/value_set.h"
#include "tests/support.h"

namespace pondus::test {
namespace {

/// A sparse matrix of few or many values, its block, and the tables made from it.
struct Given {
  Tensor tensor;
  BlockLines block;
  ValueSet values;

  Given(Dtype dtype, std::uint64_t distinct)
      : tensor(sparse_tensor("", dtype, shape_of({30, 400}), 0.4, distinct, 3)),
        block{Lines(tensor.shape, 1, Direction::rows), {0, 30}, tensor.width()},
        values(tensor.width()) {
    values.add(cell_statistics(tensor.cells, tensor.width()));
  }
  const Tables& tables(const Encoding& encoding) const {
    return values.table(encoding.table_use)->tables;
  }

  /// Whether `to_cells(cells)`, and the encoding's own decoder, give all cells.
  template <class ToCells>
  bool comes_back(const Encoding& encoding, const Tables& tables, ToCells&& to_cells) const {
    Bytes cells(tensor.cells.size(), std::byte{0x5A});
    to_cells(cells);
    const Bytes stored = encode_block(encoding, tables, block, tensor.cells);
    Bytes decoded(cells.size(), std::byte{0xA5});
    const auto done = decode_block(encoding, tables, block, stored, 0, decoded);
    return done && cells == tensor.cells && decoded == cells;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(pure)

BOOST_AUTO_TEST_CASE(representations_give_the_cells_back) {
  for (const Dtype dtype : {Dtype::u8, Dtype::f16, Dtype::f32, Dtype::f64}) {
    for (const std::uint64_t distinct : {3u, 100u, 3000u}) {
      if (dtype == Dtype::u8 && distinct > 200) continue;
      BOOST_TEST_CONTEXT("dtype " << int(dtype) << ", " << distinct << " values") {
        const Given given(dtype, distinct);
        const ByteSpan from = given.tensor.cells;
        BOOST_TEST(given.comes_back(csc::encoding, {}, [&](Bytes& cells) {
          csc::to_cells(csc::from_cells(given.block, from), given.block, cells);
        }));
        const Tables& book = given.tables(index_map::encoding);
        BOOST_TEST(given.comes_back(index_map::encoding, book, [&](Bytes& cells) {
          index_map::to_cells(index_map::from_cells(book, given.block, from), book, given.block,
                              cells);
        }));
        const Tables& all = given.tables(ham::encoding);
        BOOST_TEST(given.comes_back(ham::encoding, all, [&](Bytes& cells) {
          ham::to_cells(ham::from_cells(all, given.block, from), all, given.block, cells);
        }));
        const Tables& nonzero = given.tables(sham::encoding);
        BOOST_TEST(given.comes_back(sham::encoding, nonzero, [&](Bytes& cells) {
          sham::to_cells(sham::from_cells(nonzero, given.block, from), nonzero, given.block, cells);
        }));
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pondus::test
