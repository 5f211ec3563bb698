/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/unit_model.h"

#include "base/text.h"
#include "cli/simulate.h"

/* Options that say where rows go, or what else is printed. */
static outcome_t check(const char *where, const options_t *options)
{
    static const char *const refused[] = {"out", "format", "json", "explain", "per-layer", "plot", "dump-config", "jobs"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (options_given(options, refused[i]))
            return outcome_usage(where, text_of("--%s", refused[i]).chars, "in a part of the work",
                                 "options that change the rows", "give it to bbsbench simulate itself");
    return outcome_ok();
}

outcome_t unit_model_open(const char *where, const char *command, int jobs, unit_model_t *open)
{
    bool help = false;
    outcome_t result;
    *open = (unit_model_t){.internal_read = false};
    if (outcome_bad(&result, command_words_split(where, command, &open->internal_words)))
        return result;
    if (open->internal_words.count == 0 || !text_equal(open->internal_words.words[0], command_simulate.name))
        return outcome_failed(where, "command", command, "a command bbsbench simulate",
                              "make the plan again: bbsbench plan");
    if (outcome_bad(&result, options_parse(&command_simulate, (int)open->internal_words.count, open->internal_words.words,
                                           &help, &open->internal_options)))
        return result;
    if (help)
        return outcome_usage(where, "--help", "in a part of the work", "options that change the rows", NULL);
    if (outcome_bad(&result, check(where, open->internal_options)))
        return result;
    open->internal_read = true;
    result = simulate_plan_read(open->internal_options, &open->simulate);
    open->simulate.plan.threads = jobs;
    return result;
}

void unit_model_close(unit_model_t *open)
{
    if (open->internal_read)
        simulate_plan_free(&open->simulate);
    options_free(open->internal_options);
    command_words_free(&open->internal_words);
    open->internal_options = NULL;
    open->internal_read = false;
}
