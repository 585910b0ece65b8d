// Which instruction set's kernels run: the best that the machine has, or one that was asked for.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

// `&table` on machines of this family, else null: kernels of other families are not built.
#if defined(__x86_64__)
#define PONDUS_X86(pointer) pointer
#else
#define PONDUS_X86(pointer) nullptr
#endif
#if defined(__aarch64__)
#define PONDUS_ARM(pointer) pointer
#else
#define PONDUS_ARM(pointer) nullptr
#endif

namespace pondus {

/// From the least on: each includes what stands before it in its family.
enum class InstructionSet : std::uint8_t {
  portable,
  avx2,    ///< with BMI1, BMI2, LZCNT, FMA, F16C
  avx512,  ///< F, BW, DQ, VL, VBMI, VBMI2
  neon,
};

std::string_view name_of(InstructionSet set);

/// What this machine can run, the best last.
std::span<const InstructionSet> instruction_sets();

/// The one in use: the machine's best, until another is chosen.
InstructionSet instruction_set();

/// Whether a gather of 16 cells takes no longer than as many loads, and a scatter than as many
/// stores, as on Intel's machines; until another is chosen.
bool gathers_quickly();

/// Chooses one of instruction_sets(), for tests and measurements.
void use_instruction_set(InstructionSet set);
/// Chooses kernels of AVX-512 as if gathers were quick, or slow.
void use_quick_gathers(bool quick);

/// One kernel, or a table of them, for each instruction set that has its own; null elsewhere.
template <class Table>
struct Kernels {
  const Table* portable;
  const Table* avx2 = nullptr;
  const Table* avx512 = nullptr;
  const Table* neon = nullptr;

  /// That of the set in use, or of the nearest set below it.
  const Table& in_use() const {
    switch (instruction_set()) {
      case InstructionSet::avx512:
        if (avx512 != nullptr) return *avx512;
        [[fallthrough]];
      case InstructionSet::avx2:
        if (avx2 != nullptr) return *avx2;
        [[fallthrough]];
      case InstructionSet::portable:
        return *portable;
      case InstructionSet::neon:
        return neon != nullptr ? *neon : *portable;
    }
    return *portable;
  }
};

}  // namespace pondus
