#include "codec/entropy/zstd_frame.h"

#include <boost/test/unit_test.hpp>

#include "codec/base/limits.h"
#include "tests/support.h"

namespace pondus::test {

BOOST_AUTO_TEST_SUITE(zstd_frame)

BOOST_AUTO_TEST_CASE(contents_of_all_sizes_come_back) {
  Random random(8);
  const std::size_t large = window_bytes_most + 70000;  // a smaller window than the content
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{70000}, large}) {
    for (const std::size_t segment_bytes : {std::size_t{0}, std::size_t{1} << 20}) {
      Bytes content(size);
      for (std::size_t i = 0; i < size; i += 1 + random.below(1000))
        content[i] = static_cast<std::byte>(random.next());
      const Bytes frame = encode_zstd(content, 1, segment_bytes);
      Bytes decoded(size, std::byte{0x5A});
      BOOST_TEST(label(decode_zstd(frame, decoded, 0)) == "ok");
      BOOST_TEST((decoded == content));
      BOOST_TEST(frame.size() < size / 2 + 64);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pondus::test
