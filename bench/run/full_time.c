/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The time of the full mode on this machine, estimated from the INT8 network on the first 20 samples of the fixed list.
 * Methods differ only in the weights, so the time of one method stands for all. Compressing takes further seconds to
 * minutes per method.
 */
#include "base/file.h"
#include "experiments/accuracy_runs.h"
#include "measure/accuracy.h"
#include "run/full.h"

#include <inttypes.h>

enum { TIMED_SAMPLES = 20 };
static const char *const timed_methods[] = {"int8"};
static const char kernels[] = "fast";

static text_t duration(double seconds)
{
    if (seconds < 120)
        return text_of("%.0f s", seconds);
    return seconds < 7200 ? text_of("%.0f min", seconds / 60) : text_of("%.1f h", seconds / 3600);
}

static void print_time(void *context, const accuracy_row_t *row)
{
    const full_request_t *request = ((const full_t *)context)->request;
    size_t methods = request->method_count > 0 ? request->method_count : request->mode_methods;
    int64_t samples = request->images > 0 && request->images < row->available ? request->images : row->available;
    double each = row->seconds / (double)row->samples;
    fprintf(request->log,
            "  %-10s %3" PRId64 " samples in %.2f s with %d thread%s (%.2f s of processors): 1,000 in %s; "
            "%" PRId64 " samples and %zu methods in about %s\n",
            row->net, row->samples, row->seconds, request->jobs, request->jobs == 1 ? "" : "s", row->cpu_seconds,
            duration(1000 * each).chars, samples, methods, duration(each * (double)samples * (double)methods).chars);
    fflush(request->log);
}

/* The data themselves, or the folder of which they are a part. */
static bool is_here(const full_t *full, size_t index)
{
    const material_net_t *net = &full->material.nets[index];
    const char *data = net->data.chars, *folder = full->folders[index].chars;
    return file_exists(net->weights.chars) && (net->vocabulary.chars[0] == '\0' || file_exists(net->vocabulary.chars)) &&
           (file_exists(data) || file_is_folder(data) || file_is_folder(folder));
}

outcome_t full_measure_time(full_t *full)
{
    const full_request_t *request = full->request;
    outcome_t result = outcome_ok();
    bool any = false;
    for (size_t i = 0; i < full->material.count; i++)
        any = any || !full->timed[i];
    if (request->resume || !any)
        return result;
    fprintf(request->log, "estimated time on this machine, measured on %d samples:\n", TIMED_SAMPLES);
    for (size_t i = 0; i < full->material.count && outcome_is_ok(&result); i++) {
        const material_net_t *net = &full->material.nets[i];
        if (full->timed[i])
            continue;
        if (!is_here(full, i)) {
            fprintf(request->log, "  %-10s not known before its files are here\n", net->network->name);
            continue;
        }
        accuracy_config_t config = {.methods = timed_methods,
                                    .method_count = sizeof timed_methods / sizeof *timed_methods,
                                    .images = TIMED_SAMPLES,
                                    .kernels = kernels,
                                    .threads = request->jobs,
                                    .skip_bad = request->skip_bad};
        accuracy_runs_config(&full->material, net, &config);
        result = accuracy_run(&config, print_time, full);
        full->timed[i] = true;
    }
    return result;
}
