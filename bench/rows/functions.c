/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SQL functions: GSL's statistics over the values of a group, and numbers as texts for reading.
 *
 * An aggregate first collects its values. NULL and NaN are ignored. Values are sorted (for the bootstrap by `place`), so
 * the result does not depend on the order in which SQLite visits the rows. */
#include "rows/functions.h"

#include "base/number.h"
#include "rows/paired.h"
#include "rows/resampling.h"
#include "rows/statistics.h"

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics.h>
#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

/* ===  Values of a group  === */

typedef struct {
    double value, place;
} sample_t;

typedef struct {
    sample_t *samples;
    size_t count, capacity;
    double parameter; /* of the last row: a probability or a seed */
    bool out_of_memory;
} group_t;

static double real_of(sqlite3_value *value)
{
    return sqlite3_value_type(value) == SQLITE_NULL ? (double)NAN : sqlite3_value_double(value);
}

static void collect(sqlite3_context *context, int count, sqlite3_value **values)
{
    group_t *group = sqlite3_aggregate_context(context, sizeof *group);
    if (group == NULL || sqlite3_value_type(values[0]) == SQLITE_NULL)
        return;
    if (group->count == group->capacity) {
        size_t capacity = group->capacity ? 2 * group->capacity : 16;
        sample_t *grown = realloc(group->samples, capacity * sizeof *grown);
        group->out_of_memory = group->out_of_memory || grown == NULL;
        if (grown == NULL)
            return;
        group->samples = grown;
        group->capacity = capacity;
    }
    double value = sqlite3_value_double(values[0]);
    double place = count == 3 ? sqlite3_value_double(values[1]) : value;
    group->samples[group->count++] = (sample_t){value, place};
    group->parameter = count > 1 ? real_of(values[count - 1]) : 0;
}

static int by_place(const void *a, const void *b)
{
    const sample_t *left = a, *right = b;
    if (left->place != right->place)
        return left->place < right->place ? -1 : 1;
    return (left->value > right->value) - (left->value < right->value);
}

/* A statistic of values[count], count > 0. */
typedef double (*statistic_t)(const double *values, size_t count, double parameter);

static double end_of_interval(sqlite3_context *context, const double *values, size_t count, double seed, bool high);

/* `statistic` NULL: an end of the bootstrap's interval. */
static void conclude(sqlite3_context *context, statistic_t statistic, bool high)
{
    group_t *group = sqlite3_aggregate_context(context, 0);
    double *values = group != NULL && group->count > 0 ? malloc(group->count * sizeof *values) : NULL;
    if (group == NULL || group->count == 0) {
        sqlite3_result_null(context);
    } else if (values == NULL || group->out_of_memory) {
        sqlite3_result_error_nomem(context);
    } else {
        qsort(group->samples, group->count, sizeof *group->samples, by_place);
        for (size_t i = 0; i < group->count; i++)
            values[i] = group->samples[i].value;
        double result = statistic != NULL ? statistic(values, group->count, group->parameter)
                                          : end_of_interval(context, values, group->count, group->parameter, high);
        if (isnan(result))
            sqlite3_result_null(context);
        else
            sqlite3_result_double(context, result);
    }
    free(values);
    if (group != NULL)
        free(group->samples);
}

/* ===  Aggregates  === */

static double geomean(const double *values, size_t count, double unused)
{
    (void)unused;
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i] > 0 ? log(values[i]) : NAN;
    return exp(sum / (double)count);
}

static double quantile(const double *values, size_t count, double share)
{
    return share >= 0 && share <= 1 ? gsl_stats_quantile_from_sorted_data(values, 1, count, share) : (double)NAN;
}

static double median(const double *values, size_t count, double unused)
{
    (void)unused;
    return gsl_stats_median_from_sorted_data(values, 1, count);
}

/* Of a sample: divided by n - 1. */
static double deviation(const double *values, size_t count, double unused)
{
    (void)unused;
    return count > 1 ? gsl_stats_sd(values, 1, count) : (double)NAN;
}

/* Wilcoxon's p. */
static double wilcoxon_p(const double *values, size_t count, double unused)
{
    (void)unused;
    return statistics_wilcoxon(values, count);
}

/* SQLite needs one finishing function for each aggregate. */
#define AGGREGATE_END(statistic)                          \
    static void end_##statistic(sqlite3_context *context) \
    {                                                     \
        conclude(context, statistic, false);              \
    }
AGGREGATE_END(geomean)
AGGREGATE_END(median)
AGGREGATE_END(deviation)
AGGREGATE_END(quantile)
AGGREGATE_END(wilcoxon_p)

/* ===  The bootstrap  === */

/* The last interval: a query that asks for one end mostly asks for the other end next; and what was drawn, because groups
 * mostly have as many values as others. Owned by the connection. */
typedef struct {
    double *values;
    size_t count;
    double seed, low, high;
    resampling_t resampling;
} interval_t;

static void free_interval(void *interval)
{
    resampling_free(&((interval_t *)interval)->resampling);
    free(((interval_t *)interval)->values);
    free(interval);
}

static double end_of_interval(sqlite3_context *context, const double *values, size_t count, double seed, bool high)
{
    interval_t *last = sqlite3_user_data(context);
    if (!(seed >= 0 && seed <= UINT32_MAX))
        return NAN;
    if (last->values == NULL || last->count != count || last->seed != seed ||
        memcmp(last->values, values, count * sizeof *values) != 0) {
        double *kept = realloc(last->values, count * sizeof *kept);
        if (kept == NULL)
            return NAN;
        memcpy(kept, values, count * sizeof *kept);
        last->values = kept;
        last->count = count;
        last->seed = seed;
        resampling_mean(&last->resampling, values, count, (uint32_t)seed, &last->low, &last->high);
    }
    return high ? last->high : last->low;
}

