/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/perplexity.h"

#include "base/text.h"
#include "cli/method_options.h"
#include "cli/output.h"
#include "measure/perplexity.h"
#include "rows/writer.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const default_methods[] = {"fp32", "int8", "ra:columns=2:beta=0", "zps:columns=4:beta=0"};
enum { DEFAULT_METHODS = sizeof default_methods / sizeof default_methods[0], FLOAT_METHODS = 1 /* at the front */ };

static const option_t option_table[] = {
    {"weights", "PATH", option_required, "checkpoint: safetensors, an index of shards, a folder, or a file of llama2.c"},
    {"tokenizer", "FILE", option_required, "tokenizer.model of SentencePiece, or tokenizer.bin of llama2.c"},
    {"text", "FILE", option_required, "plain text in UTF-8"},
    {"context", "N", "0", "tokens of a window; 0: as the model's files say, else 2,048"},
    {"tokens", "N", "0", "at most N tokens, from the start of the text; 0: all"},
    {"method", "SPEC...", NULL,
     "NAME[:key=value...], may be given several times (default fp32, int8, ra:columns=2:beta=0, zps:columns=4:beta=0)"},
    {"activations", "fp32|int8", "fp32",
     "int8: 8-bit activations and exact integer sums, the same answers on every machine"},
    {"head", "fp32|int8|method", "fp32",
     "the matrix of the logits: as it is, at 8 bits, or compressed by the method and counted in its bits"},
    {"embedding", "fp32|int8|method", "fp32", "the same of the embedding; one choice where both are one matrix"},
    {"kernels", "fast|stock|plain", "fast", "oneDNN; Darknet's own functions (fp32); plain integer loops (int8)"},
    JOBS_OPTION,
    OUTPUT_OPTIONS,
    {NULL, NULL, NULL, NULL},
};

static const char details[] =
    "The text is cut into windows of --context tokens, without overlap; each begins with <s>. Perplexity is exp of the mean\n"
    "of -log p over all tokens: only figures of one context, tokenizer and text compare. Bits a byte do not depend on the\n"
    "tokenizer. `to INT8` is the mean difference on the same tokens, with a 95 % bootstrap interval over the windows.\n"
    "The seven matrices of each block are compressed, all channels alike (the paper's Section V-F), and embedding and head by\n"
    "choice; norms stay float32. What shapes do not say (heads, base of the rotary positions) is read from config.json beside the weights.\n"
    "--activations int8 multiplies 8-bit levels: each token's vector is scaled by its largest value. Values of attention are\n"
    "scaled for each head and token, so that no token depends on those after it. Norms, SwiGLU, rotary positions and softmax\n"
    "stay float32 in a fixed order. Methods whose weights are no integers (fp32, mx, ant, olive) need fp32.";

typedef struct {
    rows_writer_t rows;
    bool begun;
} printing_t;

static void take_row(void *context, const perplexity_row_t *row)
{
    printing_t *printing = context;
    rows_write(&printing->rows, row);
    if (!printing->begun)
        printf("%s on %s: %" PRId64 " tokens (%s) in %" PRId64 " windows of %" PRId64 ", %" PRId64
               " bytes, activations %" PRId64 " bits\n%s"
               "  %-24s %10s %8s  %-33s %9s %9s\n",
               row->net, row->text, row->tokens, row->tokenizer, row->windows, row->context, row->bytes,
               row->activation_bits, row->notes, "method", "perplexity", "bits", "nats to INT8 (95 % interval)", "right",
               "as INT8");
    printing->begun = true;
    const text_t difference = isnan(row->difference) ? text_of("-")
                                                     : text_of("%+.5f (%+.5f to %+.5f)", row->difference,
                                                               row->difference_low, row->difference_high);
    printf("  %-24s %10.4f %8.3f  %-33s %7.2f %% %9s\n", row->method, row->perplexity, row->bits_per_weight_with_metadata,
           difference.chars, 100.0 * (double)row->right / (double)row->tokens,
           row->agree == ROWS_UNKNOWN ? "-" : text_of("%.2f %%", 100.0 * (double)row->agree / (double)row->tokens).chars);
}

/* The methods of the command line, or the usual ones. */
static outcome_t read_methods(const options_t *options, const char ***own, perplexity_config_t *config)
{
    const size_t count = options_count(options, "method");
    config->methods = default_methods + (config->integers ? FLOAT_METHODS : 0);
    config->method_count = DEFAULT_METHODS - (config->integers ? FLOAT_METHODS : 0);
    if (count == 0)
        return outcome_ok();
    *own = calloc(count, sizeof **own);
    if (*own == NULL)
        return outcome_out_of_memory("methods");
    for (size_t i = 0; i < count; i++)
        (*own)[i] = options_nth(options, "method", i);
    config->methods = *own;
    config->method_count = count;
    return outcome_ok();
}

/* The parser has let only one of the names through. */
static language_matrix_t read_matrix(const options_t *options, const char *name)
{
    language_matrix_t matrix = LANGUAGE_FLOAT;
    while (!text_equal(options_text(options, name), language_matrix_names[matrix]))
        matrix++;
    return matrix;
}

static outcome_t run(const options_t *options)
{
    enum { MOST_CONTEXT = 1 << 17 };
    perplexity_config_t config = {.weights = options_text(options, "weights"),
                                  .tokenizer = options_text(options, "tokenizer"),
                                  .text = options_text(options, "text"),
                                  .kernels = options_text(options, "kernels"),
                                  .integers = text_equal(options_text(options, "activations"), "int8")};
    config.embedding = read_matrix(options, "embedding");
    config.head = read_matrix(options, "head");
    const char **methods = NULL;
    printing_t printing = {.begun = false};
    output_t output;
    outcome_t result;
    if (outcome_bad(&result, options_integer(options, "context", 0, MOST_CONTEXT, &config.context)) ||
        outcome_bad(&result, options_integer(options, "tokens", 0, INT64_MAX, &config.tokens)) ||
        outcome_bad(&result, method_options_jobs(options, &config.threads)) ||
        outcome_bad(&result, read_methods(options, &methods, &config)) ||
        outcome_bad(&result, output_open(options, &output)))
        goto out;
    if (!outcome_bad(&result, rows_create(&printing.rows, &perplexity_schema, output.rows)))
        result = rows_finish(&printing.rows, perplexity_run(&config, take_row, &printing));
    result = output_close(&output, perplexity_schema.name, &perplexity_schema, result);

out:
    free(methods);
    return result;
}

const command_t command_perplexity = {
    .name = "perplexity",
    .summary = "perplexity of a language model of the Llama family under compression methods, on Darknet",
    .operands = "",
    .options = option_table,
    .details = details,
    .examples = "# a small model of llama2.c\n"
                "bbsbench perplexity --weights stories260K.bin --tokenizer tok512.bin --text stories.txt\n"
                "# a checkpoint of Hugging Face, a folder with its shards and config.json\n"
                "bbsbench perplexity --weights llama-2-7b --tokenizer llama-2-7b/tokenizer.model --text wiki.test.raw",
    .stopped = "nothing is kept; give the same command again",
    .run = run,
};
