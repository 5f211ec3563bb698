/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/predictions.h"

#include "base/file.h"
#include "base/sha256.h"
#include "rows/table.h"
#include "rows/writer.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ===  In memory  === */

outcome_t predictions_create(int64_t samples, predictions_t *predictions)
{
    *predictions = (predictions_t){.samples = samples};
    predictions->sample = calloc((size_t)samples, sizeof *predictions->sample);
    predictions->label = calloc((size_t)samples, sizeof *predictions->label);
    predictions->predicted = calloc((size_t)samples, sizeof *predictions->predicted);
    predictions->outputs = calloc((size_t)samples, sizeof *predictions->outputs);
    if (predictions->sample == NULL || predictions->label == NULL || predictions->predicted == NULL ||
        predictions->outputs == NULL) {
        predictions_free(predictions);
        return outcome_out_of_memory("predictions");
    }
    for (int64_t i = 0; i < samples; i++)
        predictions->outputs[i] = outputs_unknown();
    return outcome_ok();
}

void predictions_free(predictions_t *predictions)
{
    free(predictions->sample);
    free(predictions->label);
    free(predictions->predicted);
    free(predictions->outputs);
    *predictions = (predictions_t){0};
}

int64_t predictions_correct(const predictions_t *predictions)
{
    int64_t correct = 0;
    for (int64_t i = 0; i < predictions->samples; i++)
        correct += predictions->predicted[i] == predictions->label[i];
    return correct;
}

/* ===  Names of files  === */

static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.=,-_";

static text_t spelled(const char *spec, bool dots)
{
    text_t name = {{0}};
    size_t length = 0;
    for (const char *at = spec; *at != '\0' && length + 4 < sizeof name.chars; at++) {
        if ((strchr(plain, *at) != NULL && (dots || *at != '.')) || *at == ':')
            name.chars[length++] = *at == ':' ? '+' : *at;
        else
            length += (size_t)snprintf(name.chars + length, 4, "%%%02X", (unsigned char)*at);
    }
    return name;
}

static int hex_digit(char digit)
{
    static const char digits[] = "0123456789ABCDEF";
    const char *at = digit != '\0' ? strchr(digits, digit) : NULL;
    return at != NULL ? (int)(at - digits) : 0; /* another character: the spec is spelled in another way */
}

/* The spec that the first `length` characters spell, if they spell one. */
static text_t unspelled(const char *name, size_t length)
{
    text_t spec = {{0}};
    for (size_t i = 0, used = 0; i < length && used + 1 < sizeof spec.chars; i++) {
        const bool escaped = name[i] == '%' && i + 2 < length;
        spec.chars[used++] = escaped          ? (char)(16 * hex_digit(name[i + 1]) + hex_digit(name[i + 2]))
                             : name[i] == '+' ? ':'
                                              : name[i];
        i += escaped ? 2 : 0;
    }
    return spec;
}

text_t predictions_stem(const char *folder, const char *net, const char *size, const char *data, const char *spec)
{
    return text_of("%s/%s.%s.%s.%s", folder, net, size, spelled(data, false).chars, spelled(spec, true).chars);
}

bool predictions_name(const char *file, predictions_name_t *name)
{
    static const char ending[] = ".csv";
    const char *size = strchr(file, '.'), *data = size != NULL ? strchr(size + 1, '.') : NULL,
               *method = data != NULL ? strchr(data + 1, '.') : NULL;
    if (method == NULL || !text_ends(file, ending) || strlen(method) <= sizeof ending)
        return false;
    name->net = text_of("%.*s", (int)(size - file), file);
    name->size = text_of("%.*s", (int)(data - size - 1), size + 1);
    name->data = unspelled(data + 1, (size_t)(method - data - 1));
    name->spec = unspelled(method + 1, strlen(method + 1) - strlen(ending));
    return text_equal(spelled(name->data.chars, false).chars, text_of("%.*s", (int)(method - data - 1), data + 1).chars) &&
           text_equal(spelled(name->spec.chars, true).chars,
                      text_of("%.*s", (int)(strlen(method + 1) - strlen(ending)), method + 1).chars);
}

/* ===  On disk  === */

typedef struct {
    int64_t sample, label, predicted;
    double cross_entropy, margin, kl_int8, logit_error_int8, kl_fp32, logit_error_fp32;
    const char *key;
} cells_t;

#define INTEGER(member) .name = #member, ROWS_PLACE_INTEGER(cells_t, member)
#define REAL(member) .name = #member, ROWS_PLACE_REAL(cells_t, member)

