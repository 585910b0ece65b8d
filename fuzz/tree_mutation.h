// One change to a file that was taken apart.
#pragma once

#include "fuzz/file_tree.h"
#include "fuzz/random.h"

namespace pondus::fuzz {

/// Changes a field, a payload, a table, text, or which records, blocks, tables and metadata there
/// are. Mostly keeps names and keys in order and codebooks ascending, and often encodes changed
/// cells anew, so that what lies behind those rules is reached.
void mutate_tree(FileTree& tree, Random& random);

/// Decodes a block, changes some of its cells, and encodes them again; nothing where it does not
/// decode.
void recode_block(const FileTree& tree, RecordNode& record, std::size_t number, Random& random);

/// Adds a new tensor of some encoding with its codebook, and perhaps drops the others, at the end
/// of the records.
void graft_tensor(FileTree& tree, Random& random);

/// Makes `tree` a new sound file.
void start_over(FileTree& tree, Random& random);

}  // namespace pondus::fuzz
