/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The functions of engine.h in the program: each calls the shared object beside the program, which is loaded when the first
 * network is opened. libdarknet loads 250 libraries, which takes 0.1 s, and switches denormals off; commands that do not
 * predict avoid both. Programs that are linked with engine.c itself, such as the unit tests, do not contain this file.
 *
 * The library stays loaded until the process ends. dlopen() of a loaded library is cheap, so no handle is kept in a global.
 */
#include "engine/loader.h"

#include "base/cpu.h"
#include "base/file.h"
#include "base/home.h"
#include "commit.h"
#include "engine/interface.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <dnnl_version.h>

struct engine {
    const engine_interface_t *calls;
    engine_t *inner; /* the engine of the shared object */
};

/* Darknet names a function `error`, as glibc does. With deep binding the libraries of the engine find their own names
 * before those of the program's libraries, as in a program that is linked with them. Sanitizers do not allow this flag. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { LOADING = RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE };
#else
enum { LOADING = RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE | RTLD_DEEPBIND };
#endif

/* The shared object beside the program; for a program that was copied elsewhere, that of the project. */
static text_t engine_path(void)
{
    text_t program = {{0}}, built, path;
    const ssize_t length = readlink("/proc/self/exe", program.chars, sizeof program.chars - 1);
    char *slash = length > 0 ? strrchr(program.chars, '/') : NULL;
    if (slash != NULL)
        *slash = '\0';
    path = text_of("%s/%s", slash != NULL ? program.chars : ".", ENGINE_FILE);
    if (file_exists(path.chars))
        return path;
    outcome_t found = home_path("build/" ENGINE_FILE, &built);
    return outcome_is_ok(&found) && file_exists(built.chars) ? built : path;
}

static outcome_t load(const engine_interface_t **calls)
{
    const text_t path = engine_path();
    if (!file_exists(path.chars))
        return outcome_missing(path.chars, "the engine", "no such file", "the file beside the program",
                               "make, or set BBS_ROOT to the project's folder");
    void *library = dlopen(path.chars, LOADING);
    cpu_float_environment(); /* Darknet's start-up code changes it */
    if (library == NULL)
        return outcome_missing(path.chars, "loading", dlerror(), "Darknet and oneDNN",
                               "apt-get install darknet libdnnl-dev");
    *calls = dlsym(library, ENGINE_INTERFACE);
    if (*calls == NULL || !text_equal((*calls)->commit, BBS_COMMIT))
        return outcome_missing(path.chars, "commit", *calls != NULL ? (*calls)->commit : "none", BBS_COMMIT, "make");
    return outcome_ok();
}

text_t loader_path(void)
{
    return engine_path();
}

text_t loader_describe(void)
{
    static const char library[] = BBS_DARKNET_ROOT "/libdarknet.so";
    const text_t path = engine_path();
    if (!file_exists(path.chars) || !file_exists(library))
        return text_of("none: %s is missing", file_exists(library) ? path.chars : library);
    return text_of("Darknet (%s), oneDNN %d.%d.%d of the build; loaded when first used", library, DNNL_VERSION_MAJOR,
                   DNNL_VERSION_MINOR, DNNL_VERSION_PATCH);
}

/* Load the shared object, and allocate the engine's handle. */
static outcome_t prepare(engine_t **engine)
{
    const engine_interface_t *calls;
    outcome_t result;
    *engine = NULL;
    if (outcome_bad(&result, load(&calls)))
        return result;
    *engine = calloc(1, sizeof **engine);
    if (*engine == NULL)
        return outcome_out_of_memory("engine");
    (*engine)->calls = calls;
    return outcome_ok();
}

static outcome_t deliver(outcome_t result, engine_t **engine)
{
    if (!outcome_is_ok(&result)) {
        free(*engine);
        *engine = NULL;
    }
    return result;
}

outcome_t engine_open(const net_weights_t *weights, const char *kernels, int workers, engine_t **engine)
{
    outcome_t result;
    if (outcome_bad(&result, prepare(engine)))
        return result;
    return deliver((*engine)->calls->open(weights, kernels, workers, &(*engine)->inner), engine);
}

outcome_t engine_open_integers(const net_weights_t *weights, const char *kernels, const net_ranges_t *ranges, int workers,
                               engine_t **engine)
{
    outcome_t result;
    if (outcome_bad(&result, prepare(engine)))
        return result;
    return deliver((*engine)->calls->open_integers(weights, kernels, ranges, workers, &(*engine)->inner), engine);
}

void engine_close(engine_t *engine)
{
    if (engine == NULL)
        return;
    engine->calls->close(engine->inner);
    free(engine);
}

outcome_t engine_set_rows(engine_t *engine, size_t index, int64_t first, int64_t rows, const float *weights)
{
    return engine->calls->set_rows(engine->inner, index, first, rows, weights);
}

outcome_t engine_set_integers(engine_t *engine, size_t index, int64_t first, int64_t rows, const int16_t *values,
                              const float *scale)
{
    return engine->calls->set_integers(engine->inner, index, first, rows, values, scale);
}

bool engine_takes_integers(const engine_t *engine)
{
    return engine->calls->takes_integers(engine->inner);
}

outcome_t engine_observe(engine_t *engine, engine_observer_t observer, void *context)
{
    return engine->calls->observe(engine->inner, observer, context);
}

outcome_t engine_watch(engine_t *engine, engine_watcher_t watcher, void *context)
{
    return engine->calls->watch(engine->inner, watcher, context);
}

outcome_t engine_read(engine_t *engine, engine_reader_t reader, void *context)
{
    return engine->calls->read(engine->inner, reader, context);
}

outcome_t engine_filter(engine_t *engine, engine_filter_t filter, void *context)
{
    return engine->calls->filter(engine->inner, filter, context);
}

outcome_t engine_profile(engine_t *engine)
{
    return engine->calls->profile(engine->inner);
}

engine_profile_t engine_profile_of(const engine_t *engine)
{
    return engine->calls->profile_of(engine->inner);
}

outcome_t engine_predict(engine_t *engine, int worker, const float *input, float *logits)
{
    return engine->calls->predict(engine->inner, worker, input, logits);
}

outcome_t engine_predict_some(engine_t *engine, int worker, int64_t count, const float *inputs, float *logits)
{
    return engine->calls->predict_some(engine->inner, worker, count, inputs, logits);
}

int64_t engine_batch(const engine_t *engine)
{
    return engine->calls->batch(engine->inner);
}

outcome_t engine_run(engine_t *engine, int worker, int64_t rows, const float *vectors, float *result)
{
    return engine->calls->run(engine->inner, worker, rows, vectors, result);
}

outcome_t engine_continue(engine_t *engine, int worker, int64_t past, int64_t count, const float *numbers, float *logits)
{
    return engine->calls->continue_text(engine->inner, worker, past, count, numbers, logits);
}

text_t engine_versions(void)
{
    const engine_interface_t *calls;
    const outcome_t loaded = load(&calls);
    return outcome_is_ok(&loaded) ? calls->versions() : text_of("none: %s", outcome_text(&loaded));
}
