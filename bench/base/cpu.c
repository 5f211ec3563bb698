/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/cpu.h"

#include <fenv.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <xmmintrin.h> /* _mm_setcsr */
#endif

void cpu_float_environment(void)
{
    fesetenv(FE_DFL_ENV);
#if defined(__x86_64__)
    _mm_setcsr(
        0x1F80); /* the power-on value: all exceptions masked, round to nearest, FTZ and DAZ off (Intel SDM 10.2.3) */
#endif
}

text_t cpu_name(void)
{
    text_t name = text_of("unknown"), line;
    FILE *stream = fopen("/proc/cpuinfo", "r");
    if (stream == NULL)
        return name;
    while (fgets(line.chars, sizeof line.chars, stream) != NULL) {
        char *value = strchr(line.chars, ':');
        if (!text_starts(line.chars, "model name") || value == NULL)
            continue;
        value[strcspn(value, "\n")] = '\0';
        name = text_of("%s", value + 2);
        break;
    }
    fclose(stream);
    return name;
}

const char *cpu_vector_set(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw"))
        return "avx512";
    return __builtin_cpu_supports("avx2") ? "avx2" : "sse2";
#elif defined(__aarch64__)
    return "neon";
#else
    return "portable";
#endif
}

/* ===  How many  === */

/* Read two numbers from a file, "max" as -1. False when it has none. */
static bool read_two(const char *path, long long *first, long long *second)
{
    char word[32] = "";
    FILE *stream = fopen(path, "r");
    if (stream == NULL)
        return false;
    int got = fscanf(stream, "%31s %lld", word, second);
    fclose(stream);
    *first = -1;
    int64_t number;
    if (got >= 1 && text_to_integer(word, 0, INT64_MAX, &number))
        *first = number;
    return got >= 1;
}

/* Processor time of a group in a period, as a number of processors, rounded up; INT_MAX for no limit. */
static int limit_of(const char *folder, bool unified)
{
    long long quota = -1, period = 0, nothing = 0;
    if (unified) {
        read_two(text_of("%s/cpu.max", folder).chars, &quota, &period);
    } else {
        read_two(text_of("%s/cpu.cfs_quota_us", folder).chars, &quota, &nothing);
        read_two(text_of("%s/cpu.cfs_period_us", folder).chars, &period, &nothing);
    }
    if (quota <= 0 || period <= 0 || quota / period >= INT_MAX)
        return INT_MAX;
    return (int)(quota / period + (quota % period != 0));
}

/* The least limit of a group and of the groups above it. In a container the mount shows only the container's own groups, so
 * that the path may not be there: the folders above it are. */
static int limit_above(const char *mount, char *group, bool unified)
{
    int least = INT_MAX;
    for (;;) {
        int limit = limit_of(text_of("%s%s", mount, group).chars, unified);
        least = limit < least ? limit : least;
        char *slash = strrchr(group, '/');
        if (slash == NULL)
            return least;
        *slash = '\0';
    }
}

int cpu_limit(const char *membership, const char *mount)
{
    text_t line;
    int least = INT_MAX;
    FILE *stream = fopen(membership, "r");
    while (stream != NULL && fgets(line.chars, sizeof line.chars, stream) != NULL) {
        /* number:controllers:path */
        char *controllers = strchr(line.chars, ':'), *group = controllers != NULL ? strchr(controllers + 1, ':') : NULL;
        if (group == NULL)
            continue;
        *group++ = '\0';
        group[strcspn(group, "\n")] = '\0';
        controllers++;
        bool unified = controllers[0] == '\0';
        if (!unified && !text_equal(controllers, "cpu") && !text_starts(controllers, "cpu,") &&
            strstr(controllers, ",cpu,") == NULL && !text_ends(controllers, ",cpu"))
            continue;
        const text_t folder = unified ? text_of("%s", mount) : text_of("%s/%s", mount, controllers);
        int limit = limit_above(folder.chars, group, unified);
        least = limit < least ? limit : least;
    }
    if (stream != NULL)
        fclose(stream);
    return least;
}

/* The processors of the affinity mask; a machine may have more than a cpu_set_t has room for. */
static int allowed_count(void)
{
    enum { MOST = 1 << 16 };
    for (int room = CPU_SETSIZE; room <= MOST; room *= 2) {
        cpu_set_t *set = CPU_ALLOC((size_t)room);
        size_t size = CPU_ALLOC_SIZE((size_t)room);
        int count = set != NULL && sched_getaffinity(0, size, set) == 0 ? CPU_COUNT_S(size, set) : 0;
        CPU_FREE(set);
        if (count > 0)
            return count;
    }
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}

int cpu_count(void)
{
    int allowed = allowed_count(), limit = cpu_limit("/proc/self/cgroup", "/sys/fs/cgroup");
    return allowed < limit ? allowed : limit;
}
