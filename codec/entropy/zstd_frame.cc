#include "codec/entropy/zstd_frame.h"

#include <zstd.h>

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <utility>

#include "codec/base/checked.h"
#include "codec/base/limits.h"

namespace pondus {
namespace {

constexpr Fault frame_fault{"zstd.frame", Kind::malformed};
constexpr Fault header_fault{"zstd.header", Kind::malformed};
constexpr Fault content_size_fault{"zstd.content-size", Kind::malformed};
constexpr Fault window_fault{"zstd.window", Kind::malformed};
constexpr Fault data_fault{"zstd.data", Kind::malformed};

constexpr std::uint32_t magic = 0xFD2FB528;

/// A frame header as RFC 8878, section 3.1.1.1 has it.
struct FrameHeader {
  bool has_dictionary = false;
  bool has_checksum = false;
  std::optional<std::uint64_t> content_size;
  std::uint64_t window_bytes = 0;
};

std::uint64_t load_bytes(ByteSpan bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;)
    value = value << 8 | std::to_integer<unsigned>(bytes[i]);
  return value;
}

std::optional<FrameHeader> read_header(ByteSpan frame) {
  if (frame.size() < 5 || load<std::uint32_t>(frame.data()) != magic) return std::nullopt;
  const auto descriptor = std::to_integer<unsigned>(frame[4]);
  if (descriptor & 0x08) return std::nullopt;  // the reserved bit
  const bool single_segment = descriptor & 0x20;
  constexpr std::array<std::size_t, 4> dictionary_sizes{0, 1, 2, 4};
  constexpr std::array<std::size_t, 4> content_sizes{0, 2, 4, 8};
  const std::size_t window_size = single_segment ? 0 : 1;
  const std::size_t dictionary_size = dictionary_sizes[descriptor & 3];
  std::size_t content_size = content_sizes[descriptor >> 6];
  if (single_segment && content_size == 0) content_size = 1;
  const auto fields = frame.subspan(5);
  if (fields.size() < window_size + dictionary_size + content_size) return std::nullopt;

  FrameHeader header;
  header.has_dictionary = dictionary_size != 0;
  header.has_checksum = descriptor & 0x04;
  if (content_size != 0) {
    header.content_size = load_bytes(fields.subspan(window_size + dictionary_size, content_size));
    if (content_size == 2) *header.content_size += 256;
  }
  if (single_segment) {
    header.window_bytes = *header.content_size;
  } else {
    const auto window = std::to_integer<unsigned>(fields[0]);
    const std::uint64_t base = std::uint64_t{1} << (10 + (window >> 3));
    header.window_bytes = base + base / 8 * (window & 7);
  }
  return header;
}

/// Contexts that are not in use, of as many calls as there ever were at once, but for those beyond
/// a number. Thread-local ones would end the process where memory is short.
template <class Context>
class Contexts {
 public:
  struct Deleter {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  using Pointer = std::unique_ptr<Context, Deleter>;

  /// Made by `make` where none is free.
  Pointer take(Context* (*make)()) {
    Pointer context;
    {
      const std::lock_guard lock(mutex_);
      for (Pointer& each : free_) {
        if (each) context.swap(each);
        if (context) return context;
      }
    }
    context.reset(make());
    if (!context) throw std::bad_alloc();
    return context;
  }
  void give_back(Pointer context) {
    const std::lock_guard lock(mutex_);
    const auto place = std::ranges::find_if(free_, std::logical_not());
    if (place != free_.end()) place->swap(context);
  }

 private:
  std::mutex mutex_;
  std::array<Pointer, 64> free_;
};

/// A context for one call.
template <class Context>
class Borrowed {
 public:
  Borrowed(Contexts<Context>& from, Context* (*make)()) : from_(from), context_(from.take(make)) {}
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  ~Borrowed() { from_.give_back(std::move(context_)); }
  Context* get() const { return context_.get(); }

 private:
  Contexts<Context>& from_;
  typename Contexts<Context>::Pointer context_;
};

Contexts<ZSTD_DCtx> decoding;
Contexts<ZSTD_CCtx> encoding;

std::size_t checked(std::size_t result) {
  if (ZSTD_isError(result))
    throw std::bad_alloc();  // the sizes are right, so only memory can be short
  return result;
}

}  // namespace

Result<void> decode_zstd(ByteSpan frame, std::span<std::byte> content, std::uint64_t offset) {
  const auto fault = [offset](Fault which) { return Error{which, offset, {}, {}}; };
  const auto header = read_header(frame);
  if (!header) return fault(frame_fault);
  if (header->has_dictionary || header->has_checksum || !header->content_size)
    return fault(header_fault);
  if (header->content_size != content.size()) return fault(content_size_fault);
  if (header->window_bytes > window_bytes_most) return fault(window_fault);
  if (ZSTD_findFrameCompressedSize(frame.data(), frame.size()) != frame.size())
    return fault(data_fault);
  const Borrowed context(decoding, ZSTD_createDCtx);
  const std::size_t size = ZSTD_decompressDCtx(context.get(), content.data(), content.size(),
                                               frame.data(), frame.size());
  if (size != content.size()) return fault(data_fault);
  return {};
}

Bytes encode_zstd(ByteSpan content, int level, std::size_t segment_bytes) {
  const Borrowed borrowed(encoding, ZSTD_createCCtx);
  ZSTD_CCtx* const context = borrowed.get();
  checked(ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters));
  checked(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level));
  checked(ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 1));
  checked(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 0));
  if (content.size() > window_bytes_most)
    checked(ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, 23));
  checked(ZSTD_CCtx_setPledgedSrcSize(context, content.size()));
  const std::size_t segment = segment_bytes == 0 ? content.size() : segment_bytes;
  const std::size_t segments = content.empty() ? 1 : ceil_div(content.size(), segment);
  Bytes frame(ZSTD_compressBound(content.size()) + 8 * segments);
  ZSTD_outBuffer out{frame.data(), frame.size(), 0};
  ZSTD_inBuffer in{content.data(), 0, 0};
  for (std::size_t i = 1; i <= segments; ++i) {
    in.size = i == segments ? content.size() : i * segment;
    const auto directive = i == segments ? ZSTD_e_end : ZSTD_e_flush;
    while (checked(ZSTD_compressStream2(context, &out, &in, directive)) != 0 || in.pos != in.size) {
    }
  }
  frame.resize(out.pos);
  return frame;
}

}  // namespace pondus
