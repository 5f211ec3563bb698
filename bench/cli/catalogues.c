/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/catalogues.h"

#include "base/home.h"

#include <stdio.h>
#include <unistd.h>

outcome_t catalogues_ask(const char *question, const char *refused)
{
    char answer[16] = "";
    if (!isatty(STDIN_FILENO))
        return outcome_usage("--yes", NULL, "no terminal to ask the user", "this option, or a terminal", NULL);
    printf("%s [y/N] ", question);
    fflush(stdout);
    if (fgets(answer, sizeof answer, stdin) == NULL || (answer[0] != 'y' && answer[0] != 'Y'))
        return outcome_failed(question, NULL, "no", NULL, refused);
    return outcome_ok();
}

const char *const catalogues_paper[] = {catalogue_checkpoints, catalogue_datasets, NULL};
const char *const catalogues_real[] = {catalogue_real, NULL};

outcome_t catalogues_read(const options_t *options, const char *const *own, catalogue_t *catalogues, size_t *count)
{
    size_t given = options_count(options, "manifest"), wanted = given;
    while (given == 0 && own[wanted] != NULL)
        wanted++;
    outcome_t result = outcome_ok();
    if (given > CATALOGUE_LIMIT)
        return outcome_usage("--manifest", NULL, text_of("%zu", given).chars, "at most 16", NULL);
    for (*count = 0; *count < wanted; ++*count) {
        text_t path = text_of("%s", given > 0 ? options_nth(options, "manifest", *count) : "");
        if ((given == 0 && outcome_bad(&result, home_path(own[*count], &path))) ||
            outcome_bad(&result, catalogue_read(path.chars, &catalogues[*count])))
            return result;
    }
    return result;
}
