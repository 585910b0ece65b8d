// A small file that uses every feature, with one encoding, and what its damage is judged by.
#pragma once

#include <atomic>

#include "formats/registry.h"
#include "tests/support.h"

namespace pondus::test {

/// The cells of all tensors, by record.
using Cells = std::vector<Bytes>;

/// A tensor of the encoding in more than one block, one of another, an alias, an empty tensor,
/// metadata, a source, a shard record.
Bytes sound_file(const Encoding& encoding);

/// Writes a tensor in blocks of `lines_most` rows or segments of them, with a table of its own.
void write_in_blocks(Writer& writer, const Encoding& encoding, const Tensor& tensor,
                     std::uint64_t lines_most);

/// The cells of all tensors, if open and check accept the file.
Result<Cells> read_all(const Bytes& file);
/// How often read_all was called.
extern std::atomic<std::uint64_t> files_read;

/// The fault of a flipped bit at `at` in a file as `sound` opened it: that of the checksum that
/// guards it.
std::string guard(const Model& sound, std::uint64_t at);

/// Makes all stored checksums of a file fit, where `sound` says that they lie.
void repair(Bytes& file, const Model& sound);

}  // namespace pondus::test
