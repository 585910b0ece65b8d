// Every kernel that the machine can run, one after another.
#pragma once

#include <stdexcept>

#include "codec/base/instruction_set.h"

namespace pondus::test {

/// Calls `work(set)` with each instruction set in use, that of AVX-512 with slow and with quick
/// gathers; then the machine's choice of gathers is back.
template <class Work>
void with_all_kernels(Work&& work) {
  const bool quick = gathers_quickly();
  for (const InstructionSet set : instruction_sets()) {
    use_instruction_set(set);
    if (set == InstructionSet::avx512) {
      use_quick_gathers(!quick);
      if (gathers_quickly() == quick) throw std::logic_error("gathers cannot be chosen");
      work(set);
      use_quick_gathers(quick);
    }
    work(set);
  }
}

}  // namespace pondus::test
