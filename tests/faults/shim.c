/* Preloaded into a command: makes one call of a function fail, or files shrink. Counts from main on.
 *
 * PONDUS_FAULT = "CALL N ERRNO": the N-th call of CALL (open, read, write, fsync, rename, mkdir, mmap, malloc) fails with ERRNO;
 * with ERRNO 0, read and write transfer one byte, and mmap cuts the file that it maps to one page.
 * PONDUS_FAULT_MARK: a file that is made when this happens. */
#define _GNU_SOURCE
#undef _FILE_OFFSET_BITS /* both names of open and mmap are defined here */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

extern void* __libc_malloc(size_t size);
extern void* __libc_calloc(size_t count, size_t size);
extern void* __libc_realloc(void* block, size_t size);

static char call_name[16];
static long call_number;
static int call_errno;
static atomic_long calls;
static atomic_int begun;
static int (*real_main)(int, char**, char**);

/* Whether this call is the one, which sets errno and leaves the mark. */
static int strikes(const char* name) {
  if (!begun || strcmp(name, call_name) != 0 || ++calls != call_number) return 0;
  const char* const mark = getenv("PONDUS_FAULT_MARK");
  if (mark != NULL) {
    const long made = syscall(SYS_openat, AT_FDCWD, mark, O_CREAT | O_WRONLY, 0666);
    if (made >= 0) syscall(SYS_close, made);
  }
  errno = call_errno;
  return 1;
}

static int begin(int argc, char** argv, char** environment) {
  const char* const fault = getenv("PONDUS_FAULT");
  if (fault != NULL && sscanf(fault, "%15s %ld %d", call_name, &call_number, &call_errno) == 3) begun = 1;
  return real_main(argc, argv, environment);
}

int __libc_start_main(int (*main)(int, char**, char**), int argc, char** argv, void (*init)(void), void (*fini)(void),
                      void (*loader_fini)(void), void* stack_end) {
  int (*start)(int (*)(int, char**, char**), int, char**, void (*)(void), void (*)(void), void (*)(void), void*);
  *(void**)&start = dlsym(RTLD_NEXT, "__libc_start_main");
  real_main = main;
  return start(begin, argc, argv, init, fini, loader_fini, stack_end);
}

int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const int mode = flags & O_CREAT ? va_arg(more, int) : 0;
  va_end(more);
  return strikes("open") ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}
int open64(const char* path, int flags, ...) __attribute__((alias("open")));

ssize_t read(int descriptor, void* bytes, size_t count) {
  if (strikes("read")) {
    if (call_errno != 0) return -1;
    count = count > 1 ? 1 : count;
  }
  return syscall(SYS_read, descriptor, bytes, count);
}

ssize_t write(int descriptor, const void* bytes, size_t count) {
  if (strikes("write")) {
    if (call_errno != 0) return -1;
    count = count > 1 ? 1 : count;
  }
  return syscall(SYS_write, descriptor, bytes, count);
}

int fsync(int descriptor) { return strikes("fsync") ? -1 : (int)syscall(SYS_fsync, descriptor); }

int rename(const char* from, const char* to) {
  return strikes("rename") ? -1 : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int mkdir(const char* path, mode_t mode) {
  return strikes("mkdir") ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

void* mmap(void* address, size_t bytes, int protection, int flags, int descriptor, off_t offset) {
  const int struck = descriptor >= 0 && strikes("mmap");
  if (struck && call_errno != 0) return MAP_FAILED;
  void* const mapped = (void*)syscall(SYS_mmap, address, bytes, protection, flags, descriptor, offset);
  struct stat status;
  char path[64];
  if (struck && fstat(descriptor, &status) == 0) {
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    if (truncate(path, 4096) != 0) abort();
  }
  return mapped;
}
void* mmap64(void* address, size_t bytes, int protection, int flags, int descriptor, off_t offset)
    __attribute__((alias("mmap")));

void* malloc(size_t size) { return strikes("malloc") ? NULL : __libc_malloc(size); }
void* calloc(size_t count, size_t size) { return strikes("malloc") ? NULL : __libc_calloc(count, size); }
void* realloc(void* block, size_t size) { return strikes("malloc") ? NULL : __libc_realloc(block, size); }
