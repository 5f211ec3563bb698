/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/dataset.h"

#include "base/home.h"
#include "base/registry.h"
#include "base/text.h"
#include "data/cifar.h"
#include "data/fashion.h"
#include "data/glue.h"
#include "data/glyphs.h"
#include "data/intents.h"
#include "data/omniglot.h"
#include "data/photos.h"
#include "data/reviews.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <gsl/gsl_randist.h> /* gsl_ran_shuffle */
#include <gsl/gsl_rng.h>

const dataset_kind_t *const dataset_registry[] = {
    &dataset_cifar10,
    &dataset_fashion_mnist,
    &dataset_glue_mrpc,
    &dataset_glue_sst2,
    &dataset_glyphs,
    &dataset_imagenet,
    &dataset_intents,
    &dataset_omniglot,
    &dataset_reviews_mrpc,
    &dataset_reviews_sst2,
    NULL,
};

static outcome_t take_default(dataset_t *dataset)
{
    const char *path = dataset->kind->default_path;
    dataset->default_path = text_of("%s", path);
    dataset->request.path = dataset->default_path.chars;
    return path[0] == '/' ? outcome_ok() : home_path(path, &dataset->default_path);
}

static const registry_t kinds = {.where = "data set",
                                 .what = "data set",
                                 .tables = {dataset_registry},
                                 .todo = "use --size compact, whose data Debian packages"};

outcome_t dataset_open(const char *name, const dataset_request_t *request, dataset_t *dataset)
{
    *dataset = (dataset_t){.request = *request};
    outcome_t result = registry_find(&kinds, name, &dataset->kind);
    if (!outcome_is_ok(&result))
        return result;
    const dataset_kind_t *kind = dataset->kind;
    if (request->path == NULL && kind->default_path == NULL)
        return outcome_missing(name, "data set", "no path given", kind->title, "give its path with --data");
    if (request->training && !kind->has_training)
        return outcome_missing(name, "training part", "not in this version", kind->title,
                               "give the path of training samples with --data");
    if (request->path != NULL || !outcome_bad(&result, take_default(dataset)))
        result = kind->open(&dataset->request, dataset);
    if (!outcome_is_ok(&result))
        dataset_close(dataset);
    return result;
}

void dataset_close(dataset_t *dataset)
{
    if (dataset->close != NULL)
        dataset->close(dataset);
    free(dataset->notes.chars);
    *dataset = (dataset_t){0};
}

void dataset_note(dataset_t *dataset, const char *format, ...)
{
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    text_append(&dataset->notes, "%s\n", line);
}

outcome_t dataset_read(const dataset_t *dataset, int64_t sample, float *values)
{
    return dataset->read(dataset, sample, values);
}

text_t dataset_name_of(const dataset_t *dataset, int64_t sample)
{
    return dataset->name_of != NULL ? dataset->name_of(dataset, sample) : text_of("sample %lld", (long long)sample);
}

int64_t dataset_whole(const char *name)
{
    const dataset_kind_t *kind = registry_look_up(&kinds, name);
    return kind != NULL ? kind->whole : 0;
}

/* ===  Subsets  === */

static int ascending(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* The classes in the order of their first sample; returns how many there are. */
static int64_t order_classes(const dataset_t *dataset, const int64_t *shuffled, int64_t *next, int64_t *order)
{
    int64_t count = 0;
    for (int64_t i = 0; i < dataset->samples; i++)
        if (next[dataset->labels[shuffled[i]]]++ == 0)
            order[count++] = dataset->labels[shuffled[i]];
    for (int64_t i = 0; i < count; i++)
        next[order[i]] = 0;
    return count;
}

/* Deal the shuffled samples class by class, one per turn, until `count` samples are dealt. */
static void deal(const dataset_t *dataset, const int64_t *shuffled, int64_t *next, int64_t *order, int64_t count,
                 int64_t *list)
{
    int64_t classes = order_classes(dataset, shuffled, next, order);
    for (int64_t dealt = 0; dealt < count;)
        for (int64_t turn = 0; turn < classes && dealt < count; turn++) {
            int64_t label = order[turn];
            while (next[label] < dataset->samples && dataset->labels[shuffled[next[label]]] != label)
                next[label]++;
            if (next[label] < dataset->samples)
                list[dealt++] = shuffled[next[label]++];
        }
    qsort(list, (size_t)count, sizeof *list, ascending);
}

outcome_t dataset_subset(const dataset_t *dataset, int64_t count, int64_t *list)
{
    enum { SEED = 1 };
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    int64_t *shuffled = malloc((size_t)dataset->samples * sizeof *shuffled);
    int64_t *next = calloc((size_t)dataset->classes, sizeof *next);
    int64_t *order = calloc((size_t)dataset->classes, sizeof *order);
    outcome_t result = outcome_ok();
    if (random == NULL || shuffled == NULL || next == NULL || order == NULL) {
        result = outcome_out_of_memory(dataset->kind->name);
    } else {
        for (int64_t i = 0; i < dataset->samples; i++)
            shuffled[i] = i;
        gsl_rng_set(random, SEED);
        gsl_ran_shuffle(random, shuffled, (size_t)dataset->samples, sizeof *shuffled);
        deal(dataset, shuffled, next, order, count, list);
    }
    if (random != NULL)
        gsl_rng_free(random);
    free(shuffled);
    free(next);
    free(order);
    return result;
}
