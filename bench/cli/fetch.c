/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `bbsbench fetch`: fetch checkpoints and data sets into the cache, after announcing their sizes. */
#include "cli/fetch.h"

#include "cli/catalogues.h"
#include "fetch/fetch.h"

#include <stdio.h>

enum { WANTED_LIMIT = 64 };

static const option_t fetch_options[] = {
    {"net", "M...", NULL, "a network's checkpoint and vocabulary; may be repeated (default: everything)"},
    {"dataset", "M...", NULL, "a data set; may be repeated"},
    {"from", "FOLDER", NULL, "take files from this folder: verified, then linked or copied"},
    {"manifest", "M...", NULL, "catalogue to use in place of the project's; may be repeated"},
    {"list", NULL, NULL, "list all files, and which of them are here; fetch nothing"},
    {"yes", NULL, NULL, "do not ask"},
    {0},
};

static const char fetch_details[] =
    "The catalogues are models/checkpoints.csv and datasets/datasets.csv; files go to $BBS_HOME, or ~/.cache/bbsbench.\n"
    "Each file is verified by its length and SHA-256. A file whose whole hash is not published is \"not pinned\": nobody can\n"
    "tell whether it is the right one; what came is noted in not-pinned.csv in the cache, so that later damage is found. An\n"
    "interrupted download of a pinned file continues where it stopped. One fetch works on the cache at a time.\n"
    "ImageNet and GLUE have terms of their own: download them yourself, then --from FOLDER. The files of `run --real` and of\n"
    "language models have catalogues of their own: --manifest models/real.files.csv, --manifest models/language.csv.";

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
    fetch_print(plan, options_flag(options, "list"), stdout);
    fflush(stdout);
    if (options_flag(options, "list") || outcome_bad(&result, fetch_check_disk(plan)) ||
        (plan->loads > 0 && !options_flag(options, "yes") &&
         outcome_bad(&result, catalogues_ask("fetch these?", "nothing was fetched"))))
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
    if (outcome_bad(&result, catalogues_read(options, catalogues_paper, catalogues, &request.catalogue_count)) ||
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
    .summary = "bring the paper's checkpoints and data sets into the cache, verified where a hash is published",
    .operands = "",
    .options = fetch_options,
    .details = fetch_details,
    .examples = "# what the catalogues hold, and what of it is here\n"
                "bbsbench fetch --list\n"
                "# one checkpoint and its data set, from files that you have, without asking\n"
                "bbsbench fetch --net resnet34 --dataset imagenet --from downloads --yes",
    .run = run,
};
