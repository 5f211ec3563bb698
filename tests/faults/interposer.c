/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loaded before the C library (LD_PRELOAD): lets one call fail that else would not.
 *
 *   FAULT_MEMORY=N   the N-th allocation by our own code or by cJSON fails with ENOMEM, once
 *   FAULT_DISK=N     from the N-th on, every write to a file, sync, truncation, rename and new folder fails with ENOSPC
 *   FAULT_COUNT=FILE at the end the numbers of both kinds of calls are written there: "allocations calls"
 *
 * Allocations by other libraries are let through: Darknet and oneDNN end the program when one fails. The engine is bound
 * to the C library directly (engine/loader.c), so its own are not seen either. */
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static atomic_long allocations, calls;
static long fail_memory, fail_disk;
static _Thread_local bool looking; /* dladdr() and dlsym() may allocate */

__attribute__((constructor)) static void begin(void)
{
    const char *memory = getenv("FAULT_MEMORY"), *disk = getenv("FAULT_DISK");
    fail_memory = memory != NULL ? atol(memory) : 0;
    fail_disk = disk != NULL ? atol(disk) : 0;
    unsetenv("LD_PRELOAD"); /* children are not concerned */
}

__attribute__((destructor)) static void end(void)
{
    const char *path = getenv("FAULT_COUNT");
    const long seen_allocations = allocations, seen_calls = calls;
    fail_disk = 0;
    FILE *stream = path != NULL ? fopen(path, "w") : NULL;
    if (stream == NULL)
        return;
    fprintf(stream, "%ld %ld\n", seen_allocations, seen_calls);
    fclose(stream);
}

/* Is the caller in the program, or in cJSON, which works for it? */
static bool is_ours(const void *caller)
{
    Dl_info info;
    looking = true;
    bool known = dladdr(caller, &info) != 0 && info.dli_fname != NULL;
    looking = false;
    if (!known)
        return false;
    const char *slash = strrchr(info.dli_fname, '/'), *name = slash != NULL ? slash + 1 : info.dli_fname;
    return strcmp(name, "bbsbench") == 0 || strncmp(name, "libcjson.so", 11) == 0;
}

static bool memory_fails(const void *caller)
{
    if (looking || !is_ours(caller) || ++allocations != fail_memory)
        return false;
    errno = ENOMEM;
    return true;
}

static bool disk_fails(void)
{
    const long number = ++calls;
    if (fail_disk == 0 || number < fail_disk)
        return false;
    errno = ENOSPC;
    return true;
}

/* ===  Memory: the C library's own functions under their other names  === */

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);

void *malloc(size_t size)
{
    return memory_fails(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return memory_fails(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return memory_fails(__builtin_return_address(0)) ? NULL : __libc_realloc(old, size);
}

/* ===  The disk  === */

#define NEXT(name) ((__typeof__(&name))next_function(#name))

static void *next_function(const char *name)
{
    looking = true;
    void *function = dlsym(RTLD_NEXT, name);
    looking = false;
    return function;
}

ssize_t write(int descriptor, const void *bytes, size_t size)
{
    struct stat status;
    bool file = fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
    return file && disk_fails() ? -1 : NEXT(write)(descriptor, bytes, size);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t size, off_t place)
{
    return disk_fails() ? -1 : NEXT(pwrite)(descriptor, bytes, size, place);
}

int fsync(int descriptor)
{
    struct stat status;
    bool file = fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
    return file && disk_fails() ? -1 : NEXT(fsync)(descriptor);
}

int ftruncate(int descriptor, off_t size)
{
    return disk_fails() ? -1 : NEXT(ftruncate)(descriptor, size);
}

int rename(const char *from, const char *to)
{
    return disk_fails() ? -1 : NEXT(rename)(from, to);
}

int mkdir(const char *path, mode_t mode)
{
    return disk_fails() ? -1 : NEXT(mkdir)(path, mode);
}
