#include "bench/peers.h"

#include <zstd.h>

#include <cstdio>
#include <memory>

#if PONDUS_BENCH_LIBDEFLATE
#include <libdeflate.h>
#endif
#if PONDUS_BENCH_LZMA
#include <lzma.h>
#endif
#if PONDUS_BENCH_BROTLI
#include <brotli/decode.h>
#include <brotli/encode.h>
#endif
#if PONDUS_BENCH_HTSCODECS
#include <htscodecs/rANS_static4x16.h>
#endif

namespace pondus::bench {
namespace {

constexpr std::size_t block_bytes = std::size_t{1} << 16;

std::uint8_t* as_bytes(std::byte* bytes) { return reinterpret_cast<std::uint8_t*>(bytes); }
const std::uint8_t* as_bytes(const std::byte* bytes) {
  return reinterpret_cast<const std::uint8_t*>(bytes);
}

bool decode_zstd(ByteSpan coded, std::span<std::uint8_t> symbols) {
  static ZSTD_DCtx* const context = ZSTD_createDCtx();
  return ZSTD_decompressDCtx(context, symbols.data(), symbols.size(), coded.data(), coded.size()) ==
         symbols.size();
}

Coder zstd(int level) {
  return {"zstd -" + std::to_string(level), 0,
          [level](IndexSpan symbols) {
            Bytes coded(ZSTD_compressBound(symbols.size()));
            coded.resize(
                ZSTD_compress(coded.data(), coded.size(), symbols.data(), symbols.size(), level));
            return coded;
          },
          decode_zstd};
}

/// zstd with matches all but switched off.
Coder zstd_huffman() {
  return {"zstd's Huffman", block_bytes,
          [](IndexSpan symbols) {
            ZSTD_CCtx* const context = ZSTD_createCCtx();
            ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 1);
            ZSTD_CCtx_setParameter(context, ZSTD_c_strategy, ZSTD_fast);
            ZSTD_CCtx_setParameter(context, ZSTD_c_hashLog,
                                   ZSTD_cParam_getBounds(ZSTD_c_hashLog).lowerBound);
            ZSTD_CCtx_setParameter(context, ZSTD_c_minMatch,
                                   ZSTD_cParam_getBounds(ZSTD_c_minMatch).upperBound);
            Bytes coded(ZSTD_compressBound(symbols.size()));
            coded.resize(ZSTD_compress2(context, coded.data(), coded.size(), symbols.data(),
                                        symbols.size()));
            ZSTD_freeCCtx(context);
            return coded;
          },
          decode_zstd};
}

[[maybe_unused]] void left_out(const char* library) {
  std::fprintf(stderr, "bench: %s is not installed, and left out\n", library);
}

#if PONDUS_BENCH_LIBDEFLATE
Coder deflate() {
  return {"libdeflate -6", 0,
          [](IndexSpan symbols) {
            libdeflate_compressor* const context = libdeflate_alloc_compressor(6);
            Bytes coded(libdeflate_deflate_compress_bound(context, symbols.size()));
            coded.resize(libdeflate_deflate_compress(context, symbols.data(), symbols.size(),
                                                     coded.data(), coded.size()));
            libdeflate_free_compressor(context);
            return coded;
          },
          [](ByteSpan coded, std::span<std::uint8_t> symbols) {
            static libdeflate_decompressor* const context = libdeflate_alloc_decompressor();
            return libdeflate_deflate_decompress(context, coded.data(), coded.size(),
                                                 symbols.data(), symbols.size(),
                                                 nullptr) == LIBDEFLATE_SUCCESS;
          }};
}
#endif

#if PONDUS_BENCH_LZMA
Coder xz() {
  return {"xz -6", 0,
          [](IndexSpan symbols) {
            Bytes coded(lzma_stream_buffer_bound(symbols.size()));
            std::size_t size = 0;
            lzma_easy_buffer_encode(6, LZMA_CHECK_NONE, nullptr, symbols.data(), symbols.size(),
                                    as_bytes(coded.data()), &size, coded.size());
            coded.resize(size);
            return coded;
          },
          [](ByteSpan coded, std::span<std::uint8_t> symbols) {
            std::uint64_t memory = UINT64_MAX;
            std::size_t in = 0, out = 0;
            return lzma_stream_buffer_decode(&memory, 0, nullptr, as_bytes(coded.data()), &in,
                                             coded.size(), symbols.data(), &out,
                                             symbols.size()) == LZMA_OK &&
                   out == symbols.size();
          }};
}
#endif

#if PONDUS_BENCH_BROTLI
Coder brotli() {
  return {"brotli -9", 0,
          [](IndexSpan symbols) {
            std::size_t size = BrotliEncoderMaxCompressedSize(symbols.size());
            Bytes coded(size);
            BrotliEncoderCompress(9, 22, BROTLI_MODE_GENERIC, symbols.size(), symbols.data(), &size,
                                  as_bytes(coded.data()));
            coded.resize(size);
            return coded;
          },
          [](ByteSpan coded, std::span<std::uint8_t> symbols) {
            std::size_t size = symbols.size();
            return BrotliDecoderDecompress(coded.size(), as_bytes(coded.data()), &size,
                                           symbols.data()) == BROTLI_DECODER_RESULT_SUCCESS &&
                   size == symbols.size();
          }};
}
#endif

#if PONDUS_BENCH_HTSCODECS
Coder rans() {
  return {"htscodecs rANS 32x16", block_bytes,
          [](IndexSpan symbols) {
            auto size = static_cast<unsigned>(
                rans_compress_bound_4x16(static_cast<unsigned>(symbols.size()), RANS_ORDER_X32));
            Bytes coded(size);
            rans_compress_to_4x16(const_cast<std::uint8_t*>(symbols.data()),
                                  static_cast<unsigned>(symbols.size()), as_bytes(coded.data()),
                                  &size, RANS_ORDER_X32);
            coded.resize(size);
            return coded;
          },
          [](ByteSpan coded, std::span<std::uint8_t> symbols) {
            auto size = static_cast<unsigned>(symbols.size());
            return rans_uncompress_to_4x16(const_cast<std::uint8_t*>(as_bytes(coded.data())),
                                           static_cast<unsigned>(coded.size()), symbols.data(),
                                           &size) != nullptr &&
                   size == symbols.size();
          }};
}
#endif

}  // namespace

std::vector<Coder> coders() {
  std::vector<Coder> all{zstd_huffman()};
#if PONDUS_BENCH_HTSCODECS
  all.push_back(rans());
#else
  left_out("htscodecs");
#endif
  for (const int level : {1, 3, 19}) all.push_back(zstd(level));
#if PONDUS_BENCH_LIBDEFLATE
  all.push_back(deflate());
#else
  left_out("libdeflate");
#endif
#if PONDUS_BENCH_BROTLI
  all.push_back(brotli());
#else
  left_out("brotli");
#endif
#if PONDUS_BENCH_LZMA
  all.push_back(xz());
#else
  left_out("liblzma");
#endif
  return all;
}

}  // namespace pondus::bench
