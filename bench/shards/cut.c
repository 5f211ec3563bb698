/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shards/cut.h"

#include "measure/outputs.h"

#include <math.h>
#include <stdlib.h>

static bool is_reference(const char *method)
{
    for (int i = 0; i < OUTPUTS_REFERENCES; i++)
        if (text_equal(method, outputs_references[i]))
            return true;
    return false;
}

static size_t references_of(const evaluation_t *evaluation)
{
    size_t count = 0;
    for (size_t i = 0; i < evaluation->method_count; i++)
        count += is_reference(evaluation->methods[i]);
    return count;
}

/* Units of each range: one of the references, and one of each other method. */
static size_t units_of_range(const evaluation_t *evaluation)
{
    const size_t references = references_of(evaluation);
    return evaluation->method_count - references + (references > 0);
}

/* The processor time that a unit of a method should take. */
static double wanted_seconds(const evaluation_t *evaluations, size_t count, size_t index, const cut_t *cut)
{
    double all = 0;
    if (cut->units > 0) {
        for (size_t i = 0; i < count; i++)
            all += (double)units_of_range(&evaluations[i]) * (double)evaluations[i].samples * evaluations[i].sample_seconds;
        return all / (double)cut->units;
    }
    return cut->seconds > 0 ? cut->seconds : evaluations[index].fixed_seconds * 100.0 / CUT_OVERHEAD_PERCENT;
}

int64_t cut_parts(const evaluation_t *evaluations, size_t count, size_t index, const cut_t *cut)
{
    const evaluation_t *evaluation = &evaluations[index];
    const double wanted = wanted_seconds(evaluations, count, index, cut);
    const double all = (double)evaluation->samples * evaluation->sample_seconds;
    const double parts = wanted > 0 ? all / wanted : 1;
    /* With a number of units in mind the nearest, else no unit smaller than wanted. */
    const double whole = cut->units > 0 ? round(parts) : floor(parts);
    if (!(whole >= 1))
        return 1;
    return whole < (double)evaluation->samples ? (int64_t)whole : evaluation->samples;
}

/* Part `part` of `parts` of an evaluation, under `methods` methods. */
static unit_t unit_of(const evaluation_t *evaluation, int64_t part, int64_t parts, size_t methods)
{
    const int64_t first = evaluation->samples * part / parts, next = evaluation->samples * (part + 1) / parts;
    return (unit_t){.rows = evaluation->rows,
                    .net = evaluation->net,
                    .size = evaluation->size,
                    .data = evaluation->data,
                    .first = first,
                    .count = next - first,
                    .samples = evaluation->samples,
                    .answer_seconds = (double)methods * (double)(next - first) * evaluation->sample_seconds,
                    .fixed_seconds = evaluation->fixed_seconds,
                    .command = evaluation->command};
}

typedef struct {
    unit_t *units;
    text_t *references; /* names of each evaluation's */
    size_t count;
} list_t;

static void add_unit(list_t *list, unit_t unit, int64_t wave, size_t evaluation, const char *methods)
{
    unit.methods = methods;
    unit.wave = wave;
    unit.evaluation = (int64_t)evaluation + 1;
    unit.unit = (int64_t)list->count + 1;
    list->units[list->count++] = unit;
}

/* "fp32 int8", in the order of the evaluation. */
static text_t reference_names(const evaluation_t *evaluation)
{
    text_t names = text_of("%s", "");
    for (size_t i = 0; i < evaluation->method_count; i++)
        if (is_reference(evaluation->methods[i]))
            names = text_of("%s%s%s", names.chars, names.chars[0] != '\0' ? " " : "", evaluation->methods[i]);
    return names;
}

static void add_range(list_t *list, const evaluation_t *evaluation, size_t index, int64_t part, int64_t parts, int wave)
{
    const size_t references = references_of(evaluation);
    if (wave == 1) {
        if (references > 0)
            add_unit(list, unit_of(evaluation, part, parts, references), wave, index, list->references[index].chars);
        return;
    }
    for (size_t i = 0; i < evaluation->method_count; i++)
        if (!is_reference(evaluation->methods[i]))
            add_unit(list, unit_of(evaluation, part, parts, 1), wave, index, evaluation->methods[i]);
}

outcome_t cut_units(const evaluation_t *evaluations, size_t count, const cut_t *cut, unit_t **units, size_t *unit_count,
                    text_t **texts)
{
    size_t most = 0;
    for (size_t i = 0; i < count; i++)
        most += (size_t)cut_parts(evaluations, count, i, cut) * units_of_range(&evaluations[i]);
    list_t list = {.units = calloc(most + 1, sizeof *list.units), .references = calloc(count + 1, sizeof *list.references)};
    *units = list.units;
    *texts = list.references;
    *unit_count = 0;
    if (list.units == NULL || list.references == NULL)
        return outcome_out_of_memory("plan");
    for (size_t i = 0; i < count; i++)
        list.references[i] = reference_names(&evaluations[i]);
    for (int wave = 1; wave <= 2; wave++)
        for (size_t i = 0; i < count; i++) {
            const int64_t parts = cut_parts(evaluations, count, i, cut);
            for (int64_t part = 0; part < parts; part++)
                add_range(&list, &evaluations[i], i, part, parts, wave);
        }
    *unit_count = list.count;
    return outcome_ok();
}
