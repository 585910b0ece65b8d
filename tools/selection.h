// Which tensors `decode` writes: those that were asked for, of files that fit together.
#pragma once

#include "tools/assembly.h"
#include "tools/commands.h"
#include "tools/report.h"

namespace pondus {

/// Opens and judges; what is wrong goes to a Reporter.
class Selection {
 public:
  Selection(const DecodeRequest& request, Reporter& reporter)
      : request_(request), reporter_(reporter) {}

  /// Opens the files, judges their parts and sources if all of their tensors are wanted, judges
  /// them as a set if one is of a set, and looks up the tensors. False if there is nothing to be
  /// written.
  bool open();
  /// Decodes every tensor to see whether it is sound, and drops those that are not. False if there
  /// were any.
  bool drop_unsound();

  std::vector<const OpenFile*> files() const;
  const std::vector<Selected>& tensors() const { return tensors_; }
  std::uint64_t bytes() const;

  /// Reports the verdict on the whole file if all of it is wanted, else `error`.
  void report(const OpenFile& file, const Error& error);

 private:
  bool whole() const { return request_.tensors.empty(); }
  void judge_file(const OpenFile& file);
  void judge_set();
  void select_all();
  void select_named();

  const DecodeRequest& request_;
  Reporter& reporter_;
  std::vector<std::unique_ptr<OpenFile>> files_;
  std::vector<Selected> tensors_;
};

}  // namespace pondus