static const rows_column_t columns[] = {
    {INTEGER(sample), .key = true, .heading = "Sample", .meaning = "number of the sample in the data set, from 0"},
    {INTEGER(label), .heading = "Label", .meaning = "the right class"},
    {INTEGER(predicted), .heading = "Answer", .meaning = "the class with the largest logit; -1: the sample was left out"},
    {REAL(cross_entropy), .heading = "Cross-entropy", .unit = "nats", .sense = ROWS_LOWER, .decimals = 4,
     .meaning = "of the label: minus the logarithm of its probability"},
    {REAL(margin), .heading = "Margin", .unit = "logits", .sense = ROWS_HIGHER, .decimals = 3,
     .meaning = "logit of the label minus the largest other logit: above 0 when the answer is right"},
    {REAL(kl_int8), .heading = "KL, INT8", .unit = "nats", .sense = ROWS_LOWER, .decimals = 6,
     .meaning =
         "divergence (KL) from int8 to the method of the class distributions; empty when int8 is not among the methods"},
    {REAL(logit_error_int8), .heading = "Logit error, INT8", .unit = "of the norm", .sense = ROWS_LOWER, .decimals = 5,
     .meaning = "distance of the logits from those of int8 over the norm of those, means taken away"},
    {REAL(kl_fp32), .heading = "KL, FP32", .unit = "nats", .sense = ROWS_LOWER, .decimals = 6,
     .meaning =
         "divergence (KL) from fp32 to the method of the class distributions; empty when fp32 is not among the methods"},
    {REAL(logit_error_fp32), .heading = "Logit error, FP32", .unit = "of the norm", .sense = ROWS_LOWER, .decimals = 5,
     .meaning = "distance of the logits from those of fp32 over the norm of those, means taken away"},
    {.name = "key",
     ROWS_PLACE_TEXT(cells_t, key),
     .heading = "Key",
     .meaning = "in the first row: all that the answers depend on, and their SHA-256"},
    {.name = NULL},
};
enum { SAMPLE, LABEL, PREDICTED, CROSS_ENTROPY, MARGIN, KL_INT8, ERROR_INT8, KL_FP32, ERROR_FP32, KEY };

const rows_schema_t predictions_schema = {
    .name = "predictions", .about = "One network under one method, sample by sample.", .columns = columns};

/* A sample as it is hashed: without gaps, and with one NaN. */
typedef struct {
    int64_t sample, label, predicted;
    double statistics[6]; /* in the order of the columns */
} hashed_t;

static void put_known(double *place, double value)
{
    *place = isnan(value) ? (double)NAN : value;
}

static const char answers_field[] = " answers=";

/* "KEY answers=SHA-256". */
static outcome_t sign(const char *key, const predictions_t *predictions, text_builder_t *signature)
{
    sha256_t digest;
    hashed_t *rows = calloc((size_t)predictions->samples + 1, sizeof *rows);
    if (rows == NULL)
        return outcome_out_of_memory("predictions");
    for (int64_t i = 0; i < predictions->samples; i++) {
        const outputs_t *outputs = &predictions->outputs[i];
        const double statistics[] = {outputs->cross_entropy,    outputs->margin,
                                     outputs->kl[OUTPUTS_INT8], outputs->logit_error[OUTPUTS_INT8],
                                     outputs->kl[OUTPUTS_FP32], outputs->logit_error[OUTPUTS_FP32]};
        rows[i] = (hashed_t){
            .sample = predictions->sample[i], .label = predictions->label[i], .predicted = predictions->predicted[i]};
        for (size_t k = 0; k < sizeof statistics / sizeof *statistics; k++)
            put_known(&rows[i].statistics[k], statistics[k]);
    }
    sha256_bytes(rows, (size_t)predictions->samples * sizeof *rows, &digest);
    free(rows);
    text_append(signature, "%s%s%s", key, answers_field, digest.hex);
    return signature->failed ? outcome_out_of_memory("predictions") : outcome_ok();
}

static outcome_t write_rows(const char *stem, const char *signature, const predictions_t *predictions)
{
    rows_writer_t writer;
    outcome_t result = rows_create(&writer, &predictions_schema, text_of("%s.csv", stem).chars);
    if (!outcome_is_ok(&result))
        return result;
    for (int64_t i = 0; i < predictions->samples; i++) {
        const outputs_t *outputs = &predictions->outputs[i];
        const cells_t cells = {.sample = predictions->sample[i],
                               .label = predictions->label[i],
                               .predicted = predictions->predicted[i],
                               .cross_entropy = outputs->cross_entropy,
                               .margin = outputs->margin,
                               .kl_int8 = outputs->kl[OUTPUTS_INT8],
                               .logit_error_int8 = outputs->logit_error[OUTPUTS_INT8],
                               .kl_fp32 = outputs->kl[OUTPUTS_FP32],
                               .logit_error_fp32 = outputs->logit_error[OUTPUTS_FP32],
                               .key = i == 0 ? signature : ""};
        rows_write(&writer, &cells);
    }
    return rows_commit(&writer);
}

