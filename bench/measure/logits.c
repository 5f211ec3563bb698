/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row is the logits of a sample and, last, 1 when they are known. The file is the key, a newline and all rows, in the
 * byte order of the machine that wrote them: it is for the same run on the same machine. */
#include "measure/logits.h"

#include "base/file.h"
#include "base/outfile.h"
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

outcome_t logits_save(const char *stem, const char *key, const logits_t *logits)
{
    outfile_t file;
    outcome_t result = outfile_open(&file, path_of(stem).chars);
    if (!outcome_is_ok(&result))
        return result;
    fprintf(file.stream, "%s\n", key);
    fwrite(logits->memory.data, 1, logits->memory.size, file.stream); /* outfile_commit() finds errors */
    return outfile_commit(&file);
}

/* Does the stream begin with this line, and are `size` bytes left behind it? */
static bool is_ours(FILE *stream, const char *key, int64_t bytes, size_t size)
{
    const size_t length = strlen(key);
    char *line = malloc(length + 1);
    bool ours = line != NULL && (uint64_t)bytes == length + 1 + size && fread(line, 1, length + 1, stream) == length + 1 &&
                memcmp(line, key, length) == 0 && line[length] == '\n';
    free(line);
    return ours;
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
    *found = is_ours(stream, key, bytes, logits->memory.size) &&
             fread(logits->memory.data, 1, logits->memory.size, stream) == logits->memory.size;
    fclose(stream);
    return result;
}

void logits_remove(const char *stem)
{
    unlink(path_of(stem).chars);
}
