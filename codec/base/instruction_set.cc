#include "codec/base/instruction_set.h"

#include <array>
#include <atomic>
#include <cassert>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace pondus {
namespace {

constexpr std::array all{InstructionSet::portable, InstructionSet::avx2, InstructionSet::avx512,
                         InstructionSet::neon};

#if defined(__x86_64__)

/// What the compilers' own question does not know.
bool has_f16c_and_lzcnt() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & bit_F16C) == 0) return false;
  return __get_cpuid(0x80000001, &a, &b, &c, &d) != 0 && (c & bit_LZCNT) != 0;
}

/// Asks for what the operating system saves as well.
std::span<const InstructionSet> detected() {
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                    __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
                    has_f16c_and_lzcnt();
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2");
  return std::span(all).first(avx512 ? 3 : avx2 ? 2 : 1);
}

bool detect_quick_gathers() { return __builtin_cpu_is("intel"); }

#elif defined(__aarch64__)

bool detect_quick_gathers() { return false; }

std::span<const InstructionSet> detected() {
  static constexpr std::array sets{InstructionSet::portable, InstructionSet::neon};
  return sets;
}

#else

std::span<const InstructionSet> detected() { return std::span(all).first(1); }

bool detect_quick_gathers() { return false; }

#endif

std::atomic<InstructionSet>& in_use() {
  static std::atomic<InstructionSet> set{instruction_sets().back()};
  return set;
}

std::atomic<bool>& quick_gathers() {
  static std::atomic<bool> quick{detect_quick_gathers()};
  return quick;
}

}  // namespace

std::string_view name_of(InstructionSet set) {
  static constexpr std::array<std::string_view, all.size()> names{"portable", "avx2", "avx512",
                                                                  "neon"};
  return names[static_cast<std::size_t>(set)];
}

std::span<const InstructionSet> instruction_sets() {
  static const auto sets = detected();
  return sets;
}

bool gathers_quickly() { return quick_gathers().load(std::memory_order_relaxed); }

void use_quick_gathers(bool quick) { quick_gathers().store(quick, std::memory_order_relaxed); }

InstructionSet instruction_set() { return in_use().load(std::memory_order_relaxed); }

void use_instruction_set(InstructionSet set) {
  bool known = false;
  for (const InstructionSet each : instruction_sets()) known = known || each == set;
  assert(known);
  if (known) in_use().store(set, std::memory_order_relaxed);
}

}  // namespace pondus
