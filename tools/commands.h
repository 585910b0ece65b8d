// The commands: what each is asked to do, and the exit code that it ends with.
#pragma once

#include <string>
#include <vector>

#include "codec/base/limits.h"
#include "codec/container/writer.h"
#include "formats/tensor_writer.h"
#include "tools/lossy/request.h"

namespace pondus {

/// What the reading commands accept unless they are told otherwise.
inline constexpr Limits default_limits{.tensors = std::uint64_t{1} << 24,
                                       .decoded_bytes = std::uint64_t{1} << 36,
                                       .table_bytes = std::uint64_t{1} << 33};

struct EncodeRequest {
  std::vector<std::string> inputs;
  std::string output;
  EncodeOptions options{.threads = 0};
  bool shared_codebooks = false;
  bool aliases = true;
  WriterOptions frame;
  bool verbose = false;
  LossyRequest lossy;  ///< steps before storage
};

/// `prune` and `share`: to a .npz, .safetensors or .pondus.
struct AlterRequest {
  std::vector<std::string> inputs;
  std::string output;
  LossyRequest lossy;
  unsigned threads = 0;
};

struct DecodeRequest {
  std::vector<std::string> files;
  std::string output;
  std::vector<std::string> tensors;  ///< all if empty
  bool keep_going = false;
  unsigned threads = 0;
  Limits limits = default_limits;
};

struct CheckRequest {
  std::vector<std::string> files;
  bool verbose = false;
  bool json = false;
  unsigned threads = 0;
  Limits limits = default_limits;
};

struct InfoRequest {
  std::string file;
  bool json = false;
  Limits limits = default_limits;
};

struct ConformRequest {
  std::string vectors = "spec/vectors";
  std::vector<std::string> stages;  ///< all if empty
  bool partial = false;             ///< what is skipped does not count
  bool answer = false;              ///< answers instead of asking
  std::vector<std::string> command;
};

struct BenchRequest {
  std::string file;
  bool json = false;
  unsigned threads = 1;
  Limits limits = default_limits;
};

int encode(const EncodeRequest& request);
int alter(const AlterRequest& request);
int decode(const DecodeRequest& request);
int check(const CheckRequest& request);
int info(const InfoRequest& request);
int bench(const BenchRequest& request);
int conform(const ConformRequest& request);

}  // namespace pondus
