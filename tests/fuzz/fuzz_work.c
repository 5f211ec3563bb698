/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libFuzzer target: any bytes as a file of a plan of work or of a language model: the plan, what units leave, the texts,
 * and what lies beside the weights. The first byte chooses the reader. */
#include "base/file.h"
#include "base/sha256.h"
#include "data/pieces.h"
#include "measure/passages.h"
#include "nets/llama.h"
#include "shards/fields.h"
#include "shards/model_unit.h"
#include "shards/parts.h"
#include "shards/plan.h"
#include "shards/sizes.h"
#include "weights/checkpoint.h"

#include "small_files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is read can be asked for each unit, leads to no place out of its folder, and comes back the same when it is written.
 */
static bool read_plan(const char *path, const char *folder)
{
    plan_t plan, again;
    outcome_t read = plan_read(path, &plan);
    if (outcome_is_ok(&read)) {
        for (size_t i = 0; i < plan.count; i++) {
            const char *at = NULL;
            const text_t place = parts_folder(&plan, &plan.units[i]);
            text_t method;
            size_t methods = 0;
            must(strstr(place.chars + strlen(plan.folder.chars), "/../") == NULL || plan.units[i].rows[0] == 'm');
            must(plan.units[i].first >= 0 && plan.units[i].first + plan.units[i].count <= plan.units[i].samples);
            must(parts_state(&plan, &plan.units[i]).state == PARTS_WAITING);
            while (plan_next_method(&plan.units[i], &at, &method))
                methods++;
            must(methods <= strlen(plan.units[i].methods));
        }
        for (size_t i = 1; i <= plan.evaluations; i++)
            must(plan_evaluation(&plan, i) != NULL);
        outcome_t result = plan_write(path, plan.units, plan.count);
        must(outcome_is_ok(&result));
        result = plan_read(path, &again);
        must(outcome_is_ok(&result) && again.count == plan.count);
        plan_free(&again);
    }
    plan_free(&plan);
    return outcome_is_ok(&read) || refused(&read, folder);
}

static bool read_sizes(const char *path, const char *folder)
{
    const text_t stem = text_of("%s/net", folder), file = text_of("%s.sizes.csv", stem.chars);
    compress_size_t bits;
    must(rename(path, file.chars) == 0);
    const bool found = sizes_read(stem.chars, "key", &bits);
    unlink(file.chars);
    return found;
}

/* The bytes as rows whose hash is right: what a worker of somebody else may leave. */
static bool read_rows_of_models(const char *path, const char *folder)
{
    unit_t unit = {.unit = 1, .evaluation = 1, .rows = "model", .net = "", .count = 1, .samples = 1};
    const plan_t plan = {.path = text_of("%s/p.csv", folder), .folder = text_of("%s", folder), .units = &unit, .count = 1};
    const text_t place = parts_model(&plan, &unit), beside = file_beside(place.chars, "");
    bytes_t bytes;
    sha256_t hash;
    size_t rows = 1; /* not the first: the header is passed over */
    outcome_t result = file_read(path, NULL, &bytes);
    must(outcome_is_ok(&result));
    result = file_make_folder(beside.chars);
    must(outcome_is_ok(&result));
    FILE *stream = fopen(place.chars, "wb"), *sink = fopen("/dev/null", "w");
    must(stream != NULL && sink != NULL);
    sha256_bytes(bytes.data, bytes.size, &hash);
    fprintf(stream, "key rows=%s\n", hash.hex);
    must(fwrite(bytes.data, 1, bytes.size, stream) == bytes.size);
    fclose(stream);
    result = model_unit_append(&plan, &unit, "key", sink, &rows);
    fclose(sink);
    file_free_bytes(&bytes);
    unlink(place.chars);
    must(rmdir(beside.chars) == 0);
    return outcome_is_ok(&result) || refused(&result, folder);
}

