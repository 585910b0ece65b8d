/* The C interface, from C. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/pondus.h"

static int failures = 0;

static void check(int good, const char* what, int line) {
  if (good) return;
  fprintf(stderr, "c_api.c:%d: %s\n", line, what);
  ++failures;
}

#define CHECK(condition) check((condition) != 0, #condition, __LINE__)

enum { rows = 40, cols = 50, cell_count = rows * cols };

static float weights[cell_count];
static char folder[] = "/tmp/pondus-c-XXXXXX";
static char path[64];

static void make_weights(void) {
  for (int i = 0; i < cell_count; ++i) weights[i] = i % 7 == 0 ? (float)(i % 5) + 0.5F : 0.0F;
}

static void write_model(void) {
  const uint64_t dims[2] = {rows, cols};
  const uint64_t none[1] = {0};
  const uint8_t flag = 1;
  pondus_error error;
  pondus_writer* writer = pondus_create(path, NULL, &error);
  CHECK(writer != NULL);
  CHECK(pondus_write(writer, "b.weight", "f32", 2, dims, weights, sizeof weights, &error) ==
        PONDUS_OK);
  CHECK(pondus_write(writer, "empty", "bf16", 1, none, NULL, 0, &error) == PONDUS_OK);
  CHECK(pondus_write(writer, "scalar", "bool", 0, NULL, &flag, 1, &error) == PONDUS_OK);
  CHECK(pondus_write_alias(writer, "a.weight", "b.weight", &error) == PONDUS_OK);
  CHECK(pondus_write_metadata(writer, "format", "pt", &error) == PONDUS_OK);
  CHECK(access(path, F_OK) != 0);
  CHECK(pondus_commit(writer, &error) == PONDUS_OK);
  CHECK(access(path, F_OK) == 0);
  CHECK(pondus_commit(writer, &error) == PONDUS_REQUEST);
  pondus_discard(writer);
  CHECK(access(path, F_OK) == 0);
}

static void check_list(const pondus_file* file) {
  CHECK(pondus_tensor_count(file) == 4);
  CHECK(pondus_find(file, "a.weight") == 0);
  CHECK(pondus_find(file, "b.weight") == 1);
  CHECK(pondus_find(file, "none") == SIZE_MAX);
  const pondus_tensor tensor = pondus_tensor_at(file, 1);
  CHECK(strcmp(tensor.name, "b.weight") == 0);
  CHECK(strcmp(tensor.dtype, "f32") == 0);
  CHECK(tensor.encoding != NULL);
  CHECK(tensor.cell_bits == 32 && tensor.rank == 2);
  CHECK(tensor.dims[0] == rows && tensor.dims[1] == cols);
  CHECK(tensor.rows * tensor.cols == cell_count);
  CHECK(tensor.nonzero == (cell_count + 6) / 7 && tensor.distinct == 6);
  CHECK(tensor.decoded_bytes == sizeof weights && tensor.stored_bytes < sizeof weights);
  CHECK(tensor.stored_as == 0 && pondus_tensor_at(file, 0).stored_as == 0);
  CHECK(pondus_tensor_at(file, 0).decoded_xxh3 == tensor.decoded_xxh3);
  CHECK(pondus_tensor_at(file, 2).decoded_bytes == 0);
  CHECK(pondus_tensor_at(file, 3).rank == 0);
}

static void check_cells(const pondus_file* file) {
  float cells[cell_count + 1];
  pondus_error error;
  for (size_t index = 0; index < 2; ++index) {
    memset(cells, 0x55, sizeof cells);
    CHECK(pondus_read(file, index, cells, sizeof weights, 2, &error) == PONDUS_OK);
    CHECK(memcmp(cells, weights, sizeof weights) == 0);
  }
  CHECK(pondus_read(file, 1, cells, sizeof weights - 1, 1, &error) == PONDUS_REQUEST);
  CHECK(error.status == PONDUS_REQUEST && strcmp(error.label, "request.buffer-bytes") == 0);
  CHECK(strstr(error.message, "b.weight") != NULL || strstr(error.message, "a.weight") != NULL);
  CHECK(pondus_read(file, 1, cells, sizeof weights + 4, 1, NULL) == PONDUS_REQUEST);
  CHECK(pondus_read(file, 4, cells, sizeof weights, 1, NULL) == PONDUS_REQUEST);
  CHECK(pondus_read(file, SIZE_MAX, cells, sizeof weights, 1, &error) == PONDUS_REQUEST);
  CHECK(pondus_read(file, 2, NULL, 0, 1, &error) == PONDUS_OK);
}

/* Cell `place` of all in line order. */
static float in_line_order(const pondus_tensor* tensor, uint64_t place) {
  if (!tensor->lines_are_columns) return weights[place];
  return weights[place % tensor->rows * tensor->cols + place / tensor->rows];
}

