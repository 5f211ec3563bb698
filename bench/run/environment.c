/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/environment.h"

#include "base/cpu.h"
#include "base/home.h"
#include "base/sha256.h"
#include "base/text.h"
#include "commit.h"
#include "engine/engine.h"

#include <link.h> /* dl_iterate_phdr */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <gsl/gsl_version.h>
#include <zlib.h>

static void describe_program(cJSON *object)
{
    sha256_t executable;
    outcome_t hashed = sha256_file("/proc/self/exe", &executable);
    json_add_text(object, "commit", BBS_COMMIT);
    if (BBS_DIRTY < 0) /* git could not tell */
        json_add_text(object, "dirty", "unknown: " BBS_COMMIT_NOTE);
    else
        json_add_flag(object, "dirty", BBS_DIRTY);
    json_add_text(object, "executable_sha256", outcome_is_ok(&hashed) ? executable.hex : "unknown");
}

static void describe_build(cJSON *object)
{
    json_add_text(object, "compiler", __VERSION__);
    json_add_text(object, "flags", BBS_COMPILER_FLAGS);
}

/* PRETTY_NAME of os-release(5). */
static text_t system_name(void)
{
    text_t name = text_of("unknown"), line;
    FILE *stream = fopen("/etc/os-release", "r");
    while (stream != NULL && fgets(line.chars, sizeof line.chars, stream) != NULL)
        if (text_starts(line.chars, "PRETTY_NAME=\"")) {
            char *value = line.chars + strlen("PRETTY_NAME=\"");
            value[strcspn(value, "\"\n")] = '\0';
            name = text_of("%s", value);
        }
    if (stream != NULL)
        fclose(stream);
    return name;
}

static void describe_machine(cJSON *object)
{
    struct utsname kernel;
    long pages = sysconf(_SC_PHYS_PAGES), page_bytes = sysconf(_SC_PAGESIZE);
    json_add_text(object, "processor", cpu_name().chars);
    json_add_number(object, "processors_available", cpu_count());
    json_add_text(object, "vector_set", cpu_vector_set());
    json_add_number(object, "memory_bytes", pages > 0 ? (double)pages * (double)page_bytes : 0);
    json_add_text(object, "system", system_name().chars);
    if (uname(&kernel) == 0)
        json_add_text(object, "kernel", text_of("%s %s %s", kernel.sysname, kernel.release, kernel.machine).chars);
    json_add_text(object, "locale", "C");
}

/* The loaded libraries that compute rows: path and hash, because not all libraries tell their version. */
static int describe_library(struct dl_phdr_info *info, size_t size, void *context)
{
    static const char *const computing[] = {"bbsbench-engine.so", "libdarknet.so", "libdnnl.so",
                                            "libgsl.so",          "libm.so",       NULL};
    cJSON *object = context;
    sha256_t sha256;
    (void)size;
    const char *slash = strrchr(info->dlpi_name, '/');
    for (const char *const *name = computing; *name != NULL; name++) {
        if (slash == NULL || !text_starts(slash + 1, *name))
            continue;
        char *real = realpath(info->dlpi_name, NULL);
        const char *path = real != NULL ? real : info->dlpi_name;
        outcome_t hashed = sha256_file(path, &sha256);
        text_t text = text_of("%s, sha256 %s", home_record(path).chars, outcome_is_ok(&hashed) ? sha256.hex : "unknown");
        json_add_text(object, *name, text.chars);
        free(real);
    }
    return 0;
}

void environment_describe(cJSON *parent)
{
    describe_program(json_add_object(parent, "program"));
    describe_build(json_add_object(parent, "build"));
    describe_machine(json_add_object(parent, "machine"));
    cJSON *libraries = json_add_object(parent, "libraries");
    json_add_text(libraries, "engine", engine_versions().chars);
    json_add_text(libraries, "GSL", gsl_version);
    json_add_text(libraries, "cJSON", cJSON_Version());
    json_add_text(libraries, "zlib", zlibVersion());
    dl_iterate_phdr(describe_library, libraries);
}
