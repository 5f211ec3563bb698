/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/run_times.h"

#include "base/cpu.h"
#include "base/file.h"
#include "track/side.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
    const ledger_t *ledger;
    run_times_t *times;
} reading_t;

/* Runs come from the oldest to the newest: a later one replaces what is known. */
static outcome_t take_run(void *context, const ledger_run_t *run)
{
    const reading_t *reading = context;
    const run_times_t *times = reading->times;
    bytes_t bytes;
    bool found;
    if (run->finished[0] == '\0' || !text_equal(run->mode, times->mode) ||
        !text_equal(run->processor, times->processor.chars))
        return outcome_ok();
    outcome_t result = ledger_file(reading->ledger, run->id, "run.json", &bytes, &found);
    if (!outcome_is_ok(&result) || !found)
        return result;
    side_t past = {.manifest = {.json = cJSON_ParseWithLength((const char *)bytes.data, bytes.size)}};
    for (size_t i = 0; i < times->experiments->count && past.manifest.json != NULL; i++) {
        const double seconds = side_seconds(&past, times->experiments->items[i].id);
        times->seconds[i] = isnan(seconds) ? times->seconds[i] : seconds;
    }
    manifest_free(&past.manifest);
    file_free_bytes(&bytes);
    return result;
}

outcome_t run_times_read(const ledger_t *ledger, const char *mode, const experiments_t *experiments, run_times_t *times)
{
    reading_t reading = {.ledger = ledger, .times = times};
    *times = (run_times_t){.experiments = experiments, .mode = mode, .processor = cpu_name()};
    times->seconds = calloc(experiments->count + 1, sizeof *times->seconds);
    if (times->seconds == NULL)
        return outcome_out_of_memory("history");
    for (size_t i = 0; i < experiments->count; i++)
        times->seconds[i] = NAN;
    return ledger != NULL ? ledger_runs(ledger, take_run, &reading) : outcome_ok();
}

void run_times_free(run_times_t *times)
{
    free(times->seconds);
    *times = (run_times_t){.experiments = NULL};
}

double run_times_of(const void *context, const char *experiment)
{
    const run_times_t *times = context;
    for (size_t i = 0; i < times->experiments->count; i++)
        if (text_equal(times->experiments->items[i].id, experiment))
            return times->seconds[i];
    return NAN;
}
