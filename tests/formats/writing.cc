#include "formats/tensor_writer.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "formats/model.h"
#include "formats/registry.h"
#include "tests/support.h"

namespace pondus::test {

BOOST_AUTO_TEST_SUITE(writing)

BOOST_AUTO_TEST_CASE(an_encoding_that_loses_cells_is_found) {
  Encoding forgetful = *find_encoding(std::string_view("csc"));
  forgetful.decode_block = [](const Tables&, const BlockLines&, ByteSpan, std::uint64_t,
                              std::span<std::byte> cells) -> Result<void> {
    std::ranges::fill(cells, std::byte{0});
    return {};
  };
  const Tensor tensor = sparse_tensor("t", Dtype::f32, shape_of({30, 40}), 0.1, 90, 1);
  EncodeOptions options;
  options.encoding = &forgetful;
  const auto written = write_file({tensor}, options);
  BOOST_TEST(label(written) == "request.verify");
  BOOST_TEST(written.error().tensor == "t");
  options.verify = false;
  BOOST_TEST(label(write_file({tensor}, options)) == "ok");
}

/// Of those that serve the purpose none is smaller, as far as it was priced; what was given up
/// would have been, by its first look.
void check_choice(const Tensor& tensor, const EncodeOptions& options) {
  const auto serves = [&](const Encoding& encoding) {
    const bool own = encoding.multiply_block != nullptr || encoding.table_use == TableUse::none;
    if (options.purpose == Purpose::decode) return encoding.fast_decode;
    return options.purpose == Purpose::size || own;
  };
  MemoryOutput output;
  Writer writer(output);
  const auto report = TensorWriter(writer, options).write(input_of(tensor));
  BOOST_REQUIRE(report.has_value());
  writer.finish().value();
  BOOST_TEST((read_cells(*Model::open(output.bytes()), tensor.name) == tensor.cells));
  const auto& candidates = report->candidates;
  const auto chosen = std::ranges::find(candidates, report->encoding, &Candidate::encoding);
  BOOST_REQUIRE((chosen != candidates.end()));
  for (const Candidate& candidate : candidates) {
    BOOST_TEST(serves(*candidate.encoding));
    if (candidate.outcome == Candidate::Outcome::inapplicable) continue;
    BOOST_TEST(candidate.bytes >= chosen->bytes, candidate.encoding->name);
  }
}

BOOST_AUTO_TEST_CASE(choices_serve_their_purpose) {
  for (const double density : {0.05, 1.0}) {
    const Tensor tensor = sparse_tensor("t", Dtype::f32, shape_of({200, 300}), density, 20, 1);
    for (const Purpose purpose : {Purpose::size, Purpose::decode, Purpose::product})
      check_choice(tensor, {.purpose = purpose});
  }
}

/// Large enough that first looks decide what is encoded.
BOOST_AUTO_TEST_CASE(choices_after_a_look) {
  for (const double density : {0.1, 1.0}) {
    const Tensor tensor = sparse_tensor("t", Dtype::f32, shape_of({450, 300}), density, 20, 1);
    for (const unsigned effort : {1u, effort_default, effort_most})
      check_choice(tensor, {.effort = effort});
  }
}

BOOST_AUTO_TEST_CASE(cells_that_nothing_predicts) {
  const Tensor tensor = sparse_tensor("t", Dtype::f16, shape_of({60, 100}), 0.3, 20, 1);
  for (unsigned effort = 1; effort <= effort_most; ++effort)
    check_choice(tensor,
                 {.encoding = find_encoding(std::string_view("context_map")), .effort = effort});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pondus::test
