#include <sys/mman.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <algorithm>
#include <cstring>

#include "bench/stored.h"
#include "bench/tasks.h"

namespace pondus::bench {
namespace {

constexpr std::size_t block_cells = std::size_t{1} << 16;
constexpr std::size_t cell_bytes = 4;

enum class Where { window, matrix, fresh };

/// Memory that a task decodes into; `fresh` gives its pages back after each run.
class Target {
 public:
  explicit Target(std::size_t bytes)
      : bytes_(bytes),
        begin_(static_cast<std::byte*>(
            ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {}
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;
  ~Target() { ::munmap(begin_, bytes_); }

  std::span<std::byte> bytes() const { return {begin_, bytes_}; }
  void drop_pages() const { ::madvise(begin_, bytes_, MADV_DONTNEED); }

 private:
  std::size_t bytes_;
  std::byte* begin_;
};

/// What the subjects of one task share.
struct Place {
  const Sample& sample;
  Where where;
  std::shared_ptr<Target> target;

  Place(const Sample& of, Where kind)
      : sample(of),
        where(kind),
        target(std::make_shared<Target>(kind == Where::window ? block_cells * cell_bytes
                                                              : of.cells.size())) {}

  /// Calls `decode(first cell, cells, to)` piece by piece; pieces are blocks.
  template <class Decode>
  bool run(Decode&& decode) const {
    if (where == Where::fresh) target->drop_pages();
    for (std::size_t at = 0; at < sample.weights(); at += block_cells) {
      const std::size_t count = std::min<std::size_t>(block_cells, sample.weights() - at);
      std::byte* const to = target->bytes().data() + (where == Where::window ? 0 : at * cell_bytes);
      if (!decode(at, count, to)) return false;
    }
    return true;
  }

  /// The last block where only that is there.
  bool verify() const {
    const std::size_t left = sample.weights() % block_cells;
    const std::size_t last = (left == 0 ? block_cells : left) * cell_bytes;
    const std::size_t seen =
        where == Where::window ? std::min(last, sample.cells.size()) : sample.cells.size();
    return std::memcmp(target->bytes().data(), sample.cells.data() + sample.cells.size() - seen,
                       seen) == 0;
  }

  template <class Decode>
  Subject subject(std::string name, std::uint64_t stored_bytes, Decode decode) const {
    return {std::move(name), stored_bytes, [*this, decode] { return run(decode); },
            [*this] { return verify(); }};
  }
};

void look_up_indices(const std::vector<float>& values, const std::uint8_t* indices,
                     std::size_t count, std::byte* to) {
  for (std::size_t i = 0; i < count; ++i)
    std::memcpy(to + i * cell_bytes, &values[indices[i]], cell_bytes);
}

#ifdef __SSE2__
void stream(const std::byte* from, std::size_t bytes, std::byte* to) {
  for (std::size_t i = 0; i + 16 <= bytes; i += 16) {
    _mm_stream_si128(reinterpret_cast<__m128i*>(to + i),
                     _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i)));
  }
  _mm_sfence();
  std::memcpy(to + bytes / 16 * 16, from + bytes / 16 * 16, bytes % 16);
}
#endif

/// Copies, stores alone and the plain look-up.
void add_ceilings(const Place& place, std::vector<Subject>& subjects) {
  const Sample* const sample = &place.sample;
  const auto all_right = [] { return true; };
  subjects.push_back(
      place.subject("memcpy", 0, [sample](std::size_t at, std::size_t count, std::byte* to) {
        std::memcpy(to, &sample->cells[at * cell_bytes], count * cell_bytes);
        return true;
      }));
  subjects.push_back(
      place.subject("stores", 0, [](std::size_t at, std::size_t count, std::byte* to) {
        std::memset(to, static_cast<int>(at >> 16 & 255), count * cell_bytes);
        return true;
      }));
  subjects.back().verify = all_right;
#ifdef __SSE2__
  subjects.push_back(place.subject(
      "copy, non-temporal stores", 0, [sample](std::size_t at, std::size_t count, std::byte* to) {
        stream(&sample->cells[at * cell_bytes], count * cell_bytes, to);
        return true;
      }));
#endif
  subjects.push_back(place.subject("byte index, table look-up", sample->weights(),
                                   [sample](std::size_t at, std::size_t count, std::byte* to) {
                                     look_up_indices(sample->values, &sample->indices[at], count,
                                                     to);
                                     return true;
                                   }));
}

/// A peer decodes indices, a piece at a time, and looks them up.
void add_peer(const Place& place, const CodedPeer& peer, std::vector<Subject>& subjects) {
  std::uint64_t stored = 0;
  for (const Bytes& piece : *peer.pieces) stored += piece.size();
  const Sample* const sample = &place.sample;
  const std::size_t piece_cells =
      peer.coder->piece_bytes == 0 ? sample->weights() : peer.coder->piece_bytes;
  const auto indices = std::make_shared<std::vector<std::uint8_t>>(piece_cells);
  subjects.push_back(place.subject(
      peer.coder->name, stored, [=](std::size_t at, std::size_t count, std::byte* to) {
        if (at % piece_cells == 0) {
          const std::size_t cells = std::min(piece_cells, sample->weights() - at);
          if (!peer.coder->decode((*peer.pieces)[at / piece_cells],
                                  std::span(*indices).first(cells)))
            return false;
        }
        look_up_indices(sample->values, indices->data() + at % piece_cells, count, to);
        return true;
      }));
}

/// Decodes block after block into one window, without checksums, and calls `check(lines, cells)`.
template <class Check>
bool decode_blocks(const Stored& stored, const Encoding& encoding, const Target& window,
                   Check&& check) {
  for (const BlockEntry& block : stored.reader.record().blocks) {
    const BlockLines lines = stored.lines(block);
    const auto cells = window.bytes().first(lines.plain_bytes());
    const ByteSpan coded = ByteSpan(stored.bytes).subspan(block.offset, block.stored_bytes);
    if (!decode_block(encoding, stored.reader.tables(), lines, coded, block.offset, cells))
      return false;
    if (!check(lines, cells)) return false;
  }
  return true;
}

Subject window_subject(const Sample& sample, const Encoding& encoding,
                       std::shared_ptr<const Stored> stored) {
  std::size_t most = 0;
  for (const BlockEntry& block : stored->reader.record().blocks)
    most = std::max<std::size_t>(most, stored->lines(block).plain_bytes());
  const auto window = std::make_shared<Target>(most);
  const Matrix matrix{sample.cells, *Shape::make({sample.rows, sample.cols}),
                      stored->reader.record().split, cell_bytes};
  const auto any = [](const BlockLines&, ByteSpan) { return true; };
  const auto same = [matrix](const BlockLines& lines, ByteSpan cells) {
    Bytes scratch;
    return std::ranges::equal(gather(matrix, lines, scratch), cells);
  };
  return {std::string(encoding.name), stored->bytes.size(),
          [=, &encoding] { return decode_blocks(*stored, encoding, *window, any); },
          [=, &encoding] { return decode_blocks(*stored, encoding, *window, same); }};
}

/// The whole tensor as a caller reads it: both checksums are judged.
Subject reader_subject(const Place& place, const Encoding& encoding,
                       std::shared_ptr<const Stored> stored) {
  const auto run = [=] {
    if (place.where == Where::fresh) place.target->drop_pages();
    return stored->reader.read(place.target->bytes()).has_value();
  };
  return {std::string(encoding.name), stored->bytes.size(), run, [=] { return place.verify(); }};
}

void add_ours(const Place& place, std::vector<Subject>& subjects) {
  for (const Encoding* const encoding : all_encodings()) {
    auto stored = Stored::make(place.sample, *encoding);
    if (!stored) continue;
    subjects.push_back(place.where == Where::window
                           ? window_subject(place.sample, *encoding, std::move(stored))
                           : reader_subject(place, *encoding, std::move(stored)));
  }
}

Task decoding_task(const Sample& sample, const std::vector<CodedPeer>& peers, Where where,
                   const char* name) {
  Task task{name, {}};
  const Place place(sample, where);
  add_ceilings(place, task.subjects);
  for (const CodedPeer& peer : peers) add_peer(place, peer, task.subjects);
  add_ours(place, task.subjects);
  return task;
}

}  // namespace

std::vector<CodedPeer> code_peers(const Sample& sample, const std::vector<Coder>& coders) {
  std::vector<CodedPeer> peers;
  for (const Coder& coder : coders) {
    std::vector<Bytes> pieces;
    const std::size_t piece = coder.piece_bytes == 0 ? sample.weights() : coder.piece_bytes;
    for (std::size_t at = 0; at < sample.weights(); at += piece) {
      const std::size_t count = std::min<std::size_t>(piece, sample.weights() - at);
      pieces.push_back(coder.encode(std::span(sample.indices).subspan(at, count)));
    }
    peers.push_back({&coder, std::make_shared<const std::vector<Bytes>>(std::move(pieces))});
  }
  return peers;
}

std::vector<Task> decoding_tasks(const Sample& sample, const std::vector<CodedPeer>& peers) {
  std::vector<Task> tasks;
  tasks.push_back(decoding_task(sample, peers, Where::window, "decode, warm window"));
  tasks.push_back(decoding_task(sample, peers, Where::matrix, "decode, whole matrix"));
  tasks.push_back(decoding_task(sample, peers, Where::fresh, "decode, fresh pages"));
  return tasks;
}

}  // namespace pondus::bench