static void check_lines(const pondus_file* file) {
  float cells[cell_count];
  pondus_error error;
  const pondus_tensor tensor = pondus_tensor_at(file, 1);
  const uint64_t length = cell_count / tensor.line_count;
  const size_t bytes = (size_t)length * 3 * sizeof(float);
  CHECK(pondus_read_lines(file, 1, 4, 7, cells, bytes, 1, &error) == PONDUS_OK);
  for (uint64_t i = 0; i < 3 * length; ++i)
    CHECK(cells[i] == in_line_order(&tensor, 4 * length + i));
  CHECK(pondus_read_lines(file, 1, 4, 7, cells, bytes - 1, 1, &error) == PONDUS_REQUEST);
  CHECK(pondus_read_lines(file, 1, 7, 4, cells, bytes, 1, &error) == PONDUS_REQUEST);
  CHECK(pondus_read_lines(file, 1, tensor.line_count, tensor.line_count + 1, cells, bytes, 1,
                          &error) == PONDUS_REQUEST);
  CHECK(strcmp(error.label, "request.line-range") == 0);
  CHECK(pondus_read_lines(file, 1, 0, UINT64_MAX, cells, bytes, 1, &error) == PONDUS_REQUEST);
}

struct visited {
  uint64_t lines;
  size_t bytes;
  int calls;
};

static int visit(void* user, uint64_t begin, uint64_t end, const void* cells, size_t bytes) {
  struct visited* const seen = user;
  CHECK(begin == seen->lines && cells != NULL);
  seen->lines = end;
  seen->bytes += bytes;
  ++seen->calls;
  return 0;
}

static int stop(void* user, uint64_t begin, uint64_t end, const void* cells, size_t bytes) {
  (void)begin, (void)end, (void)cells, (void)bytes;
  ++*(int*)user;
  return 1;
}

static void check_blocks(const pondus_file* file) {
  struct visited seen = {0, 0, 0};
  pondus_error error;
  int calls = 0;
  CHECK(pondus_for_each_block(file, 1, visit, &seen, &error) == PONDUS_OK);
  CHECK(seen.lines == pondus_tensor_at(file, 1).line_count && seen.bytes == sizeof weights &&
        seen.calls > 0);
  CHECK(pondus_for_each_block(file, 1, stop, &calls, &error) == PONDUS_REQUEST);
  CHECK(calls == 1 && strcmp(error.label, "request.stopped") == 0);
  CHECK(pondus_check(file, 2, &error) == PONDUS_OK);
}

static void check_limits(void) {
  pondus_limits limits = {UINT64_MAX, sizeof weights * 2 + 1, UINT64_MAX, UINT64_MAX, UINT64_MAX};
  pondus_error error;
  pondus_file* file = pondus_open(path, &limits, &error);
  CHECK(file != NULL);
  pondus_close(file);
  --limits.decoded_bytes;
  CHECK(pondus_open(path, &limits, &error) == NULL);
  CHECK(error.status == PONDUS_OVER_LIMIT && strcmp(error.label, "limit.decoded-bytes") == 0);
}

static void check_products(const pondus_file* file) {
  pondus_error error;
  const size_t index = pondus_find(file, "b.weight");
  pondus_product* const product = pondus_product_open(file, index, &error);
  CHECK(product != NULL && pondus_product_check(product, 0, &error) == PONDUS_OK);
  static float x[cols], y[rows], expected[rows];
  for (size_t c = 0; c < cols; ++c) x[c] = (float)(c % 5) - 1;
  memset(expected, 0, sizeof expected);
  for (size_t i = 0; i < rows * cols; ++i) expected[i / cols] += weights[i] * x[i % cols];
  CHECK(pondus_multiply(product, NULL, x, cols, y, rows, &error) == PONDUS_OK);
  for (size_t r = 0; r < rows; ++r) CHECK(y[r] == expected[r]); /* small integers: exact */
  const pondus_multiply_request none = {0, 1, 0, 0, 2};
  CHECK(pondus_multiply(product, &none, x, cols, y, rows, &error) == PONDUS_OK && y[0] == 0);
  const pondus_multiply_request left = {1, 1, 0, UINT64_MAX, 0};
  CHECK(pondus_multiply(product, &left, y, rows, x, cols, &error) == PONDUS_OK && x[0] == 0);
  CHECK(pondus_multiply(product, NULL, x, cols - 1, y, rows, &error) == PONDUS_REQUEST);
  CHECK(strcmp(error.label, "request.vector-size") == 0);
  pondus_product_close(product);
  CHECK(pondus_product_open(file, SIZE_MAX, NULL) == NULL);
}

