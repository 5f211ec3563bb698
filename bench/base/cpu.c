/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/cpu.h"

#include <fenv.h>
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

int cpu_count(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? (int)count : 1;
}
