#include "lossy/weights.h"

#include "codec/base/parallel.h"
#include "lossy/floats.h"

namespace pondus::lossy {
namespace {

constexpr Fault bad_dtype{"request.weights-dtype", Kind::request};
constexpr Fault not_finite{"request.not-finite", Kind::request};

template <class Cell>
Result<void> judge(const Piece& piece, ByteSpan cells, const std::string& name) {
  for (std::size_t i = piece.begin; i < piece.end; ++i) {
    if (!std::isfinite(Cell::load(&cells[i * Cell::bytes])))
      return Error{not_finite, 0, name, "weight " + std::to_string(i) + " is NaN or infinite"};
  }
  return {};
}

}  // namespace

Result<Weights> Weights::make(const std::string& name, Dtype dtype, ByteSpan cells,
                              unsigned threads) {
  if (!is_weight(dtype)) {
    const auto spelled = std::string(find_dtype(static_cast<std::uint8_t>(dtype))->name);
    return Error{bad_dtype, 0, name, "only f64, f32, f16 and bf16 have weights, not " + spelled};
  }
  const std::size_t count = cells.size() / cell_bytes(dtype);
  const auto judged = with_float(dtype, [&](auto cell) {
    return parallel_for(pieces(count), threads, [&](std::size_t number) {
      return judge<decltype(cell)>(Piece(number, count), cells, name);
    });
  });
  if (!judged) return judged.error();
  return Weights(dtype, cells);
}

}  // namespace pondus::lossy
