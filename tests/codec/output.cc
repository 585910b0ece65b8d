#include "codec/container/output.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "codec/container/mapped_file.h"
#include "tests/support.h"

namespace pondus::test {
namespace {

namespace fs = std::filesystem;

/// An empty folder that goes with the test.
struct Folder {
  Folder() {
    std::string name = (fs::temp_directory_path() / "pondus-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder " + name);
    path = name;
  }
  ~Folder() { fs::remove_all(path); }
  std::string file(const char* name) const { return (path / name).string(); }
  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(path), fs::directory_iterator()));
  }
  fs::path path;
};

std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// The least number that no open file has.
int next_descriptor() {
  const int descriptor = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::close(descriptor);
  return descriptor;
}

ByteSpan bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

}  // namespace

BOOST_AUTO_TEST_SUITE(output)

BOOST_AUTO_TEST_CASE(nothing_before_the_commit) {
  const Folder folder;
  const std::string path = folder.file("a.pondus");
  {
    FileOutput output = std::move(FileOutput::create(path).value());
    output.write(bytes_of("abc")).value();
    BOOST_TEST(!fs::exists(path));
    output.commit().value();
    BOOST_TEST(content(path) == "abc");
  }
  BOOST_TEST(content(path) == "abc");
  BOOST_TEST(folder.files() == 1u);
}

BOOST_AUTO_TEST_CASE(abandoned_output_leaves_nothing_and_keeps_what_was) {
  const Folder folder;
  const std::string path = folder.file("a.pondus");
  {
    FileOutput output = std::move(FileOutput::create(path).value());
    output.write(bytes_of("abc")).value();
    FileOutput moved = std::move(output);
    moved.write(Bytes(std::size_t{3} << 20)).value();
  }
  BOOST_TEST(folder.files() == 0u);
  std::ofstream(path) << "old";
  { FileOutput::create(path).value().write(bytes_of("new")).value(); }
  BOOST_TEST(content(path) == "old");
  BOOST_TEST(folder.files() == 1u);
  FileOutput output = std::move(FileOutput::create(path).value());
  output.write(bytes_of("new")).value();
  output.commit().value();
  BOOST_TEST(content(path) == "new");
}

BOOST_AUTO_TEST_CASE(pieces_of_every_size_and_a_patch) {
  const Folder folder;
  const std::string path = folder.file("a");
  std::string expected;
  FileOutput output = std::move(FileOutput::create(path).value());
  Random random(12);
  for (const std::size_t size :
       {0u, 1u, 100u, 1048575u, 1u, 1048576u, 3u, 2500000u, 7u, 1048577u}) {
    std::string piece(size, '\0');
    for (char& c : piece) c = static_cast<char>(random.next());
    output.write(bytes_of(piece)).value();
    expected += piece;
  }
  output.patch(bytes_of("PATCH")).value();
  output.write(bytes_of("end")).value();
  expected.replace(0, 5, "PATCH").append("end");
  output.commit().value();
  BOOST_TEST((content(path) == expected));
}

BOOST_AUTO_TEST_CASE(errors_of_the_environment) {
  const Folder folder;
  const int next = next_descriptor();
  BOOST_TEST(label(FileOutput::create(folder.file("none/a"))) == "request.io");
  fs::create_directory(folder.path / "is-a-folder");
  {
    FileOutput output = std::move(FileOutput::create(folder.file("is-a-folder")).value());
    BOOST_TEST(label(output.commit()) == "request.io");
  }
  BOOST_TEST(folder.files() == 1u);
  BOOST_TEST(label(MappedFile::open(folder.file("none"))) == "request.io");
  BOOST_TEST(label(MappedFile::open(folder.path.string())) == "request.io");
  BOOST_TEST(next_descriptor() == next);  // none of them left a file open
}

BOOST_AUTO_TEST_CASE(a_full_device_is_an_error_and_not_a_file) {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  if (full < 0) return;
  StreamOutput output(full, "full");
  BOOST_TEST(label(output.write(bytes_of("abc"))) == "request.io");
  Writer writer(output);
  const Tensor tensor = sparse_tensor("t", Dtype::f32, shape_of({3}), 0.5, 3, 1);
  BOOST_TEST(label(TensorWriter(writer, {}).write(input_of(tensor))) == "request.io");
  BOOST_TEST(label(writer.finish()) == "request.writer-state");
  ::close(full);
}

BOOST_AUTO_TEST_CASE(a_pipe_gets_the_bytes_of_a_file) {
  const Tensor tensor = sparse_tensor("t", Dtype::f32, shape_of({30, 40}), 0.2, 3, 1);
  int ends[2];
  BOOST_REQUIRE(::pipe(ends) == 0);
  StreamOutput output(ends[1], "pipe");
  Writer writer(output);
  TensorWriter(writer, {}).write(input_of(tensor)).value();
  writer.finish().value();
  BOOST_TEST(label(output.patch(bytes_of("x"))) == "request.io");
  ::close(ends[1]);
  const Bytes file = write_file({tensor}, {}).value();
  Bytes piped(file.size() + 1);
  std::size_t size = 0;
  for (ssize_t n = 1; n > 0; size += static_cast<std::size_t>(n))
    n = ::read(ends[0], &piped[size], piped.size() - size);
  ::close(ends[0]);
  piped.resize(size);
  BOOST_TEST((piped == file));
}

BOOST_AUTO_TEST_CASE(a_mapped_file_is_its_bytes) {
  const Folder folder;
  const std::string path = folder.file("a");
  std::ofstream(path, std::ios::binary) << std::string(20000, 'x');
  const MappedFile file = std::move(MappedFile::open(path).value());
  BOOST_TEST(as_text(file.bytes()) == std::string(20000, 'x'));
  file.forget(file.bytes().subspan(100));
  BOOST_TEST(as_text(file.bytes()) == std::string(20000, 'x'));
  std::ofstream(folder.file("empty")).flush();
  BOOST_TEST(MappedFile::open(folder.file("empty")).value().bytes().empty());
  BOOST_TEST(label(Model::open(MappedFile::open(folder.file("empty")).value().bytes())) ==
             "file.truncated");
}

BOOST_AUTO_TEST_CASE(a_mapping_moves) {
  const Folder folder;
  for (const char* const name : {"a", "b"}) std::ofstream(folder.file(name)) << name << " says";
  MappedFile first = std::move(MappedFile::open(folder.file("a")).value());
  MappedFile second = std::move(MappedFile::open(folder.file("b")).value());
  first = std::move(second);
  BOOST_TEST(as_text(first.bytes()) == "b says");
  const MappedFile third = std::move(first);
  BOOST_TEST(as_text(third.bytes()) == "b says");
  BOOST_TEST(first.bytes().empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pondus::test