static void end_bootstrap_low(sqlite3_context *context)
{
    conclude(context, NULL, false);
}

static void end_bootstrap_high(sqlite3_context *context)
{
    conclude(context, NULL, true);
}

/* ===  Scalars  === */

static bool any_null(int count, sqlite3_value **values)
{
    for (int i = 0; i < count; i++)
        if (sqlite3_value_type(values[i]) == SQLITE_NULL)
            return true;
    return false;
}

static void wilson(sqlite3_context *context, int count, sqlite3_value **values, bool high)
{
    double low_end, high_end;
    int64_t correct = sqlite3_value_int64(values[0]), samples = sqlite3_value_int64(values[1]);
    if (any_null(count, values) || samples <= 0 || correct < 0 || correct > samples) {
        sqlite3_result_null(context);
        return;
    }
    statistics_wilson(correct, samples, &low_end, &high_end);
    sqlite3_result_double(context, high ? high_end : low_end);
}

static void wilson_low(sqlite3_context *context, int count, sqlite3_value **values)
{
    wilson(context, count, values, false);
}

static void wilson_high(sqlite3_context *context, int count, sqlite3_value **values)
{
    wilson(context, count, values, true);
}

static void paired(sqlite3_context *context, int count, sqlite3_value **values, bool high)
{
    const flips_t flips = {sqlite3_value_int64(values[0]), sqlite3_value_int64(values[1])};
    const int64_t samples = sqlite3_value_int64(values[2]);
    if (any_null(count, values) || flips.right_to_wrong < 0 || flips.wrong_to_right < 0 || flips.right_to_wrong > samples ||
        flips.wrong_to_right > samples - flips.right_to_wrong || samples == 0) {
        sqlite3_result_null(context);
        return;
    }
    const paired_effect_t effect = paired_effect(flips, samples);
    sqlite3_result_double(context, high ? effect.high : effect.low);
}

static void paired_low(sqlite3_context *context, int count, sqlite3_value **values)
{
    paired(context, count, values, false);
}

static void paired_high(sqlite3_context *context, int count, sqlite3_value **values)
{
    paired(context, count, values, true);
}

static void mcnemar_p(sqlite3_context *context, int count, sqlite3_value **values)
{
    flips_t flips = {sqlite3_value_int64(values[0]), sqlite3_value_int64(values[1])};
    bool counts = flips.right_to_wrong >= 0 && flips.right_to_wrong <= INT32_MAX && flips.wrong_to_right >= 0 &&
                  flips.wrong_to_right <= INT32_MAX;
    if (any_null(count, values) || !counts)
        sqlite3_result_null(context);
    else
        sqlite3_result_double(context, statistics_mcnemar(flips));
}

/* ===  Texts for reading  === */

static void give(sqlite3_context *context, const char *text)
{
    sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
}

static int decimals_of(sqlite3_value *value)
{
    int decimals = sqlite3_value_int(value);
    return decimals < 0 ? 0 : decimals > 12 ? 12 : decimals;
}

static void fixed(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    give(context, number_fixed(real_of(values[0]), decimals_of(values[1])).chars);
}

static void with_sign(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    give(context, number_signed(real_of(values[0]), decimals_of(values[1])).chars);
}

static void grouped(sqlite3_context *context, int count, sqlite3_value **values)
{
    give(context,
         any_null(count, values) ? number_fixed(NAN, 0).chars : number_integer(sqlite3_value_int64(values[0])).chars);
}

static void energy(sqlite3_context *context, int count, sqlite3_value **values)
{
    give(context,
         any_null(count, values) ? number_fixed(NAN, 0).chars : number_energy(sqlite3_value_double(values[0])).chars);
}

static void probability(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    give(context, number_probability(real_of(values[0])).chars);
}

/* ===  The table  === */

static const struct {
    const char *name;
    int arguments;
    void (*scalar)(sqlite3_context *, int, sqlite3_value **); /* NULL: an aggregate */
    void (*end)(sqlite3_context *);
} functions[] = {
    {"geomean", 1, NULL, end_geomean},
    {"median", 1, NULL, end_median},
    {"deviation", 1, NULL, end_deviation},
    {"quantile", 2, NULL, end_quantile},
    {"wilcoxon_p", 1, NULL, end_wilcoxon_p},
    {"bootstrap_low", 3, NULL, end_bootstrap_low},
    {"bootstrap_high", 3, NULL, end_bootstrap_high},
    {"wilson_low", 2, wilson_low, NULL},
    {"wilson_high", 2, wilson_high, NULL},
    {"paired_low", 3, paired_low, NULL},
    {"paired_high", 3, paired_high, NULL},
    {"mcnemar_p", 2, mcnemar_p, NULL},
    {"fixed", 2, fixed, NULL},
    {"signed", 2, with_sign, NULL},
    {"grouped", 1, grouped, NULL},
    {"energy", 1, energy, NULL},
    {"probability", 1, probability, NULL},
};

/* The last function is the one with which the connection frees the interval, also when it cannot be registered. */
bool rows_functions_register(sqlite3 *connection)
{
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    const size_t last = sizeof functions / sizeof *functions - 1;
    interval_t *interval = calloc(1, sizeof *interval);
    if (interval == NULL)
        return false;
    for (size_t i = 0; i <= last; i++) {
        const bool scalar = functions[i].scalar != NULL;
        int code = sqlite3_create_function_v2(connection, functions[i].name, functions[i].arguments, flags, interval,
                                              functions[i].scalar, scalar ? NULL : collect, functions[i].end,
                                              i == last ? free_interval : NULL);
        if (code != SQLITE_OK && i < last)
            free_interval(interval);
        if (code != SQLITE_OK)
            return false;
    }
    return true;
}
