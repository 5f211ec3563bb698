/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row is the logits of a sample and, last, 1 when they are known. The file is the key, a blank, the SHA-256 of all rows,
 * a newline and all rows, in the byte order of the machine that wrote them: it is for the same run on the same machine. */
#include "measure/logits.h"

#include "base/file.h"
#include "base/outfile.h"
#include "base/sha256.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static float *row_of(const logits_t *logits, int64_t index)
{
    return (float *)logits->memory.data + index * (logits->classes + 1);
}

outcome_t logits_create(int64_t samples, int64_t classes, logits_t *logits)
{
    *logits = (logits_t){.samples = samples, .classes = classes};
    outcome_t result =
        spill_create("logits of a reference", (size_t)samples * (size_t)(classes + 1) * sizeof(float), &logits->memory);
    if (!outcome_is_ok(&result))
        *logits = (logits_t){.samples = 0};
    return result;
}

void logits_free(logits_t *logits)
{
    if (logits->samples > 0)
        spill_free(&logits->memory);
    *logits = (logits_t){.samples = 0};
}

void logits_put(logits_t *logits, int64_t index, const float *values)
{
    float *row = row_of(logits, index);
    memcpy(row, values, (size_t)logits->classes * sizeof *row);
    row[logits->classes] = 1;
}

const float *logits_at(const logits_t *logits, int64_t index)
{
    const float *row = logits->samples > 0 ? row_of(logits, index) : NULL;
    return row != NULL && row[logits->classes] == 1 ? row : NULL;
}

static text_t path_of(const char *stem)
{
    return text_of("%s.logits", stem);
}

/* "KEY SHA-256" of the rows in memory. */
static void sign(const char *key, const logits_t *logits, text_builder_t *line)
{
    sha256_t digest;
    sha256_bytes(logits->memory.data, logits->memory.size, &digest);
    text_append(line, "%s %s", key, digest.hex);
}

outcome_t logits_save(const char *stem, const char *key, const logits_t *logits)
{
    outfile_t file;
    text_builder_t line = {0};
    outcome_t result = outcome_ok();
    sign(key, logits, &line);
    if (line.failed)
        result = outcome_out_of_memory(stem);
    else if (!outcome_bad(&result, outfile_open(&file, path_of(stem).chars))) {
        fprintf(file.stream, "%s\n", line.chars);
        fwrite(logits->memory.data, 1, logits->memory.size, file.stream); /* outfile_commit() finds errors */
        result = outfile_commit(&file);
    }
    free(line.chars);
    return result;
}

/* Read the rows; false unless they are all, and those that were saved under this key. */
static bool read_rows(FILE *stream, const char *key, const logits_t *logits)
{
    char *line = NULL;
    size_t room = 0;
    text_builder_t expected = {0};
    const ssize_t length = getline(&line, &room, stream);
    bool same = length > 0 && fread(logits->memory.data, 1, logits->memory.size, stream) == logits->memory.size &&
                fgetc(stream) == EOF;
    if (same) {
        sign(key, logits, &expected);
        line[length - 1] = '\0'; /* the newline */
        same = !expected.failed && text_equal(line, expected.chars);
    }
    free(expected.chars);
    free(line);
    return same;
}

outcome_t logits_load(const char *stem, const char *key, logits_t *logits, bool *found)
{
    FILE *stream;
    int64_t bytes;
    *found = false;
    if (!file_exists(path_of(stem).chars))
        return outcome_ok();
    outcome_t result = file_open(path_of(stem).chars, NULL, &stream, &bytes);
    if (!outcome_is_ok(&result))
        return result;
    *found = read_rows(stream, key, logits);
    if (!*found)
        memset(logits->memory.data, 0, logits->memory.size); /* nothing is known, as before */
    fclose(stream);
    return result;
}

void logits_remove(const char *stem)
{
    unlink(path_of(stem).chars);
}