outcome_t predictions_save(const char *stem, const char *key, const predictions_t *predictions)
{
    text_builder_t signature = {0};
    outcome_t result = sign(key, predictions, &signature);
    if (outcome_is_ok(&result))
        result = write_rows(stem, signature.chars, predictions);
    free(signature.chars);
    return result;
}

static double real_of(const rows_cell_t *cell)
{
    return cell->kind == ROWS_CELL_REAL ? cell->real : (double)NAN;
}

static bool take_row(const rows_table_t *table, size_t row, int least, int most, predictions_t *predictions)
{
    const rows_cell_t *cells = rows_cell(table, row, 0);
    const rows_cell_t *answer = &cells[PREDICTED];
    for (int i = SAMPLE; i <= PREDICTED; i++)
        if (cells[i].kind != ROWS_CELL_INTEGER)
            return false;
    if (cells[SAMPLE].integer != predictions->sample[row] || cells[LABEL].integer != predictions->label[row] ||
        answer->integer < least || answer->integer > most)
        return false;
    predictions->predicted[row] = (int)answer->integer;
    predictions->outputs[row] = (outputs_t){.cross_entropy = real_of(&cells[CROSS_ENTROPY]),
                                            .margin = real_of(&cells[MARGIN]),
                                            .kl[OUTPUTS_INT8] = real_of(&cells[KL_INT8]),
                                            .kl[OUTPUTS_FP32] = real_of(&cells[KL_FP32]),
                                            .logit_error[OUTPUTS_INT8] = real_of(&cells[ERROR_INT8]),
                                            .logit_error[OUTPUTS_FP32] = real_of(&cells[ERROR_FP32])};
    return true;
}

/* Take the rows and their key; false when they are not those that were saved under this key. */
static bool take_rows(const rows_table_t *table, int least, int most, predictions_t *predictions, text_builder_t *key)
{
    text_builder_t signature = {0};
    if (table->count == 0 || (int64_t)table->count != predictions->samples)
        return false;
    const char *signed_with = rows_cell(table, 0, KEY)->text, *end = NULL;
    for (const char *at = strstr(signed_with, answers_field); at != NULL; at = strstr(at + 1, answers_field))
        end = at;
    if (end == NULL)
        return false;
    text_append(key, "%.*s", (int)(end - signed_with), signed_with);
    for (size_t row = 0; row < table->count; row++)
        if (!take_row(table, row, least, most, predictions))
            return false;
    const outcome_t made = key->failed ? outcome_out_of_memory("predictions") : sign(key->chars, predictions, &signature);
    const bool same = outcome_is_ok(&made) && text_equal(signature.chars, signed_with);
    free(signature.chars);
    return same;
}

outcome_t predictions_read(const char *stem, int least, int most, predictions_t *predictions, text_builder_t *key,
                           bool *found)
{
    *found = false;
    const text_t path = text_of("%s.csv", stem);
    rows_table_t table;
    if (!file_exists(path.chars))
        return outcome_ok();
    outcome_t read = rows_read(&predictions_schema, path.chars, &table);
    if (!outcome_is_ok(&read)) /* damaged, or of an earlier version: the answers are computed again */
        return outcome_ok();
    *found = take_rows(&table, least, most, predictions, key);
    for (int64_t i = 0; i < predictions->samples && !*found; i++)
        predictions->outputs[i] = outputs_unknown(); /* a sample that is left out keeps them */
    rows_table_free(&table);
    return outcome_ok();
}

outcome_t predictions_load(const char *stem, const char *key, int least, int most, predictions_t *predictions, bool *found)
{
    text_builder_t stored = {0};
    outcome_t result = predictions_read(stem, least, most, predictions, &stored, found);
    if (*found && !text_equal(stored.chars, key)) {
        *found = false;
        for (int64_t i = 0; i < predictions->samples; i++)
            predictions->outputs[i] = outputs_unknown();
    }
    free(stored.chars);
    return result;
}

outcome_t predictions_check(const char *stem, text_builder_t *key, bool *whole)
{
    const text_t path = text_of("%s.csv", stem);
    predictions_t rows;
    rows_table_t table;
    *whole = false;
    outcome_t read = rows_read(&predictions_schema, path.chars, &table), result = outcome_ok();
    if (!outcome_is_ok(&read))
        return result;
    if (!outcome_bad(&result, predictions_create((int64_t)table.count, &rows))) {
        for (size_t i = 0; i < table.count; i++) {
            rows.sample[i] = rows_cell(&table, i, SAMPLE)->integer;
            rows.label[i] = (int32_t)rows_cell(&table, i, LABEL)->integer;
        }
        *whole = take_rows(&table, INT_MIN, INT_MAX, &rows, key);
        predictions_free(&rows);
    }
    rows_table_free(&table);
    return result;
}
