/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "track/verdict.h"

#include "base/number.h"
#include "rows/holm.h"
#include "rows/paired.h"

#include <math.h>
#include <stdlib.h>

const char *const fail_on_names[] = {"never", "moved", "significant", "worse", NULL};

const char *change_name(change_t change)
{
    static const char *const names[CHANGE_COUNT] = {
        [CHANGE_NONE] = "same",   [CHANGE_NOISE] = "within noise", [CHANGE_MOVED] = "moved", [CHANGE_BETTER] = "better",
        [CHANGE_WORSE] = "worse", [CHANGE_OTHER] = "changed",      [CHANGE_NEW] = "new",     [CHANGE_MISSING] = "missing"};
    return names[change];
}

/* ===  Words  === */

/* "p = 0.250" or "p < 0.001", and the corrected one where only that is not below the level. */
static text_t words_of_p(const comparison_row_t *row)
{
    const text_t p = number_probability(row->p), corrected = number_probability(row->corrected);
    const text_t words = text_of("p %s%s", p.chars[0] == '<' ? "" : "= ", p.chars);
    if (row->p >= VERDICT_LEVEL || row->corrected < VERDICT_LEVEL)
        return words;
    return text_of("%s (%s corrected for all tests)", words.chars, corrected.chars);
}

static text_t words_of_answers(const comparison_row_t *row)
{
    const text_t samples = number_integer(row->samples);
    if (row->change == CHANGE_NONE)
        return text_of("same");
    if (row->change == CHANGE_NOISE)
        return text_of("within noise: %s of %s answers", number_integer(row->changed).chars, samples.chars);
    if (row->change == CHANGE_MOVED)
        return text_of("moved: %s of %s answers, %s", number_integer(row->changed).chars, samples.chars,
                       words_of_p(row).chars);
    return text_of("%s: %s lost and %s gained of %s answers, %s", change_name(row->change), number_integer(row->lost).chars,
                   number_integer(row->gained).chars, samples.chars, words_of_p(row).chars);
}

static text_t words_of_statistic(const comparison_row_t *row)
{
    if (row->change == CHANGE_NONE)
        return text_of("same");
    return text_of("%s: in %s of %s samples, %s", change_name(row->change), number_integer(row->changed).chars,
                   number_integer(row->samples).chars, words_of_p(row).chars);
}

/* ===  Changes  === */

static change_t change_of_test(const comparison_row_t *row)
{
    if (row->changed == 0)
        return CHANGE_NONE;
    if (row->corrected < VERDICT_LEVEL)
        return row->direction > 0 ? CHANGE_BETTER : row->direction < 0 ? CHANGE_WORSE : CHANGE_OTHER;
    return row->changed <= row->noise ? CHANGE_NOISE : CHANGE_MOVED;
}

static double detectable(const comparison_row_t *row, size_t tests)
{
    double low, high;
    statistics_wilson(row->lost + row->gained, row->samples, &low, &high);
    return 100 * paired_detectable(row->samples, high, VERDICT_LEVEL / (double)tests, VERDICT_POWER);
}

static outcome_t judge(comparison_row_t *row, size_t tests)
{
    text_t words;
    if (!isnan(row->p))
        row->change = change_of_test(row);
    if (row->lost != ROWS_UNKNOWN) {
        row->detectable = detectable(row, tests);
        words = words_of_answers(row);
    } else if (!isnan(row->p)) {
        words = words_of_statistic(row);
    } else if (row->change == CHANGE_MOVED) {
        words = text_of("moved: no answers to the same samples, so no test");
    } else {
        words = text_of("%s", change_name(row->change));
    }
    row->verdict = text_copy(words.chars);
    return row->verdict != NULL ? outcome_ok() : outcome_out_of_memory("comparison");
}

outcome_t verdict_all(comparison_t *comparison)
{
    double *p = calloc(2 * comparison->count + 1, sizeof *p), *corrected = p != NULL ? p + comparison->count : NULL;
    if (p == NULL)
        return outcome_out_of_memory("comparison");
    for (size_t i = 0; i < comparison->count; i++) {
        p[i] = comparison->rows[i].p;
        comparison->tests += isnan(p[i]) ? 0 : 1;
    }
    outcome_t result = holm_correct(p, comparison->count, corrected);
    for (size_t i = 0; i < comparison->count && outcome_is_ok(&result); i++) {
        comparison->rows[i].corrected = corrected[i];
        result = judge(&comparison->rows[i], comparison->tests);
    }
    free(p);
    return result;
}

/* ===  Failing  === */

bool comparison_row_fails(const comparison_row_t *row, fail_on_t rule)
{
    const bool moved = row->change != CHANGE_NONE && row->change != CHANGE_NOISE;
    switch (rule) {
    case FAIL_NEVER:
        return false;
    case FAIL_MOVED:
        return moved;
    case FAIL_SIGNIFICANT:
        return moved && row->change != CHANGE_MOVED && row->change != CHANGE_NEW;
    case FAIL_WORSE:
        break;
    }
    return row->change == CHANGE_WORSE || row->change == CHANGE_MISSING;
}

size_t comparison_failures(const comparison_t *comparison, fail_on_t rule)
{
    size_t failures = 0;
    for (size_t i = 0; i < comparison->count; i++)
        failures += comparison_row_fails(&comparison->rows[i], rule);
    return failures;
}
