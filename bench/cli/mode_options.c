/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/mode_options.h"

#include "base/text.h"
#include "experiments/accuracy_runs.h"

outcome_t mode_options_choose(const options_t *options, const char *command, const run_mode_t **mode)
{
    static const char *const names[] = {"smoke", "full", "real"};
    const char *chosen = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!options_flag(options, names[i]))
            continue;
        if (chosen != NULL)
            return outcome_usage(command, text_of("--%s --%s", chosen, names[i]).chars, "two modes", "one", NULL);
        chosen = names[i];
    }
    return run_mode_find(chosen != NULL ? chosen : "compact", mode);
}

outcome_t mode_options_read(const options_t *options, const choice_request_t *chosen, const run_mode_t *mode,
                            mode_options_t *read)
{
    *read = (mode_options_t){.request = {.catalogues = read->internal_catalogues,
                                         .nets = chosen->nets,
                                         .from = options_text(options, "from"),
                                         .data = read->internal_data,
                                         .calibration = read->internal_calibration,
                                         .methods = chosen->methods,
                                         .method_count = chosen->method_count,
                                         .images = mode->images,
                                         .mode_methods = accuracy_runs_methods(mode),
                                         .kernels = options_text(options, "kernels"),
                                         .skip_bad = options_flag(options, "skip-bad"),
                                         .offline = options_flag(options, "offline")}};
    full_request_t *request = &read->request;
    outcome_t result;
    if (outcome_bad(&result, options_list(options, "data", read->internal_data, MATERIAL_NETS, &request->data_count)) ||
        outcome_bad(&result, options_list(options, "calibration", read->internal_calibration, MATERIAL_NETS,
                                          &request->calibration_count)))
        return result;
    return catalogues_read(options, mode->evaluations != NULL ? catalogues_real : catalogues_paper,
                           read->internal_catalogues, &request->catalogue_count);
}

void mode_options_free(mode_options_t *read)
{
    for (size_t i = 0; i < read->request.catalogue_count; i++)
        catalogue_free(&read->internal_catalogues[i]);
    read->request.catalogue_count = 0;
}
