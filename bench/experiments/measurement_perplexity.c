/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measurement `perplexity`: the compact language model, or those that the real mode brought, under every method of the
 * measurement `accuracy`. */
#include "base/home.h"
#include "compress/spec.h"
#include "experiments/accuracy_runs.h"
#include "measure/perplexity.h"
#include "measure/window_rows.h"
#include "rows/writer.h"

static const char weights[] = "models/compact/llama.safetensors", tokenizer[] = "models/compact/llama.tokenizer.bin",
                  text[] = "datasets/kjv/kjv-test.txt";

/* Tokens at most: 8 windows of 256 in a brief mode, else 128. */
enum { BRIEF_TOKENS = 2048, TOKENS = 32768 };
/* Bytes for logits of the references: with 1,024 pieces, those of all tokens that a mode takes. */
static const int64_t memory = (int64_t)1 << 29;

/* What a brief mode adds to its methods: those of Fig. 17, which compresses every channel. */
static const char *const of_figure17[] = {"ra:columns=2:beta=0", "zps:columns=4:beta=0", "olive", NULL};

typedef struct {
    const char *specs[MATERIAL_METHODS];
    size_t count;
} list_t;

/* Each method once. Methods that quantise activations are left out: activations are float32 here. */
static outcome_t add_method(const char *spec, list_t *list)
{
    const method_t *method;
    method_config_t config;
    outcome_t result = method_parse(spec, &method, &config);
    bool is_new = outcome_is_ok(&result) && config.activation_bits == 0 && list->count < MATERIAL_METHODS;
    for (size_t i = 0; i < list->count; i++)
        is_new = is_new && !text_equal(list->specs[i], spec);
    if (is_new)
        list->specs[list->count++] = spec;
    return result;
}

static outcome_t list_methods(const run_mode_t *mode, list_t *list)
{
    const char *const *specs;
    const size_t count = accuracy_runs_specs(mode, &specs);
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++)
        result = add_method(specs[i], list);
    for (const char *const *spec = of_figure17; *spec != NULL && mode->choice.methods == NULL && outcome_is_ok(&result);
         spec++)
        result = add_method(*spec, list);
    return result;
}

static void write_row(void *context, const perplexity_row_t *row)
{
    rows_write(context, row);
}

/* The models and texts of a mode: what it brought, if it evaluates others' networks, else the compact model. */
static outcome_t list_texts(const run_mode_t *mode, material_text_t *texts, size_t *count)
{
    outcome_t result = outcome_ok();
    *count = 0;
    if (mode->evaluations == NULL && !outcome_bad(&result, home_path(weights, &texts[0].weights)) &&
        !outcome_bad(&result, home_path(tokenizer, &texts[0].tokenizer)) &&
        !outcome_bad(&result, home_path(text, &texts[0].text)))
        *count = 1;
    for (size_t i = 0; mode->evaluations != NULL && mode->material != NULL && i < mode->material->text_count; i++)
        texts[(*count)++] = mode->material->texts[i];
    return result;
}

/* Of others' models the whole text. */
static int64_t tokens_of(const run_mode_t *mode)
{
    return mode->evaluations != NULL ? 0 : mode->brief ? BRIEF_TOKENS : TOKENS;
}

static outcome_t run(const measurement_context_t *context, const char *path)
{
    const text_t windows = window_rows_folder(context->folder);
    material_text_t texts[MATERIAL_TEXTS];
    list_t list = {.count = 0};
    rows_writer_t writer;
    size_t count;
    outcome_t result;
    if (outcome_bad(&result, list_methods(context->mode, &list)) ||
        outcome_bad(&result, list_texts(context->mode, texts, &count)) ||
        outcome_bad(&result, rows_create(&writer, &perplexity_schema, path)))
        return result;
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++) {
        const perplexity_config_t config = {.weights = texts[i].weights.chars,
                                            .tokenizer = texts[i].tokenizer.chars,
                                            .text = texts[i].text.chars,
                                            .tokens = tokens_of(context->mode),
                                            .methods = list.specs,
                                            .method_count = list.count,
                                            .kernels = "fast",
                                            .threads = context->jobs,
                                            .memory = memory,
                                            .windows = windows.chars};
        result = perplexity_run(&config, write_row, &writer);
    }
    return rows_finish(&writer, result);
}

static outcome_t list_inputs(const run_mode_t *mode, inputs_t *inputs)
{
    material_text_t texts[MATERIAL_TEXTS];
    size_t count;
    outcome_t result = list_texts(mode, texts, &count);
    for (size_t i = 0; i < count && outcome_is_ok(&result); i++)
        if (!outcome_bad(&result, inputs_add(inputs, texts[i].weights.chars, "weights")) &&
            !outcome_bad(&result, inputs_add(inputs, texts[i].tokenizer.chars, "tokenizer")))
            result = inputs_add(inputs, texts[i].text.chars, "data set");
    return result;
}

extern const measurement_t measurement_perplexity;
const measurement_t measurement_perplexity = {.schema = &perplexity_schema, .list_inputs = list_inputs, .run = run};