static void check_damage(void) {
  FILE* in = fopen(path, "rb");
  static unsigned char bytes[65536];
  const size_t size = fread(bytes, 1, sizeof bytes, in);
  fclose(in);
  pondus_error error;
  pondus_file* file = pondus_open_memory(bytes, size, NULL, &error);
  CHECK(file != NULL && pondus_check(file, 1, &error) == PONDUS_OK);
  bytes[64] ^= 1;
  CHECK(pondus_check(file, 1, &error) == PONDUS_MALFORMED);
  CHECK(error.offset == 64 && strchr(error.message, '\n') == NULL);
  bytes[64] ^= 1;
  CHECK(pondus_check(file, 1, NULL) == PONDUS_OK);
  pondus_close(file);
  CHECK(pondus_open_memory(bytes, size - 1, NULL, &error) == NULL &&
        error.status == PONDUS_MALFORMED);
  CHECK(pondus_open_memory(bytes, 0, NULL, &error) == NULL &&
        strcmp(error.label, "file.truncated") == 0);
  bytes[8] = 1; /* the major version, under a checksum that no longer fits */
  CHECK(pondus_open_memory(bytes, size, NULL, &error) == NULL &&
        strcmp(error.label, "header.checksum") == 0);
}

static void check_errors_of_writing(void) {
  const uint64_t dims[2] = {rows, cols};
  const uint64_t huge[2] = {UINT64_MAX, 2};
  const uint64_t ones[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
  const pondus_options unknown = {"none", 0, 1, 0};
  const pondus_options csc = {"csc", 0, 0, 1};
  pondus_error error;
  CHECK(pondus_create(path, &unknown, &error) == NULL && error.status == PONDUS_REQUEST);
  CHECK(pondus_create("/nowhere/at/all", NULL, &error) == NULL &&
        strcmp(error.label, "request.io") == 0);
  pondus_writer* writer = pondus_create(path, &csc, &error);
  CHECK(pondus_write(writer, NULL, "f32", 2, dims, weights, sizeof weights, &error) ==
        PONDUS_REQUEST);
  CHECK(pondus_write(writer, "t", NULL, 2, dims, weights, sizeof weights, &error) ==
        PONDUS_REQUEST);
  CHECK(strcmp(error.label, "request.argument") == 0);
  CHECK(pondus_write(writer, "t", "f99", 2, dims, weights, sizeof weights, &error) ==
        PONDUS_REQUEST);
  CHECK(pondus_write(writer, "t", "f32", 2, huge, weights, sizeof weights, &error) ==
        PONDUS_REQUEST);
  CHECK(pondus_write(writer, "t", "f32", 9, ones, weights, 4, &error) == PONDUS_REQUEST);
  CHECK(pondus_write(writer, "t", "f32", 2, dims, weights, sizeof weights - 4, &error) ==
        PONDUS_REQUEST);
  CHECK(strcmp(error.label, "request.cells") == 0);
  CHECK(pondus_write(writer, "t", "f32", 2, dims, weights, sizeof weights, &error) == PONDUS_OK);
  CHECK(pondus_write_alias(writer, "u", "none", &error) == PONDUS_REQUEST);
  CHECK(pondus_write(writer, "v", "f32", 2, dims, weights, sizeof weights, NULL) == PONDUS_REQUEST);
  CHECK(pondus_commit(writer, &error) == PONDUS_REQUEST);
  pondus_discard(writer);
}

int main(void) {
  pondus_error error;
  if (mkdtemp(folder) == NULL) return 1;
  snprintf(path, sizeof path, "%s/model.pondus", folder);
  CHECK(strcmp(pondus_version(), "") != 0);
  CHECK(pondus_open(path, NULL, &error) == NULL && error.status == PONDUS_REQUEST);
  CHECK(pondus_open(path, NULL, NULL) == NULL);
  make_weights();
  write_model();
  pondus_file* const file = pondus_open(path, NULL, &error);
  CHECK(file != NULL);
  if (file != NULL) {
    check_list(file);
    check_cells(file);
    check_lines(file);
    check_blocks(file);
    check_products(file);
    pondus_close(file);
    check_limits();
    check_damage();
    check_errors_of_writing();
  }
  remove(path);
  CHECK(rmdir(folder) == 0);
  return failures != 0;
}
