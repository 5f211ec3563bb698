/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/mode.h"

#include "base/registry.h"
#include "base/text.h"

#include <stddef.h>

/* An answer of a compact CNN takes 0.4 ms, one of the wide compact ViT 8 ms: where all of the test set fits, all is taken.
 */
static const mode_images_t whole_glyphs[] = {{"glyphs", 8000}, {NULL, 0}};

static const run_mode_t smoke = {
    .name = "smoke",
    .title = "SMOKE RUN: a subset of the samples, on stand-in networks",
    .meaning =
        "A quick check that everything works, on a fixed, balanced list of few test samples: intervals are wide. Accuracies "
        "are of compact networks that stand in for the paper's. They say nothing about the paper's networks.",
    .size = "compact",
    .images = 512,
    .brief = true,
};

static const run_mode_t compact = {
    .name = "compact",
    .title = "DEFAULT RUN: 2,000 test samples per network, 8,000 for CNNs, on stand-in networks",
    .meaning =
        "Accuracies are of compact networks that this project trained and ships. They say something about the compression "
        "methods, nothing about the paper's accuracies.",
    .size = "compact",
    .images = 2000,
    .images_of = whole_glyphs,
    .methods = MODE_EVERYTHING,
};

static const run_mode_t full = {
    .name = "full",
    .title = "FULL RUN: the paper's checkpoints",
    .meaning = "Accuracies are of the checkpoints that the paper evaluates, on ImageNet and GLUE.",
    .size = "full",
    .methods = MODE_RIVALS,
    .brings = true,
};

static const run_mode_t real = {
    .name = "real",
    .title = "REAL RUN: real networks, small samples",
    .meaning =
        "Accuracies are of networks that were trained on real data, and of real test samples, but of few: they rank the "
        "methods. The networks are not the paper's, and nothing here is compared with its numbers.",
    .size = "full",
    .methods = MODE_EVERYTHING,
    .brings = true,
    .only = "accuracy,integers,real,perplexity",
    .own = "real",
    .evaluations = "models/real.csv",
};

const run_mode_t *const run_mode_registry[] = {&smoke, &compact, &full, &real, NULL};

int64_t run_mode_images(const run_mode_t *mode, const char *data)
{
    for (const mode_images_t *of = mode->images_of; of != NULL && of->data != NULL; of++)
        if (text_equal(of->data, data))
            return of->images;
    return mode->images;
}

bool run_mode_is_chosen(const run_mode_t *mode)
{
    return mode->choice.nets != NULL || mode->choice.methods != NULL || mode->choice.images;
}

text_t run_mode_chosen(const run_mode_t *mode)
{
    text_t words = text_of("%s", "");
    if (mode->choice.nets != NULL)
        words = text_of("networks %s", mode->choice.nets);
    if (mode->choice.methods != NULL)
        words = text_of("%s%smethods %s", words.chars, words.chars[0] != '\0' ? "; " : "", mode->choice.methods);
    if (mode->choice.images)
        words = text_of("%s%s%s samples a network", words.chars, words.chars[0] != '\0' ? "; " : "",
                        mode->images > 0 ? text_of("at most %lld", (long long)mode->images).chars : "all");
    return words;
}

text_t run_mode_title(const run_mode_t *mode)
{
    return run_mode_is_chosen(mode)
               ? text_of("CHOSEN BY THE USER: %s; all else as in %s", run_mode_chosen(mode).chars, mode->title)
               : text_of("%s", mode->title);
}

outcome_t run_mode_find(const char *name, const run_mode_t **mode)
{
    static const registry_t modes = {.where = "mode", .what = "mode", .tables = {run_mode_registry}, .fault = FAULT_FAILED};
    return registry_find(&modes, name, mode);
}
