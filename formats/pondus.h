/* The stable C interface of libpondus: reads and writes Pondus files through opaque handles.
 *
 * Cells are little endian on any machine, in C order. A handle may be read by many threads at once;
 * a writer belongs to one thread. Every function that can fail takes `error`, which may be NULL,
 * and fills it when it fails. */
#ifndef PONDUS_H
#define PONDUS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  PONDUS_OK = 0,
  PONDUS_REQUEST = 1, /* a wrong argument, or an error of the environment */
  PONDUS_MALFORMED = 2,
  PONDUS_UNSUPPORTED = 3,
  PONDUS_OVER_LIMIT = 4,
  PONDUS_NO_MEMORY = 5
} pondus_status;

typedef struct {
  pondus_status status;
  char label[64];    /* of the specification's rule, for instance "csc.zero-value" */
  uint64_t offset;   /* in the file */
  char message[512]; /* for people; one line, safe for a terminal */
} pondus_error;

/* What the caller is willing to read. UINT64_MAX means no limit; a NULL pointer means none but 2^24
 * bytes of metadata. */
typedef struct {
  uint64_t tensors;
  uint64_t decoded_bytes;
  uint64_t ratio; /* decoded bytes per file byte */
  uint64_t table_bytes;
  uint64_t metadata_bytes;
} pondus_limits;

typedef struct {
  const char* name;     /* valid until the file is closed, like the next two */
  const char* dtype;    /* "f32", ...; NULL where this version does not know it */
  const char* encoding; /* "csc", ...; NULL where this version does not know it */
  uint32_t cell_bits;
  uint32_t rank;
  uint64_t dims[8];
  uint64_t rows, cols;
  uint64_t line_count;
  int lines_are_columns;
  uint64_t nonzero;
  uint32_t distinct; /* UINT32_MAX where there are more than 2^24 */
  uint64_t decoded_bytes, stored_bytes;
  uint64_t decoded_xxh3;
  size_t stored_as; /* index of the tensor that holds the cells: its own, or an alias' target */
} pondus_tensor;

typedef struct pondus_file pondus_file;
typedef struct pondus_writer pondus_writer;

const char* pondus_version(void);

/* Open a file by its path (mapped), or bytes that outlive the handle. NULL on error. Only the
 * directory is read. */
pondus_file* pondus_open(const char* path, const pondus_limits* limits, pondus_error* error);
pondus_file* pondus_open_memory(const void* bytes, size_t size, const pondus_limits* limits,
                                pondus_error* error);
void pondus_close(pondus_file* file);

size_t pondus_tensor_count(const pondus_file* file);
/* `index` < pondus_tensor_count; tensors are in order of name. */
pondus_tensor pondus_tensor_at(const pondus_file* file, size_t index);
/* The index of a tensor, or SIZE_MAX. */
size_t pondus_find(const pondus_file* file, const char* name);

/* All cells into `cells`, of exactly decoded_bytes bytes; judges the stored and the decoded
 * checksums. threads 0: all. */
pondus_status pondus_read(const pondus_file* file, size_t index, void* cells, size_t bytes,
                          unsigned threads, pondus_error* error);
/* Lines [begin, end) in line order. */
pondus_status pondus_read_lines(const pondus_file* file, size_t index, uint64_t begin, uint64_t end,
                                void* cells, size_t bytes, unsigned threads, pondus_error* error);
/* Block after block, in line order, until `visit` returns other than 0, which ends with
 * PONDUS_REQUEST. */
typedef int (*pondus_visit)(void* user, uint64_t line_begin, uint64_t line_end, const void* cells,
                            size_t bytes);
pondus_status pondus_for_each_block(const pondus_file* file, size_t index, pondus_visit visit,
                                    void* user, pondus_error* error);
/* Judges the whole file (spec: validation) but its sources. */
pondus_status pondus_check(const pondus_file* file, unsigned threads, pondus_error* error);

/* Products of a tensor of f32, f16 or bf16, seen as a matrix W of rows x cols, straight from its
 * stored form: y = W x, or with `left` y = x W. Several vectors stand side by side: x and y are
 * matrices in C order with `vectors` numbers per row. Lines outside [line_begin, line_end) count as
 * if they had no entries; UINT64_MAX is the end. A NULL request is one vector, right of all lines,
 * on one thread. Sums are float32; formats/product.h states their bound. */
typedef struct pondus_product pondus_product;
typedef struct {
  int left;
  uint32_t vectors;
  uint64_t line_begin, line_end;
  unsigned threads; /* 0: all; y has the same bits with any number */
} pondus_multiply_request;
/* Judges the tensor's tables. The file outlives the product. NULL on error. */
pondus_product* pondus_product_open(const pondus_file* file, size_t index, pondus_error* error);
void pondus_product_close(pondus_product* product);
/* Judges the stored checksums of the tensor, which pondus_multiply does not. */
pondus_status pondus_product_check(const pondus_product* product, unsigned threads,
                                   pondus_error* error);
/* Overwrites y; x_count and y_count are exactly what the request needs. Judges the coding of the
 * blocks; y is unspecified after an error. */
pondus_status pondus_multiply(const pondus_product* product, const pondus_multiply_request* request,
                              const float* x, size_t x_count, float* y, size_t y_count,
                              pondus_error* error);

/* A writer to `path`, which appears when pondus_commit succeeds and not before. NULL on error. */
typedef struct {
  const char* encoding; /* NULL or "auto": the smallest */
  int fallback;         /* take the smallest where `encoding` cannot apply */
  unsigned threads;     /* 0: all */
  int skip_verify;      /* do not decode what was encoded */
} pondus_options;
pondus_writer* pondus_create(const char* path, const pondus_options* options, pondus_error* error);
pondus_status pondus_write(pondus_writer* writer, const char* name, const char* dtype,
                           uint32_t rank, const uint64_t* dims, const void* cells, size_t bytes,
                           pondus_error* error);
/* A second name for the cells of a tensor that was written. */
pondus_status pondus_write_alias(pondus_writer* writer, const char* name, const char* target,
                                 pondus_error* error);
/* A string in the file's metadata. */
pondus_status pondus_write_metadata(pondus_writer* writer, const char* key, const char* value,
                                    pondus_error* error);
/* Finishes the file; the handle is still to be discarded. */
pondus_status pondus_commit(pondus_writer* writer, pondus_error* error);
/* Frees the handle; without a commit before it nothing is left behind. */
void pondus_discard(pondus_writer* writer);

#ifdef __cplusplus
}
#endif

#endif
