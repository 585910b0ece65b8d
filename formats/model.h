// An opened file with the encodings of this library: the way in for everyone who reads weights.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "codec/container/file.h"
#include "formats/code_table.h"

namespace pondus {

/// Views bytes that outlive it. Any number of threads may share one.
class Model {
 public:
  /// Steps 1 to 5 of validation: nothing but header, trailer and directory is read.
  static Result<Model> open(ByteSpan bytes, const Limits& limits = {});

  const File& file() const { return file_; }
  const std::vector<Record>& records() const { return file_.records(); }
  /// Null if there is no tensor of that name.
  const Record* find(std::string_view name) const { return file_.find(name); }

  /// Tables by number, judged (step 7) when they are first asked for.
  Result<Codebook> codebook(std::uint32_t table) const;
  Result<CodeTable> code(std::uint32_t table) const;

  /// Steps 6 and 7: padding and tables.
  Result<void> check_parts() const;

  /// Steps 6 to 8: the first malformed fault or exceeded limit, else the first unsupported tensor.
  /// `progress` gets each tensor that was judged, and how.
  using Progress = std::function<void(const Record&, const Result<void>&)>;
  Result<void> check(unsigned threads = 1, const Progress& progress = {}) const;

 private:
  /// What is known of larger tables, which many tensors may share; small ones are judged again.
  struct Judged {
    std::mutex mutex;
    std::unordered_map<std::uint32_t, Codebook> codebooks;
    std::unordered_map<std::uint32_t, CodeTable> codes;
  };

  explicit Model(File file) : file_(std::move(file)), judged_(std::make_unique<Judged>()) {}
  template <class Table>
  Result<Table> judged_table(std::uint32_t number,
                             std::unordered_map<std::uint32_t, Table>& kept) const;
  Result<void> check_table(std::uint32_t number, std::uint64_t& taken_bytes) const;
  Result<void> check_tensor(const Record& record, unsigned threads) const;

  File file_;
  std::unique_ptr<Judged> judged_;
};

}  // namespace pondus
