// Which mutant of the readers runs: every check reads it (tests/mutation/mutate.py puts the reads
// in).
#pragma once

#include <cstdint>
#include <type_traits>

namespace pondus::mutant {

/// The number of the mutant that runs; 0: none.
inline int active = 0;
/// Whether the mutant that runs changed nothing where it was reached, its bound being no number.
inline bool inapplicable = false;

inline bool on(int number) { return active == number; }

enum class Op { less, less_equal, greater, greater_equal, equal, not_equal };

template <class A, class B>
bool compared(Op op, const A& a, const B& b) {
  switch (op) {
    case Op::equal:
      return a == b;
    case Op::not_equal:
      return !(a == b);
    default:
      break;
  }
  if constexpr (requires { a < b; }) {
    if (op == Op::less) return a < b;
    if (op == Op::less_equal) return a <= b;
    if (op == Op::greater) return a > b;
    return a >= b;
  }
  return false;
}

constexpr Op swapped(Op op) {
  constexpr Op others[] = {Op::less_equal, Op::less,      Op::greater_equal,
                           Op::greater,    Op::not_equal, Op::equal};
  return others[static_cast<int>(op)];
}

/// Mutants `first` to `first + 2` of a comparison: the other operator of its kind, bound + 1, bound
/// - 1.
template <class A, class B>
bool compare(int first, Op op, const A& a, const B& b) {
  if (on(first)) return compared(swapped(op), a, b);
  if (on(first + 1) || on(first + 2)) {
    if constexpr (std::is_arithmetic_v<B>)
      return compared(op, a, static_cast<B>(on(first + 1) ? b + 1 : b - 1));
    inapplicable = true;
  }
  return compared(op, a, b);
}

/// Whether `count` bytes are more than are left: mutants `first` to `first + 2` of a named end are
/// deletion, bound + 1, bound - 1.
inline bool past_end(int first, std::uint64_t count, std::uint64_t left) {
  if (on(first)) return false;
  if (on(first + 1)) return count > left + 1;
  if (on(first + 2)) return count + 1 > left;
  return count > left;
}

}  // namespace pondus::mutant
