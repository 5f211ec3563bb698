/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `bbsbench bisect`: the commit at which a number changed. git bisect chooses the commits; at each one git runs this
 * command again with --step, which builds, measures, and ends with 0 (as at GOOD), 1 (not so) or 125 (cannot be told). */
#include "cli/bisect.h"

#include "base/file.h"
#include "base/home.h"
#include "base/text.h"
#include "cli/method_options.h"
#include "track/checkout.h"

#include <stdio.h>
#include <stdlib.h>

enum { CANNOT_TELL = 125 }; /* for git bisect run */

typedef struct {
    checkout_t checkout;
    checkout_number_t number;
    text_t tree;
} search_t;

static outcome_t read_options(const options_t *options, search_t *search)
{
    const char *repository = options_text(options, "repository"), *work = options_text(options, "work");
    text_t place;
    outcome_t result;
    search->number.metric = options_text(options, "metric");
    if (outcome_bad(&result, options_required(options, "net", &search->number.net)) ||
        outcome_bad(&result, options_required(options, "method", &search->number.method)) ||
        outcome_bad(&result, options_integer(options, "samples", 0, INT64_MAX, &search->number.images)) ||
        outcome_bad(&result, method_options_jobs(options, &search->checkout.jobs)))
        return result;
    if (repository != NULL)
        place = text_of("%s", repository);
    else if (outcome_bad(&result, home_folder(&place)))
        return result;
    if (outcome_bad(&result, file_absolute(place.chars, &search->checkout.repository)))
        return result;
    place = work != NULL ? text_of("%s", work) : text_of("%s/build/bisect", search->checkout.repository.chars);
    if (outcome_bad(&result, file_absolute(place.chars, &search->checkout.work)))
        return result;
    search->tree = text_of("%s/tree", search->checkout.work.chars);
    return result;
}

/* ===  A step  === */

static outcome_t take_step(const search_t *search, const char *good)
{
    text_t value;
    outcome_t result = checkout_measure(&search->checkout, &search->number, &value);
    if (!outcome_is_ok(&result)) {
        fprintf(stderr, "cannot tell: %s\n", outcome_text(&result));
        fflush(stdout);
        exit(CANNOT_TELL);
    }
    fprintf(stderr, "%s %s %s: %s\n", search->number.net, search->number.method, search->number.metric, value.chars);
    if (text_equal(value.chars, good))
        return result;
    return outcome_failed("bisect", search->number.metric, value.chars, good, NULL);
}

/* ===  The search  === */

static outcome_t measure_at(const search_t *search, const char *commit, text_t *value)
{
    outcome_t result = checkout_open(&search->checkout, commit);
    if (outcome_is_ok(&result))
        result = checkout_measure(&search->checkout, &search->number, value);
    if (outcome_is_ok(&result)) {
        printf("%s: %s %s\n", commit, search->number.metric, value->chars);
        fflush(stdout);
    }
    return result;
}

static outcome_t search_between(const search_t *search, const char *good, const char *bad, const char *value)
{
    const checkout_t *checkout = &search->checkout;
    const checkout_number_t *number = &search->number;
    const text_t method = text_of("--method=%s", number->method), metric = text_of("--metric=%s", number->metric);
    const text_t images = text_of("--samples=%lld", (long long)number->images), jobs = text_of("--jobs=%d", checkout->jobs);
    const text_t work = text_of("--work=%s", checkout->work.chars), wanted = text_of("--step=%s", value);
    const text_t repository = text_of("--repository=%s", checkout->repository.chars);
    char *program = realpath("/proc/self/exe", NULL);
    outcome_t result;
    if (program == NULL)
        return outcome_out_of_memory("bisect");
    const char *const start[] = {"bisect", "start", bad, good, "--", NULL};
    const char *const step[] = {"bisect",     "run",        program,      "bisect",   "--net",    number->net,
                                method.chars, metric.chars, images.chars, jobs.chars, work.chars, repository.chars,
                                wanted.chars, good,         bad,          NULL};
    if (!outcome_bad(&result, checkout_git(search->tree.chars, start)))
        result = checkout_git(search->tree.chars, step);
    free(program);
    return result;
}

