#include "formats/c_interface.h"
#include "formats/product.h"

using pondus::Result;
using pondus::c_interface::guarded;

struct pondus_product {
  pondus::Product product;
};

namespace {

pondus::ProductRequest to_request(const pondus_multiply_request* request,
                                  const pondus::Product& product) {
  if (request == nullptr) return {};
  pondus::ProductRequest out;
  out.side = request->left != 0 ? pondus::Side::left : pondus::Side::right;
  out.vectors = request->vectors;
  const std::uint64_t all = product.lines().count();
  out.lines = pondus::LineRange{request->line_begin,
                                request->line_end == UINT64_MAX ? all : request->line_end};
  out.threads = request->threads;
  return out;
}

}  // namespace

extern "C" {

pondus_product* pondus_product_open(const pondus_file* file, size_t index, pondus_error* error) {
  pondus_product* product = nullptr;
  guarded(error, [&]() -> Result<void> {
    const auto& records = file->model.records();
    if (index >= records.size())
      return pondus::Error{pondus::c_interface::bad_argument, 0, {}, "no such tensor"};
    auto opened = pondus::Product::open(file->model, records[index]);
    if (!opened) return opened.error();
    product = new pondus_product{std::move(*opened)};
    return {};
  });
  return product;
}

void pondus_product_close(pondus_product* product) { delete product; }

pondus_status pondus_product_check(const pondus_product* product, unsigned threads,
                                   pondus_error* error) {
  return guarded(error, [&] { return product->product.check_stored(threads); });
}

pondus_status pondus_multiply(const pondus_product* product, const pondus_multiply_request* request,
                              const float* x, size_t x_count, float* y, size_t y_count,
                              pondus_error* error) {
  return guarded(error, [&] {
    return product->product.multiply(to_request(request, product->product), {x, x_count},
                                     {y, y_count});
  });
}

}  // extern "C"