/* Two keys of answers, a line each: a comparison ends, and a key does not differ from itself. */
static bool read_keys(const char *path, const char *folder)
{
    static const char *const none[] = {NULL}, *const some[] = {"engine", "isa", NULL};
    bytes_t bytes;
    field_t is, was;
    text_t differ = text_of("%s", "");
    outcome_t read = file_read(path, NULL, &bytes);
    (void)folder;
    must(outcome_is_ok(&read));
    char *one = (char *)bytes.data, *other = strchr(one, '\n');
    if (other != NULL) {
        *other++ = '\0';
        must(!field_differs(one, one, none, &differ, &is, &was));
        must(field_differs(one, other, none, &differ, &is, &was) == field_differs(other, one, none, &differ, &is, &was));
        (void)field_differs(one, other, some, &differ, &is, &was);
        (void)field_value(one, "range");
    }
    file_free_bytes(&bytes);
    return other != NULL;
}

static bool read_passages(const char *path, const char *folder)
{
    static const passages_form_t forms[] = {{NULL, NULL}, {"<|end|>", NULL}, {NULL, "text"}};
    const windows_rule_t rules[] = {{.context = 8, .stride = 3, .begin = WINDOWS_BEGIN_ALWAYS},
                                    {.context = 2, .stride = 1, .begin = WINDOWS_BEGIN_FIRST, .most = 40},
                                    {.context = 5, .stride = 5, .begin = WINDOWS_BEGIN_NEVER, .truncate = true}};
    pieces_t *pieces;
    bool taken = true;
    outcome_t read = pieces_read("tests/fuzz/seeds/tokenizer.llama2c", 0, &pieces);
    must(outcome_is_ok(&read));
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        windows_t windows = {0};
        int64_t counted = 0;
        int32_t inputs[8];
        read = passages_read(path, &forms[i], pieces, &rules[i], &windows);
        for (int64_t w = 0; w < windows.count && outcome_is_ok(&read); w++) {
            must(windows.items[w].at == counted && windows_inputs(&windows, w, 1, inputs) <= rules[i].context);
            counted += windows.items[w].counts;
        }
        must(!outcome_is_ok(&read) || counted == windows.counted);
        taken = (outcome_is_ok(&read) || refused(&read, folder)) && taken;
        windows_free(&windows);
    }
    pieces_free(pieces);
    return taken;
}

/* Weights in three blocks, under this name in the folder. */
static text_t place_weights(const char *folder)
{
    const text_t place = text_of("%s/llama_tied.safetensors", folder);
    text_t weights;
    outcome_t result = file_absolute("tests/data/llama_tied.safetensors", &weights);
    must(outcome_is_ok(&result) && symlink(weights.chars, place.chars) == 0);
    return place;
}

static bool open_model(const char *path, int64_t heads, const char *folder)
{
    checkpoint_t *checkpoint = calloc(1, sizeof *checkpoint);
    must(checkpoint != NULL);
    const checkpoint_request_t request = {
        .path = path, .heads = heads, .tokens = 16, .ignore_extra = true, .deferred = true, .threads = 1};
    const outcome_t read = checkpoint_open(&request, checkpoint);
    must(!outcome_is_ok(&read) || llama_blocks(checkpoint->weights.size) == 3);
    checkpoint_free(checkpoint);
    free(checkpoint);
    return outcome_is_ok(&read) || outcome_fault(&read) == FAULT_USAGE || refused(&read, folder);
}

/* A file of this name beside the weights; the model is opened by it, or by the weights. */
static bool read_beside(const char *path, const char *folder, const char *name, bool opened, int64_t heads)
{
    const text_t weights = place_weights(folder), beside = text_of("%s/%s", folder, name);
    must(rename(path, beside.chars) == 0);
    const bool taken = open_model(opened ? beside.chars : weights.chars, heads, folder);
    unlink(beside.chars);
    unlink(weights.chars);
    return taken;
}

static bool read_config(const char *path, const char *folder)
{
    return read_beside(path, folder, "config.json", false, 0);
}

static bool read_index(const char *path, const char *folder)
{
    return read_beside(path, folder, "model.safetensors.index.json", true, 4);
}

/* In the order of the seeds in tests/fuzz/seeds.sh and tests/unit/test_fuzz_language.c. */
static const reader_t work_readers[] = {read_plan,     read_sizes,  read_rows_of_models, read_keys,
                                        read_passages, read_config, read_index};
enum { WORK_READERS = sizeof work_readers / sizeof work_readers[0] };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0)
        (void)read_small_file(work_readers[data[0] % WORK_READERS], data + 1, size - 1);
    return 0;
}
