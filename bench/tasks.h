// What is measured on each matrix.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bench/measure.h"
#include "bench/peers.h"
#include "bench/sample.h"
#include "formats/product.h"

namespace pondus::bench {

/// Subjects that are compared with each other. What they need lives as long as they do.
struct Task {
  std::string name;
  std::vector<Subject> subjects;
  Clock clock = Clock::processor;
};

/// A coder and what it made of a sample's indices.
struct CodedPeer {
  const Coder* coder;
  std::shared_ptr<const std::vector<Bytes>> pieces;
};
std::vector<CodedPeer> code_peers(const Sample& sample, const std::vector<Coder>& coders);

/// To float32: into a reused window of a block, into a reused matrix, into fresh pages.
std::vector<Task> decoding_tasks(const Sample& sample, const std::vector<CodedPeer>& peers);

/// From float32 to the parts of a file, codebook discovery included; peers from indices of a byte.
Task encoding_task(const Sample& sample, const std::vector<Coder>& coders);

/// y = W x or y = x W with one vector, on one thread; OpenBLAS on the plain matrix, CSR and CSC
/// with 32-bit places.
Task product_task(const Sample& sample, Side side);

/// Decoding and y = W x on one thread and on two, beside what memory takes.
Task threading_task(const Sample& sample);

}  // namespace pondus::bench
