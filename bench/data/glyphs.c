/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/glyphs.h"

#include "base/file.h"
#include "base/text.h"
#include "data/idx.h"

#include <stdlib.h>

enum { CLASSES = 2965, SIDE = 24, PIXELS = SIDE * SIDE, FONT = 2, PICTURE = 3, RECORD = PICTURE + PIXELS };
static const char todo[] = "take datasets/glyphs as it is committed, or give the folder of such files with --data";

typedef struct {
    idx_t records;
    int32_t *labels;
} glyphs_t;

static const uint8_t *record_of(const glyphs_t *glyphs, int64_t sample)
{
    return glyphs->records.values + sample * RECORD;
}

static outcome_t read_sample(const dataset_t *dataset, int64_t sample, float *values)
{
    profile_apply_grey(dataset->request.profile, record_of(dataset->state, sample) + PICTURE, PIXELS, values);
    return outcome_ok();
}

static text_t name_of(const dataset_t *dataset, int64_t sample)
{
    return text_of("sample %lld (font %d)", (long long)sample, record_of(dataset->state, sample)[FONT]);
}

static void close_glyphs(dataset_t *dataset)
{
    glyphs_t *glyphs = dataset->state;
    idx_free(&glyphs->records);
    free(glyphs->labels);
    free(glyphs);
}

static outcome_t take_labels(const char *path, glyphs_t *glyphs)
{
    const int64_t samples = glyphs->records.shape[0], bytes = glyphs->records.shape[1];
    if (samples == 0 || bytes != RECORD)
        return outcome_failed(path, NULL, text_of("%lld rows of %lld bytes", (long long)samples, (long long)bytes).chars,
                              text_of("rows of %d", RECORD).chars, "this is another data set");
    glyphs->labels = malloc((size_t)samples * sizeof *glyphs->labels);
    if (glyphs->labels == NULL)
        return outcome_out_of_memory(path);
    for (int64_t i = 0; i < samples; i++) {
        const uint8_t *record = record_of(glyphs, i);
        glyphs->labels[i] = record[0] << 8 | record[1];
        if (glyphs->labels[i] >= CLASSES)
            return outcome_failed(path, text_of("sample %lld", (long long)i).chars,
                                  text_of("class %d", (int)glyphs->labels[i]).chars, text_of("0 to %d", CLASSES - 1).chars,
                                  "this is another file, or a damaged one");
    }
    return outcome_ok();
}

static text_t path_of(const dataset_request_t *request)
{
    if (!file_is_folder(request->path))
        return text_of("%s", request->path);
    const text_t plain = text_of("%s/%s.idx", request->path, request->training ? "training" : "test");
    return file_exists(plain.chars) ? plain : text_of("%s.gz", plain.chars);
}

static outcome_t open_glyphs(const dataset_request_t *request, dataset_t *dataset)
{
    const text_t path = path_of(request);
    glyphs_t *glyphs = calloc(1, sizeof *glyphs);
    outcome_t result;
    if (glyphs == NULL)
        return outcome_out_of_memory(path.chars);
    dataset->state = glyphs;
    dataset->close = close_glyphs;
    dataset->read = read_sample;
    dataset->name_of = name_of;
    if (outcome_bad(&result, idx_read(path.chars, todo, 2, &glyphs->records)) ||
        outcome_bad(&result, take_labels(path.chars, glyphs)))
        return result;
    dataset->samples = glyphs->records.shape[0];
    dataset->classes = CLASSES;
    dataset->channels = 3;
    dataset->height = dataset->width = SIDE;
    dataset->labels = glyphs->labels;
    dataset->files[dataset->file_count++] = path;
    return result;
}

const dataset_kind_t dataset_glyphs = {
    .name = "glyphs",
    .title = "Glyphs, 8,000 drawn kanji of 2,965 classes in fonts that training has not seen",
    .licence = "of each font: datasets/glyphs/README.md",
    .source = "drawn by this project from fonts of Debian: datasets/glyphs",
    .published = 8000,
    .classes = 2965,
    .default_path = "datasets/glyphs",
    .has_training = true,
    .open = open_glyphs,
};
