/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/perplexity.h"

#include "base/memory.h"
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
    {"tokenizer", "FILE", option_required,
     "tokenizer.json of Hugging Face, tokenizer.model of SentencePiece, or tokenizer.bin of llama2.c"},
    {"text", "FILE", option_required, "plain text in UTF-8, also gzipped"},
    {"context", "N", "0", "tokens of a window; 0: as the model's files say, else 2,048"},
    {"stride", "N", "0", "tokens from one window to the next; 0: a whole window, so that windows do not overlap"},
    {"bos", "always|first|never", "always", "where <s> stands: before each window, before each document, nowhere"},
    {"separator", "TEXT", NULL,
     "what lies between two documents, \\n a new line: '\\n\\n', '<|endoftext|>' (default: one document)"},
    {"json", "NAME", NULL, "each line of the text is a JSON object, and its member NAME a document: text in C4's files"},
    {"truncate", NULL, NULL, "of each document only the first window"},
    {"tokens", "N", "0", "at most N tokens, from the start of the text; 0: all"},
    {"method", "SPEC...", NULL,
     "NAME[:key=value...], may be given several times (default fp32, int8, ra:columns=2:beta=0, zps:columns=4:beta=0)"},
    {"keep", "FILE", NULL, "write -log p of each token under each method to this CSV file"},
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
    "The text is cut into windows of --context tokens, each predicted by itself. Perplexity is exp of the mean of -log p over\n"
    "all tokens: only figures of one context, stride, tokenizer and text compare. Bits a byte do not depend on the tokenizer.\n"
    "With --stride the windows overlap and a token counts once, in the first window that has it. --bos first is what the\n"
    "page of Hugging Face on perplexity does. With --separator the text is several documents, each predicted by itself.\n"
    "`to INT8` is the mean difference on the same tokens, with a 95 % bootstrap interval over the windows; KL is the mean\n"
    "divergence of the next token's distribution from that of INT8 or FP32, in nats, where these are among the methods.\n"
    "The seven matrices of each block are compressed, all channels alike (the paper's Section V-F), and embedding and head by\n"
    "choice; norms stay float32. What shapes do not say (heads, base of the rotary positions) is read from config.json beside the weights.\n"
    "--activations int8 multiplies 8-bit levels: each token's vector is scaled by its largest value. Values of attention are\n"
    "scaled for each head and token, so that no token depends on those after it. Norms, SwiGLU, rotary positions and softmax\n"
    "stay float32 in a fixed order. Methods whose weights are no integers (fp32, mx, ant, olive) need fp32.\n"
    "One block of the model is in memory at a time; the checkpoint stays in its files (README.md, Language models).";

typedef struct {
    rows_writer_t rows;
    bool begun;
} printing_t;

static text_t interval_of(const likelihoods_against_t *against)
{
    return isnan(against->difference) ? text_of("-")
                                      : text_of("%+.5f (%+.5f to %+.5f)", against->difference, against->low, against->high);
}

static text_t share_of(int64_t count, int64_t tokens)
{
    return count == ROWS_UNKNOWN ? text_of("-") : text_of("%.2f %%", 100.0 * (double)count / (double)tokens);
}

static text_t nats_of(double nats)
{
    return isnan(nats) ? text_of("-") : text_of("%.5f", nats);
}

