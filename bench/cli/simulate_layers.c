/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/simulate_layers.h"

#include "base/file.h"
#include "base/outfile.h"
#include "cli/figure.h"
#include "measure/roofline.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

outcome_t simulate_layers_read(const options_t *options, simulate_plan_t *simulate, simulate_layers_t *layers)
{
    model_plan_t *plan = &simulate->plan;
    outcome_t result = outcome_ok();
    *layers = (simulate_layers_t){.printed = options_flag(options, "per-layer"), .plot = options_text(options, "plot")};
    layers->wanted = layers->printed || layers->plot != NULL;
    if (!layers->wanted)
        return result;
    if (plan->see != NULL)
        return outcome_usage("simulate", "--explain", "--per-layer or --plot as well", "one of them", NULL);
    if (layers->plot != NULL && !text_ends(layers->plot, ".svg") && !text_ends(layers->plot, ".png"))
        return outcome_usage("simulate", "--plot", layers->plot, "a file that ends in .svg or .png", NULL);
    if (layers->plot != NULL && (plan->network_count != 1 || plan->sweep_count > 0))
        return outcome_usage("simulate", "--plot", plan->sweep_count > 0 ? "a sweep" : "several networks",
                             "one network at one setting", NULL);
    plan->see = roofline_see;
    plan->seer = &layers->layers;
    return roofline_create(&layers->layers);
}

void simulate_layers_free(simulate_layers_t *layers)
{
    rows_table_free(&layers->layers);
}

/* ===  The figure  === */

static const char figure[] = "roofline";
static const char *const endings[] = {"csv", "svg", "png"};

static outcome_t copy_file(const char *from, const char *to)
{
    bytes_t bytes;
    outfile_t file = {.stream = NULL};
    outcome_t result;
    if (outcome_bad(&result, file_read(from, NULL, &bytes)))
        return result;
    if (!outcome_bad(&result, outfile_open(&file, to))) {
        fwrite(bytes.data, 1, bytes.size, file.stream);
        result = outfile_commit(&file);
    }
    file_free_bytes(&bytes);
    return result;
}

/* Rows and both forms of the figure are made in a folder of their own, so that nothing else is written beside the file. */
static outcome_t draw(const simulate_layers_t *layers)
{
    const char *temporary = getenv("TMPDIR");
    text_t folder = text_of("%s/bbsbench-XXXXXX", temporary != NULL && temporary[0] == '/' ? temporary : "/tmp");
    if (mkdtemp(folder.chars) == NULL)
        return outcome_failed(folder.chars, NULL, strerror(errno), "a folder that can be written", "set TMPDIR to one");
    outcome_t result;
    if (!outcome_bad(&result, rows_write_csv(&layers->layers, text_of("%s/%s.csv", folder.chars, figure).chars)) &&
        !outcome_bad(&result, figure_draw(figure, folder.chars)))
        result = copy_file(text_of("%s/%s%s", folder.chars, figure, strrchr(layers->plot, '.')).chars, layers->plot);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        unlink(text_of("%s/%s.%s", folder.chars, figure, endings[i]).chars);
    rmdir(folder.chars);
    return result;
}

outcome_t simulate_layers_show(const simulate_layers_t *layers)
{
    outcome_t result = outcome_ok();
    if (layers->printed)
        result = rows_print(&layers->layers, ROWS_FORMAT_TABLE, stdout);
    if (outcome_is_ok(&result) && layers->plot != NULL)
        result = draw(layers);
    return result;
}
