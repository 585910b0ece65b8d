// A file that tensors are read from, whatever its format.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "codec/base/dtype.h"
#include "codec/base/result.h"
#include "codec/base/shape.h"
#include "codec/container/mapped_file.h"
#include "tools/io/safetensors.h"

namespace pondus {

struct InputTensor {
  std::string name;
  Dtype dtype{};
  Shape shape{};
};

/// A tensor's cells in C order, each little endian: a view of the input, or of `own` or a part of
/// it.
struct InputCells {
  ByteSpan view;
  Bytes own;
};

/// Where the cells may be altered in place: their part of `own`, after a copy if they are the
/// input's.
inline std::span<std::byte> own_cells(InputCells& cells) {
  if (cells.own.empty()) {
    cells.own.assign(cells.view.begin(), cells.view.end());
    cells.view = cells.own;
  }
  const auto begin = static_cast<std::size_t>(cells.view.data() - cells.own.data());
  return std::span(cells.own).subspan(begin, cells.view.size());
}

/// The header of a .safetensors file, as it is and as it was understood.
struct InputHead {
  std::string_view text;
  Head head;
};

/// Errors of an input have labels "input.*" and offsets in it.
class Input {
 public:
  Input(std::string path, MappedFile file) : path_(std::move(path)), file_(std::move(file)) {}
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;
  virtual ~Input() = default;

  const std::string& path() const { return path_; }
  const std::vector<InputTensor>& tensors() const { return tensors_; }
  /// The cells of tensor `number`; a view lives as long as the input.
  virtual Result<InputCells> cells(std::size_t number) const = 0;
  /// Null where the input is no .safetensors file.
  virtual const InputHead* head() const { return nullptr; }
  /// Says that cells are not needed soon.
  virtual void forget(const InputCells& cells) const {
    if (cells.own.empty()) file_.forget(cells.view);
  }

 protected:
  ByteSpan bytes() const { return file_.bytes(); }
  std::vector<InputTensor> tensors_;

 private:
  std::string path_;
  MappedFile file_;
};

/// The name that a tensor of a single-tensor file gets: the file's name without extension, "tensor"
/// for standard input.
std::string stem_of(const std::string& path);

Result<std::unique_ptr<Input>> open_npy(std::string path, MappedFile file);
Result<std::unique_ptr<Input>> open_npz(std::string path, MappedFile file);
Result<std::unique_ptr<Input>> open_safetensors(std::string path, MappedFile file);

}  // namespace pondus
