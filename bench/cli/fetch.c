/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `bbsbench fetch`: checkpoints and data sets into the cache, after saying what that takes. */
#include "cli/fetch.h"

#include "base/home.h"
#include "fetch/fetch.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { CATALOGUE_LIMIT = 16, WANTED_LIMIT = 64 };

static const option_t fetch_options[] = {
    {"net", "M...", NULL, "a network's checkpoint and vocabulary; may be repeated (default: everything)"},
    {"dataset", "M...", NULL, "a data set; may be repeated"},
    {"from", "FOLDER", NULL, "take files that are there already: verified, then linked or copied"},
    {"manifest", "M...", NULL, "another catalogue in place of the project's; may be repeated"},
    {"list", NULL, NULL, "say what there is, and what is here; fetch nothing"},
    {"yes", NULL, NULL, "do not ask"},
    {0},
};

static const char fetch_details[] =
    "The catalogues are models/checkpoints.csv and datasets/datasets.csv; files go to $BBS_HOME, or ~/.cache/bbsbench.\n"
    "Each is verified by its length and SHA-256. Where only the first digits of a hash are published, or none, the hash "
    "of\n"
    "the first download is kept in lock.csv there, and holds from then on. A download that was cut goes on where it "
    "stopped.\n"
    "ImageNet and GLUE have terms of their own and are brought by hand: --from FOLDER.";

static const char *const state_names[] = {
    [FETCH_HERE] = "here", [FETCH_TAKE] = "take", [FETCH_LOAD] = "download", [FETCH_ABSENT] = "bring it: --from"};

static text_t size_text(const catalogue_item_t *item)
{
    if (item->bytes > 0)
        return text_of("%.1f MB", (double)item->bytes / 1e6);
    return item->about > 0 ? text_of("about %.1f MB", (double)item->about / 1e6) : text_of("size not known");
}

static void print_plan(const fetch_plan_t *plan, bool details)
{
    for (size_t i = 0; i < plan->count; i++) {
        const catalogue_item_t *item = plan->steps[i].item;
        size_t known = strlen(item->sha256);
        printf("%-44s %-10s %18s  %s\n", item->name, item->owner, size_text(item).chars, state_names[plan->steps[i].state]);
        if (details)
            printf("    %s\n    sha256 %s%s, licence %s\n    %s\n", item->url[0] ? item->url : "no address",
                   item->sha256[0] ? item->sha256 : "not published", known > 0 && known < 64 ? "..." : "",
                   item->licence[0] ? item->licence : "not stated", item->source);
    }
    printf("to come: %.1f MB", (double)plan->bytes / 1e6);
    if (plan->unknown > 0)
        printf(" and %zu files of unknown size", plan->unknown);
    printf("\n");
}

/* The user's word, where there is someone to ask. */
static outcome_t ask(void)
{
    char answer[16] = "";
    if (!isatty(STDIN_FILENO))
        return outcome_usage("fetch", NULL, "no terminal to ask on", "--yes", NULL);
    printf("fetch these? [y/N] ");
    fflush(stdout);
    if (fgets(answer, sizeof answer, stdin) == NULL || (answer[0] != 'y' && answer[0] != 'Y'))
        return outcome_failed("fetch", NULL, "no", NULL, "nothing was fetched");
    return outcome_ok();
}

static outcome_t read_catalogues(const options_t *options, catalogue_t *catalogues, size_t *count)
{
    const char *const own[] = {catalogue_checkpoints, catalogue_datasets};
    size_t given = options_count(options, "manifest"), wanted = given > 0 ? given : sizeof own / sizeof own[0];
    outcome_t result = outcome_ok();
    if (given > CATALOGUE_LIMIT)
        return outcome_usage("fetch", "--manifest", text_of("%zu", given).chars, "at most 16", NULL);
    for (*count = 0; *count < wanted; ++*count) {
        text_t path = text_of("%s", given > 0 ? options_nth(options, "manifest", *count) : "");
        if ((given == 0 && outcome_bad(&result, home_path(own[*count], &path))) ||
            outcome_bad(&result, catalogue_read(path.chars, &catalogues[*count])))
            return result;
    }
    return result;
}

static outcome_t read_wanted(const options_t *options, const char **wanted, size_t *count)
{
    static const char *const kinds[] = {"net", "dataset"};
    *count = 0;
    for (size_t kind = 0; kind < sizeof kinds / sizeof kinds[0]; kind++)
        for (size_t i = 0; i < options_count(options, kinds[kind]); i++) {
            if (*count == WANTED_LIMIT)
                return outcome_usage("fetch", kinds[kind], "too many names", "at most 64", NULL);
            wanted[(*count)++] = options_nth(options, kinds[kind], i);
        }
    return outcome_ok();
}

static outcome_t fetch(const options_t *options, const fetch_plan_t *plan)
{
    outcome_t result = outcome_ok();
    print_plan(plan, options_flag(options, "list"));
    fflush(stdout);
    if (options_flag(options, "list") || outcome_bad(&result, fetch_check_disk(plan)) ||
        (plan->loads > 0 && !options_flag(options, "yes") && outcome_bad(&result, ask())))
        return result;
    return fetch_execute(plan, stdout);
}

static outcome_t run(const options_t *options)
{
    catalogue_t catalogues[CATALOGUE_LIMIT];
    const char *wanted[WANTED_LIMIT];
    fetch_request_t request = {.catalogues = catalogues, .wanted = wanted, .from = options_text(options, "from")};
    fetch_plan_t plan = {.steps = NULL};
    outcome_t result;
    if (outcome_bad(&result, read_catalogues(options, catalogues, &request.catalogue_count)) ||
        outcome_bad(&result, read_wanted(options, wanted, &request.wanted_count)) ||
        outcome_bad(&result, fetch_plan(&request, &plan)))
        goto out;
    result = fetch(options, &plan);

out:
    fetch_plan_free(&plan);
    for (size_t i = 0; i < request.catalogue_count; i++)
        catalogue_free(&catalogues[i]);
    return result;
}

const command_t command_fetch = {
    .name = "fetch",
    .summary = "bring the paper's checkpoints and data sets into the cache, verified",
    .operands = "",
    .options = fetch_options,
    .details = fetch_details,
    .run = run,
};
