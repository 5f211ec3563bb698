/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libFuzzer target: any bytes as history.db. What is refused stays as it was, byte for byte, and the error names it. What
 * is opened is read through: each run, each file, one number over all runs. Then a run is added, which must come back with
 * the same bytes, older runs are removed, and the file must open again. */
#include "track/ledger.h"
#include "track/series.h"
#include "track/side.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char added_rows[] = "net,size,data,method,samples,correct\nn,compact,d,m,10,7\n";
static const char added_record[] =
    "{\"schema\": 3, \"files\": [], \"mode\": \"smoke\", \"command\": \"fuzz\", \"started_utc\": \"2026-01-09T00:00:00Z\","
    " \"finished_utc\": \"2026-01-09T00:01:00Z\", \"program\": {\"commit\": \"abc0123\"}}";

static void must(bool holds)
{
    if (!holds)
        abort();
}

static bool good(outcome_t outcome)
{
    must(outcome_is_ok(&outcome) || outcome_text(&outcome)[0] != '\0');
    must(strpbrk(outcome_text(&outcome), "\n\r\033") == NULL);
    return outcome_is_ok(&outcome);
}

static void write_whole(const char *path, const void *bytes, size_t size)
{
    FILE *stream = fopen(path, "wb");
    must(stream != NULL && fwrite(bytes, 1, size, stream) == size && fclose(stream) == 0);
}

static bool is_whole(const bytes_t *bytes, const void *expected, size_t size)
{
    return bytes->size == size && (size == 0 || memcmp(bytes->data, expected, size) == 0);
}

/* ===  Reading  === */

static outcome_t read_name(void *context, const char *name)
{
    bytes_t bytes;
    bool found;
    const side_t *side = context;
    if (good(ledger_file(side->ledger, side->run, name, &bytes, &found)))
        must(!found || bytes.data != NULL);
    file_free_bytes(&bytes);
    return outcome_ok();
}

/* As a side of a comparison, and file by file. */
static void read_run(const ledger_t *ledger, int64_t id)
{
    side_t side;
    csv_table_t table;
    bool found;
    (void)good(ledger_files(ledger, id, read_name, &(side_t){.ledger = ledger, .run = id}));
    if (good(side_open(text_of("%lld", (long long)id).chars, ledger, "smoke", &side))) {
        if (good(side_rows(&side, "accuracy", &table, &found)) && found)
            csv_free(&table);
        if (good(side_answers(&side, "predictions", "n", "compact", "d", "m", &table, &found)) && found)
            csv_free(&table);
    }
    side_close(&side);
}

enum { RUNS_MOST = 64 };
typedef struct {
    int64_t id[RUNS_MOST];
    size_t count, all;
} runs_t;

static outcome_t note_run(void *context, const ledger_run_t *run)
{
    runs_t *runs = context;
    must(run->folder != NULL && run->mode != NULL && run->started != NULL && run->finished != NULL && run->commit != NULL);
    runs->all++;
    if (runs->count < RUNS_MOST)
        runs->id[runs->count++] = run->id;
    return outcome_ok();
}

static void read_series(const ledger_t *ledger)
{
    static const rows_column_t columns[] = {{.name = "net", .key = true},
                                            {.name = "method", .key = true},
                                            {.name = "samples", .kind = ROWS_INTEGER},
                                            {.name = "correct", .kind = ROWS_INTEGER},
                                            {.name = NULL}};
    static const rows_schema_t schema = {.name = "accuracy", .columns = columns, .samples = "samples"};
    const series_request_t request = {.experiment = "accuracy", .net = "n", .method = "m", .metric = "correct"};
    rows_table_t table;
    if (good(series_read(ledger, &request, &schema, &table)))
        rows_table_free(&table);
}

/* ===  Writing  === */

static void add_run(ledger_t *ledger, const char *folder)
{
    runs_t before = {0}, after = {0};
    bytes_t bytes;
    int64_t id;
    bool added, found;
    if (!good(ledger_runs(ledger, note_run, &before)) || !good(ledger_append(ledger, folder, &id, &added)))
        return;
    must(added && good(ledger_runs(ledger, note_run, &after)) && after.all == before.all + 1);
    must(good(ledger_file(ledger, id, "accuracy.csv", &bytes, &found)) && found);
    must(is_whole(&bytes, added_rows, sizeof added_rows - 1));
    file_free_bytes(&bytes);
}

static void use(ledger_t *ledger, const char *folder)
{
    runs_t runs = {0};
    int64_t id, removed;
    if (good(ledger_runs(ledger, note_run, &runs)))
        for (size_t i = 0; i < runs.count; i++)
            read_run(ledger, runs.id[i]);
    (void)good(ledger_find(ledger, "abc0123", &id));
    read_series(ledger);
    add_run(ledger, folder);
    (void)good(ledger_clean(ledger, 1, &removed));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char folder[] = "/dev/shm/bbs-fuzz-XXXXXX";
    ledger_t *ledger;
    bytes_t left;
    if (mkdtemp(folder) == NULL)
        return 0;
    const text_t path = text_of("%s/history.db", folder), record = text_of("%s/run.json", folder),
                 rows = text_of("%s/accuracy.csv", folder);
    write_whole(path.chars, data, size);
    write_whole(record.chars, added_record, sizeof added_record - 1);
    write_whole(rows.chars, added_rows, sizeof added_rows - 1);
    const outcome_t opened = ledger_open(path.chars, false, &ledger);
    if (good(opened)) {
        use(ledger, folder);
        ledger_close(ledger);
        must(good(ledger_open(path.chars, false, &ledger)));
        ledger_close(ledger);
    } else {
        must(ledger == NULL && strstr(outcome_text(&opened), path.chars) != NULL);
        must(good(file_read(path.chars, NULL, &left)) && is_whole(&left, data, size));
        file_free_bytes(&left);
    }
    unlink(path.chars), unlink(record.chars), unlink(rows.chars);
    unlink(text_of("%s-wal", path.chars).chars), unlink(text_of("%s-shm", path.chars).chars);
    must(rmdir(folder) == 0);
    return 0;
}
