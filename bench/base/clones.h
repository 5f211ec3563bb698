/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_BASE_CLONES_H
#define BBS_BASE_CLONES_H

/* CLONES("avx2", "default") before a function compiles it for each of these instruction sets; the loader picks one by
 * cpuid. On other processors than x86-64 it is the plain function. So it is under ThreadSanitizer: the loader calls the
 * function that picks before the sanitizer is ready, and the program crashes. */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CLONES_OFF
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define CLONES_OFF
#endif

#if defined(__x86_64__) && !defined(CLONES_OFF)
#define CLONES(...) __attribute__((target_clones(__VA_ARGS__)))
#else
#define CLONES(...)
#endif

#endif