static outcome_t tell(const search_t *search, const char *value)
{
    text_t first, words;
    text_t now;
    outcome_t result =
        checkout_ask(search->tree.chars, (const char *const[]){"rev-parse", "--verify", "refs/bisect/bad", NULL}, &first);
    if (!outcome_is_ok(&result) ||
        outcome_bad(&result, checkout_ask(search->tree.chars,
                                          (const char *const[]){"log", "-1", "--format=%h %ad %an: %s", "--date=short",
                                                                first.chars, NULL},
                                          &words)) ||
        outcome_bad(&result, checkout_open(&search->checkout, first.chars)) ||
        outcome_bad(&result, checkout_measure(&search->checkout, &search->number, &now)))
        return result;
    printf("first commit at which it is not so: %s\n%s %s %s: %s → %s\n", words.chars, search->number.net,
           search->number.method, search->number.metric, value, now.chars);
    return result;
}

static outcome_t find_change(const search_t *search, const char *good, const char *bad)
{
    text_t before, after;
    outcome_t result = measure_at(search, good, &before);
    if (!outcome_is_ok(&result) || outcome_bad(&result, measure_at(search, bad, &after)))
        return result;
    if (text_equal(before.chars, after.chars))
        return outcome_failed("bisect", search->number.metric, text_of("%s at both", before.chars).chars,
                              "two values between which it changed", "name another GOOD or BAD");
    if (!outcome_bad(&result, search_between(search, good, bad, before.chars)))
        result = tell(search, before.chars);
    return result;
}

static outcome_t run(const options_t *options)
{
    search_t search;
    const char *step = options_text(options, "step");
    outcome_t result = read_options(options, &search);
    if (!outcome_is_ok(&result))
        return result;
    if (step != NULL)
        return take_step(&search, step);
    result = find_change(&search, options_operand(options, 0), options_operand(options, 1));
    outcome_t closed =
        file_exists(text_of("%s/.git", search.tree.chars).chars) ? checkout_close(&search.checkout) : outcome_ok();
    return outcome_is_ok(&result) ? closed : result;
}

static const option_t option_table[] = {
    {"net", "NAME", option_required, "the network"},
    {"method", "SPEC", option_required, "the method"},
    {"metric", "COLUMN", "correct", "the column of accuracy.csv that changed (docs/rows.md)"},
    {"samples", "N", "500", "samples to measure on; 0: all"},
    JOBS_OPTION,
    {"work", "FOLDER", NULL, "worktree and kept builds (default: build/bisect)"},
    {"repository", "FOLDER", NULL, "the repository (default: that of this program)"},
    {"step", "VALUE", NULL,
     "used by git at each commit: end with 0 where the number is VALUE, 1 where not, 125 where unknown"},
    {NULL, NULL, NULL, NULL},
};

const command_t command_bisect = {
    .name = "bisect",
    .summary = "find the commit at which a number of accuracy changed, by git bisect",
    .operands = "GOOD BAD",
    .operands_least = 2,
    .operands_most = 2,
    .options = option_table,
    .details =
        "GOOD and BAD are commits. The number is measured at both, then at the commits that git bisect chooses, until the first\n"
        "one is found at which it is not as at GOOD. Each commit is built once and kept below --work; the worktree there is\n"
        "removed at the end. Commits that cannot be built are skipped.",
    .examples = "# the commit at which right answers changed\n"
                "bbsbench bisect --net resnet34 --method bbs-mod v0.1 HEAD\n"
                "# on fewer samples\n"
                "bbsbench bisect --net resnet34 --method bbs-mod --samples 100 v0.1 HEAD",
    .run = run};