static void take_row(void *context, const perplexity_row_t *row)
{
    printing_t *printing = context;
    rows_write(&printing->rows, row);
    if (!printing->begun)
        printf("%s on %s: %" PRId64 " tokens (%s), %" PRId64 " bytes, in %" PRId64 " windows of %" PRId64 " every %" PRId64
               ", %" PRId64 " document%s, <s> %s, activations %" PRId64 " bits\n%s"
               "  %-24s %10s %8s  %-33s %9s %9s %9s %9s %9s\n",
               row->net, row->text, row->tokens, row->tokenizer, row->bytes, row->windows, row->context, row->stride,
               row->documents, row->documents == 1 ? "" : "s", row->begin, row->activation_bits, row->notes, "method",
               "perplexity", "bits", "nats to INT8 (95 % interval)", "KL INT8", "KL FP32", "right", "as INT8", "as FP32");
    printing->begun = true;
    printf("  %-24s %10.4f %8.3f  %-33s %9s %9s %9s %9s %9s\n", row->method, row->perplexity,
           row->bits_per_weight_with_metadata, interval_of(&row->int8).chars, nats_of(row->int8.divergence).chars,
           nats_of(row->fp32.divergence).chars, share_of(row->right, row->tokens).chars,
           share_of(row->int8.agree, row->tokens).chars, share_of(row->fp32.agree, row->tokens).chars);
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

static void read_begin(const options_t *options, perplexity_config_t *config)
{
    for (int i = 0; i < WINDOWS_BEGINS; i++)
        if (text_equal(windows_begin_names[i], options_text(options, "bos")))
            config->begin = (windows_begin_t)i;
}

/* "\\n", "\\t" and "\\\\" are a new line, a tab and a backslash. NULL without a separator. */
static outcome_t read_separator(const options_t *options, char **separator)
{
    const char *given = options_text(options, "separator");
    char *to = *separator = given != NULL ? text_copy(given) : NULL;
    if (given == NULL)
        return outcome_ok();
    if (*separator == NULL)
        return outcome_out_of_memory("separator");
    for (const char *at = given; *at != '\0'; at++) {
        const bool escaped = at[0] == '\\' && (at[1] == 'n' || at[1] == 't' || at[1] == '\\');
        at += escaped;
        *to++ = escaped && *at == 'n' ? '\n' : escaped && *at == 't' ? '\t' : *at;
    }
    *to = '\0';
    if (options_text(options, "json") != NULL)
        return outcome_usage("--separator", NULL, "--json beside it", "one of the two", NULL);
    return given[0] != '\0' ? outcome_ok()
                            : outcome_usage("--separator", NULL, "an empty text", "what lies between two documents", NULL);
}

/* The parser has let only one of the names through. */
static blocks_matrix_t read_matrix(const options_t *options, const char *name)
{
    blocks_matrix_t matrix = BLOCKS_FLOAT;
    while (!text_equal(options_text(options, name), blocks_matrix_names[matrix]))
        matrix++;
    return matrix;
}

static outcome_t run(const options_t *options)
{
    enum { MOST_CONTEXT = 1 << 17 };
    perplexity_config_t config = {.weights = options_text(options, "weights"),
                                  .tokenizer = options_text(options, "tokenizer"),
                                  .text = options_text(options, "text"),
                                  .truncate = options_flag(options, "truncate"),
                                  .keep = options_text(options, "keep"),
                                  .member = options_text(options, "json"),
                                  .kernels = options_text(options, "kernels"),
                                  .integers = text_equal(options_text(options, "activations"), "int8"),
                                  .embedding = read_matrix(options, "embedding"),
                                  .head = read_matrix(options, "head")};
    const char **methods = NULL;
    char *separator = NULL;
    printing_t printing = {.begun = false};
    output_t output;
    outcome_t result;
    if (outcome_bad(&result, options_integer(options, "context", 0, MOST_CONTEXT, &config.context)) ||
        outcome_bad(&result, options_integer(options, "stride", 0, MOST_CONTEXT, &config.stride)) ||
        outcome_bad(&result, options_integer(options, "tokens", 0, INT64_MAX, &config.tokens)) ||
        outcome_bad(&result, read_separator(options, &separator)) ||
        outcome_bad(&result, method_options_jobs(options, &config.threads)) ||
        outcome_bad(&result, read_methods(options, &methods, &config)) ||
        outcome_bad(&result, output_open(options, &output)))
        goto out;
    config.separator = separator;
    read_begin(options, &config);
    if (!outcome_bad(&result, rows_create(&printing.rows, &perplexity_schema, output.rows)))
        result = rows_finish(&printing.rows, perplexity_run(&config, take_row, &printing));
    if (outcome_is_ok(&result)) /* no column: it is not the same from run to run */
        printf("  peak resident memory: %.2f GiB, mapped files included while they were resident\n",
               (double)memory_peak_bytes() / (double)(1 << 30));
    result = output_close(&output, perplexity_schema.name, &perplexity_schema, result);

out:
    free(separator);
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
