/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "track/times.h"

#include <math.h>

typedef struct {
    const ledger_t *ledger;
    const side_t *side;
    const experiments_t *experiments;
    times_t *times;
} collection_t;

static void take_time(times_t *times, double seconds)
{
    if (isnan(seconds))
        return;
    times->least = times->runs > 0 ? fmin(times->least, seconds) : seconds;
    times->most = times->runs > 0 ? fmax(times->most, seconds) : seconds;
    times->runs++;
}

static outcome_t take_run(void *context, const ledger_run_t *run)
{
    const collection_t *collection = context;
    const manifest_t *manifest = &collection->side->manifest;
    bytes_t bytes;
    bool found;
    if (!text_equal(run->program, manifest_text(manifest, "program", "executable_sha256")) ||
        !text_equal(run->mode, manifest_text(manifest, NULL, "mode")) ||
        !text_equal(run->processor, manifest_text(manifest, "machine", "processor")))
        return outcome_ok();
    outcome_t result = ledger_file(collection->ledger, run->id, "run.json", &bytes, &found);
    if (!outcome_is_ok(&result) || !found)
        return result;
    side_t past = {.manifest = {.json = cJSON_ParseWithLength((const char *)bytes.data, bytes.size)}};
    for (size_t i = 0; i < collection->experiments->count && past.manifest.json != NULL; i++)
        take_time(&collection->times[i], side_seconds(&past, collection->experiments->items[i].id));
    manifest_free(&past.manifest);
    file_free_bytes(&bytes);
    return result;
}

outcome_t times_read(const ledger_t *ledger, const side_t *side, const experiments_t *experiments, times_t *times)
{
    collection_t collection = {.ledger = ledger, .side = side, .experiments = experiments, .times = times};
    if (ledger == NULL || side->manifest.json == NULL)
        return outcome_ok();
    return ledger_runs(ledger, take_run, &collection);
}
