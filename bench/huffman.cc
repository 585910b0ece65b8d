// Decoding speed of Huffman-coded weights into a reused window of one block, on one core, beside
// zstd's Huffman decoder on the same indices: in one run, turn by turn, medians. huffman [ROUNDS]
#include <zstd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <random>

#include "codec/base/limits.h"
#include "formats/value_set.h"

namespace pondus {
namespace {

constexpr std::size_t weights = std::size_t{1} << 22;
constexpr std::size_t block = coded_symbols_most;

/// Processor time of this thread, so that other programs on the machine count as little as can be.
double seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// Indices of k values whose frequencies fall like a Gaussian's, in random order.
std::vector<std::uint8_t> random_indices(std::uint32_t k, double width) {
  std::mt19937_64 random(k);
  std::normal_distribution<double> normal(k / 2.0, k * width);
  std::vector<std::uint8_t> indices(weights);
  for (std::uint8_t& index : indices) {
    index = static_cast<std::uint8_t>(std::clamp(normal(random), 0.0, k - 1.0));
  }
  return indices;
}

double entropy(const std::vector<std::uint8_t>& indices) {
  std::uint64_t counts[256] = {};
  for (const std::uint8_t index : indices) ++counts[index];
  double bits = 0;
  for (const std::uint64_t count : counts) {
    const double share = static_cast<double>(count) / static_cast<double>(weights);
    if (count != 0) bits -= share * std::log2(share);
  }
  return bits;
}

/// The coded blocks of one matrix, and how to decode one into the window.
struct Peer {
  const char* name;
  std::vector<Bytes> blocks;
  std::vector<double> times;
  std::size_t bytes() const {
    std::size_t sum = 0;
    for (const Bytes& each : blocks) sum += each.size();
    return sum;
  }
  double speed() {
    std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2),
                     times.end());
    return static_cast<double>(weights) / times[times.size() / 2] / 1e9;
  }
};

/// zstd without matches: its Huffman coder on the indices.
Peer zstd_peer(const std::vector<std::uint8_t>& indices) {
  Peer peer{"zstd, literals only, to indices", {}, {}};
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 1);
  ZSTD_CCtx_setParameter(context, ZSTD_c_strategy, ZSTD_fast);
  ZSTD_CCtx_setParameter(context, ZSTD_c_hashLog, ZSTD_cParam_getBounds(ZSTD_c_hashLog).lowerBound);
  ZSTD_CCtx_setParameter(context, ZSTD_c_minMatch,
                         ZSTD_cParam_getBounds(ZSTD_c_minMatch).upperBound);
  for (std::size_t at = 0; at < weights; at += block) {
    Bytes frame(ZSTD_compressBound(block));
    frame.resize(ZSTD_compress2(context, frame.data(), frame.size(), &indices[at], block));
    peer.blocks.push_back(std::move(frame));
  }
  ZSTD_freeCCtx(context);
  return peer;
}

struct Case {
  std::vector<std::uint8_t> indices;
  Bytes cells;  ///< f32
  ValueSet values{4};
  const PreparedTable* table = nullptr;
};

void prepare(Case& given, std::uint32_t k, double width) {
  given.indices = random_indices(k, width);
  given.cells.resize(weights * 4);
  for (std::size_t i = 0; i < weights; ++i) {
    store(&given.cells[i * 4], std::uint32_t{0x3F000000} + 997u * given.indices[i]);
  }
  given.values.add(cell_statistics(given.cells, 4));
  given.table = given.values.table(TableUse::code);
}

Peer ham_peer(const Case& given) {
  Peer peer{"ham, to f32", {}, {}};
  for (std::size_t at = 0; at < weights; at += block) {
    const auto symbols =
        given.table->index->indices_of(ByteSpan(given.cells).subspan(at * 4, block * 4), 4);
    ByteWriter out;
    encode_symbols(given.table->tables.code.code(), std::get<0>(symbols), out);
    peer.blocks.push_back(out.take());
  }
  return peer;
}

bool round(const Case& given, Peer& ham, Peer& zstd, ZSTD_DCtx* context, bool verify) {
  Bytes window(block * 4);
  double begin = seconds();
  for (std::size_t i = 0; i < ham.blocks.size(); ++i) {
    if (!given.table->tables.code.decode(ham.blocks[i], 0, window)) return false;
    if (verify && !std::equal(window.begin(), window.end(), &given.cells[i * block * 4]))
      return false;
  }
  if (!verify) ham.times.push_back(seconds() - begin);
  begin = seconds();
  for (std::size_t i = 0; i < zstd.blocks.size(); ++i) {
    const Bytes& frame = zstd.blocks[i];
    if (ZSTD_decompressDCtx(context, window.data(), block, frame.data(), frame.size()) != block)
      return false;
    if (verify && std::memcmp(window.data(), &given.indices[i * block], block) != 0) return false;
  }
  if (!verify) zstd.times.push_back(seconds() - begin);
  return true;
}

bool run(std::uint32_t k, double width, int rounds) {
  Case given;
  prepare(given, k, width);
  Peer ham = ham_peer(given);
  Peer zstd = zstd_peer(given.indices);
  ZSTD_DCtx* const context = ZSTD_createDCtx();
  bool sound = round(given, ham, zstd, context, true);
  for (int i = 0; i < rounds; ++i) sound = sound && round(given, ham, zstd, context, false);
  ZSTD_freeDCtx(context);
  if (!sound) return false;
  const double ours = ham.speed();
  const double theirs = zstd.speed();
  const double total = static_cast<double>(weights);
  std::printf("| %u | %.3f | %.3f | %.3f | %.2f | %.2f | %.2f |\n", k, entropy(given.indices),
              8.0 * static_cast<double>(ham.bytes()) / total,
              8.0 * static_cast<double>(zstd.bytes()) / total, ours, theirs, ours / theirs);
  return true;
}

}  // namespace
}  // namespace pondus

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 31;
  std::printf(
      "| k | H | ham, bits | zstd, bits | ham to f32, 10^9/s | zstd to indices, 10^9/s | ratio "
      "|\n");
  std::printf("| --- | --- | --- | --- | --- | --- | --- |\n");
  bool sound = true;
  for (const auto& [k, width] : {std::pair(16u, 0.18), {32u, 0.18}, {256u, 0.15}}) {
    sound = pondus::run(k, width, rounds) && sound;
  }
  if (!sound) std::fprintf(stderr, "a peer did not decode what it was given\n");
  return !sound;
}
