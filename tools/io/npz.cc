// Reads .npz files: zip archives whose members are .npy files, stored or deflated.
#include <zip.h>

#include <memory>
#include <set>

#include "tools/io/input.h"
#include "tools/io/npy.h"

namespace pondus {
namespace {

constexpr Fault bad_archive{"input.npz-archive", Kind::malformed};
constexpr Fault bad_name{"input.npz-name", Kind::malformed};
constexpr Fault duplicate_name{"input.npz-duplicate", Kind::malformed};
constexpr Fault bad_member{"input.npz-member", Kind::unsupported};
constexpr Fault encrypted{"input.npz-encrypted", Kind::unsupported};
constexpr Fault bad_method{"input.npz-method", Kind::unsupported};
constexpr Fault bad_size{"input.npz-size", Kind::malformed};
constexpr Fault bad_data{"input.npz-data", Kind::malformed};

constexpr std::string_view extension = ".npy";
/// Deflate makes at most 258 bytes of two bits: a size beyond this many bytes per stored byte is a
/// lie.
constexpr std::uint64_t inflation_most = 1032;
/// A header of at most npy_header_most bytes, and what stands before it.
constexpr std::size_t prefix_bytes = npy_header_most + 12;

struct CloseArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseMember {
  void operator()(zip_file_t* member) const { zip_fclose(member); }
};
using Archive = std::unique_ptr<zip_t, CloseArchive>;
using Member = std::unique_ptr<zip_file_t, CloseMember>;

Result<Archive> open_archive(ByteSpan bytes) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* const source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  Archive archive(source ? zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error)
                         : nullptr);
  if (!archive && source != nullptr) zip_source_free(source);
  const std::string why = zip_error_strerror(&error);
  zip_error_fini(&error);
  if (!archive) return Error{bad_archive, 0, {}, why};
  return archive;
}

class NpzInput : public Input {
 public:
  using Input::Input;

  Result<void> open() {
    auto archive = open_archive(bytes());
    if (!archive) return archive.error();
    archive_ = std::move(*archive);
    const auto count = static_cast<zip_uint64_t>(zip_get_num_entries(archive_.get(), 0));
    for (zip_uint64_t number = 0; number < count; ++number) {
      if (auto added = add(number); !added) return added;
    }
    return {};
  }

  Result<InputCells> cells(std::size_t number) const override {
    const Entry& entry = entries_[number];
    Bytes file(entry.bytes);
    if (auto read = read_member(number, file, true); !read) return read.error();
    const auto stored = ByteSpan(file).subspan(entry.header.bytes);
    InputCells cells;
    if (npy_in_order(entry.header)) {
      cells.view = stored;
      cells.own = std::move(file);
    } else {
      cells.own = npy_cells(entry.header, stored);
      cells.view = cells.own;
    }
    return cells;
  }

 private:
  struct Entry {
    NpyHeader header;
    std::uint64_t bytes;
  };

  Result<void> add(zip_uint64_t number) {
    zip_stat_t status;
    zip_stat_init(&status);
    if (zip_stat_index(archive_.get(), number, 0, &status) != 0)
      return Error{bad_archive, 0, {}, {}};
    const std::string file_name = status.name;
    if (auto judged = judge(status, file_name); !judged) return judged;
    const std::string name = file_name.substr(0, file_name.size() - extension.size());
    if (!names_.insert(name).second) return Error{duplicate_name, 0, name, {}};
    tensors_.push_back({name, {}, {}});
    Bytes prefix(std::min<std::uint64_t>(status.size, prefix_bytes));
    if (auto read = read_member(number, prefix, false); !read) return read;
    const auto header = read_npy_header(prefix, name);
    if (!header) return header.error();
    const std::uint64_t cell_bytes_all = header->shape.cells() * cell_bytes(header->dtype);
    if (status.size - header->bytes != cell_bytes_all) {
      return Error{bad_size, 0, name, "the shape has " + std::to_string(cell_bytes_all) + " bytes"};
    }
    tensors_.back() = {name, header->dtype, header->shape};
    entries_.push_back({*header, status.size});
    return {};
  }

  static Result<void> judge(const zip_stat_t& status, const std::string& name) {
    constexpr zip_uint64_t needed =
        ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
    if ((status.valid & needed) != needed) return Error{bad_archive, 0, {}, quoted(name)};
    if (!name.ends_with(extension))
      return Error{bad_member, 0, {}, quoted(name) + " is no .npy file"};
    if (name.size() == extension.size()) return Error{bad_name, 0, {}, quoted(name)};
    if (status.encryption_method != ZIP_EM_NONE) return Error{encrypted, 0, {}, quoted(name)};
    if (status.comp_method != ZIP_CM_STORE && status.comp_method != ZIP_CM_DEFLATE) {
      return Error{
          bad_method, 0, {}, quoted(name) + ": method " + std::to_string(status.comp_method)};
    }
    const bool possible = status.size / inflation_most <= status.comp_size;
    return possible ? Result<void>() : Error{bad_size, 0, {}, quoted(name)};
  }

  /// Reads the first bytes of a member, and where they are `whole`, judges its end and its
  /// checksum.
  Result<void> read_member(zip_uint64_t number, std::span<std::byte> file, bool whole) const {
    const Error damaged{bad_data, 0, tensors_[number].name, {}};
    const Member member(zip_fopen_index(archive_.get(), number, 0));
    if (!member) return damaged;
    while (!file.empty()) {
      const zip_int64_t read = zip_fread(member.get(), file.data(), file.size());
      if (read <= 0) return damaged;
      file = file.subspan(static_cast<std::size_t>(read));
    }
    std::byte more;
    return whole && zip_fread(member.get(), &more, 1) != 0 ? damaged : Result<void>();
  }

  Archive archive_;
  std::set<std::string> names_;
  std::vector<Entry> entries_;
};

}  // namespace

Result<std::unique_ptr<Input>> open_npz(std::string path, MappedFile file) {
  auto input = std::make_unique<NpzInput>(std::move(path), std::move(file));
  if (auto opened = input->open(); !opened) return opened.error();
  return std::unique_ptr<Input>(std::move(input));
}

}  // namespace pondus
