/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is kept of a method is one number and one answer a token, in the order of the text (the model: language.h). Windows
 * are spread over the workers, and every sum runs over the tokens in order. */
#include "measure/perplexity.h"

#include "base/file.h"
#include "data/pieces.h"
#include "rows/statistics.h"
#include "weights/checkpoint.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char reference_method[] = "int8";

static const rows_column_t columns[] = {
    {ROWS_PLACE_TEXT(perplexity_row_t, net), .name = "net", .heading = "network", .meaning = "Network.", .key = true},
    {ROWS_PLACE_TEXT(perplexity_row_t, text), .name = "text", .heading = "text", .meaning = "File of the text.",
     .key = true},
    {ROWS_PLACE_TEXT(perplexity_row_t, tokenizer), .name = "tokenizer", .heading = "tokenizer",
     .meaning = "File of the tokenizer.", .key = true},
    {ROWS_PLACE_INTEGER(perplexity_row_t, context), .name = "context", .heading = "context", .unit = "tokens",
     .meaning = "Tokens of a window; windows do not overlap.", .key = true},
    {ROWS_PLACE_TEXT(perplexity_row_t, method), .name = "method", .heading = "method", .meaning = "Method.", .key = true},
    {ROWS_PLACE_TEXT(perplexity_row_t, kernels), .name = "kernels", .heading = "kernels", .meaning = "Kernel set."},
    {ROWS_PLACE_INTEGER(perplexity_row_t, activation_bits), .name = "activation_bits", .heading = "activations",
     .unit = "bits", .meaning = "32: float32; 8: levels of 8 bits and integer sums.", .key = true},
    {ROWS_PLACE_TEXT(perplexity_row_t, embedding), .name = "embedding", .heading = "embedding",
     .meaning = "The embedding: fp32, int8, or as the method has it.", .key = true},
    {ROWS_PLACE_TEXT(perplexity_row_t, head), .name = "head", .heading = "head",
     .meaning = "The head, which may be the embedding: fp32, int8, or as the method has it.", .key = true},
    {ROWS_PLACE_INTEGER(perplexity_row_t, tokens), .name = "tokens", .heading = "tokens",
     .meaning = "Tokens that were predicted: all of the text."},
    {ROWS_PLACE_INTEGER(perplexity_row_t, bytes), .name = "bytes", .heading = "bytes", .meaning = "Bytes of these tokens."},
    {ROWS_PLACE_INTEGER(perplexity_row_t, windows), .name = "windows", .heading = "windows", .meaning = "Windows."},
    {ROWS_PLACE_REAL(perplexity_row_t, perplexity), .name = "perplexity", .heading = "perplexity",
     .meaning = "exp of the mean of -log p over the tokens.", .sense = ROWS_LOWER, .near = true, .decimals = 4},
    {ROWS_PLACE_REAL(perplexity_row_t, nats), .name = "nats", .heading = "-log p", .unit = "nats",
     .meaning = "Mean of -log p over the tokens.", .sense = ROWS_FOLLOWS, .decimals = 5},
    {ROWS_PLACE_REAL(perplexity_row_t, bits_per_byte), .name = "bits_per_byte", .heading = "bits a byte", .unit = "bits",
     .meaning = "Sum of -log2 p over the bytes of the text: does not depend on the tokenizer.", .sense = ROWS_FOLLOWS,
     .decimals = 4},
    {ROWS_PLACE_INTEGER(perplexity_row_t, right), .name = "right", .heading = "right",
     .meaning = "Tokens that had the largest logit.", .sense = ROWS_HIGHER, .counts_samples = true},
    {ROWS_PLACE_REAL(perplexity_row_t, difference), .name = "difference", .heading = "to INT8", .unit = "nats",
     .meaning = "Mean of -log p less that of int8 on the same tokens.", .sense = ROWS_FOLLOWS, .decimals = 5},
    {ROWS_PLACE_REAL(perplexity_row_t, difference_low), .name = "difference_low", .heading = "low", .unit = "nats",
     .meaning = "Lower end of the 95 % bootstrap interval of the difference, over windows.", .sense = ROWS_FOLLOWS,
     .decimals = 5},
    {ROWS_PLACE_REAL(perplexity_row_t, difference_high), .name = "difference_high", .heading = "high", .unit = "nats",
     .meaning = "Upper end of that interval.", .sense = ROWS_FOLLOWS, .decimals = 5},
    {ROWS_PLACE_INTEGER(perplexity_row_t, agree), .name = "agree", .heading = "agree",
     .meaning = "Tokens whose largest logit is that of int8.", .sense = ROWS_HIGHER, .counts_samples = true},
    {ROWS_PLACE_REAL(perplexity_row_t, bits_per_weight), .name = "bits_per_weight", .heading = "bits", .unit = "bits",
     .meaning = "Mean bits of a weight of the compressed layers, without metadata.", .decimals = 3},
    {ROWS_PLACE_REAL(perplexity_row_t, bits_per_weight_with_metadata), .name = "bits_per_weight_with_metadata",
     .heading = "with metadata", .unit = "bits", .meaning = "The same with metadata.", .decimals = 3},
    {.name = NULL}};

const rows_schema_t perplexity_schema = {.name = "perplexity",
                                         .about = "Perplexity of a language model over a text, as `bbsbench perplexity` "
                                                  "measures it.",
                                         .columns = columns,
                                         .samples = "tokens",
                                         .flips_per_thousand = 1};

/* What one method says of each token. */
typedef struct {
    double *nats;   /* -log p */
    int32_t *first; /* the number with the largest logit */
} said_t;

typedef struct {
    const perplexity_config_t *config;
    checkpoint_t checkpoint;
    pieces_t *pieces;
    int32_t *numbers; /* the text */
    int64_t count, bytes, context, windows, words;
    language_t *language;
    said_t *said; /* one a method */
    said_t *now;
} session_t;

/* ===  One window  === */

static int64_t window_tokens(const session_t *session, int64_t window)
{
    const int64_t left = session->count - window * session->context;
    return left < session->context ? left : session->context;
}

/* Row r of a window predicts its token r. In double: a mean over 100,000 tokens shows differences of 1e-6. */
static void read_logits(void *context, int64_t window, int64_t row, int64_t rows, const float *logits)
{
    const session_t *session = context;
    const int64_t first = window * session->context + row;
    for (int64_t r = 0; r < rows; r++, logits += session->words) {
        int64_t best = 0;
        double sum = 1; /* of the largest itself */
        for (int64_t i = 1; i < session->words; i++)
            best = logits[i] > logits[best] ? i : best;
        for (int64_t i = 0; i < session->words; i++)
            sum += i == best ? 0 : exp((double)logits[i] - (double)logits[best]);
        const double own = (double)logits[session->numbers[first + r]] - (double)logits[best];
        session->now->nats[first + r] = log(sum) - own;
        session->now->first[first + r] = (int32_t)best;
    }
}

static int64_t fill_window(void *context, int64_t window, int32_t *numbers)
{
    const session_t *session = context;
    const int64_t tokens = window_tokens(session, window);
    numbers[0] = PIECES_BEGIN;
    for (int64_t i = 1; i < tokens; i++)
        numbers[i] = session->numbers[window * session->context + i - 1];
    return tokens;
}

/* ===  One method  === */

static outcome_t run_method(session_t *session, size_t index, compress_size_t *bits)
{
    const perplexity_config_t *config = session->config;
    session->now = &session->said[index];
    session->now->nats = calloc((size_t)session->count, sizeof *session->now->nats);
    session->now->first = calloc((size_t)session->count, sizeof *session->now->first);
    if (session->now->nats == NULL || session->now->first == NULL)
        return outcome_out_of_memory("log-likelihoods");
    const text_t title = text_of("%s %s", session->checkpoint.made.name, config->methods[index]);
    return language_run(session->language, config->methods[index], title.chars, bits);
}

/* Means over each window, of which the bootstrap draws: all windows but the last are equally long, so a short last one is
 * left out of the interval. */
static outcome_t compare(const session_t *session, const said_t *said, const said_t *reference, perplexity_row_t *row)
{
    enum { SEED = 1 };
    const int64_t whole = session->count / session->context, used = whole > 0 ? whole : 1;
    double *means = calloc((size_t)used, sizeof *means), sum = 0;
    if (means == NULL)
        return outcome_out_of_memory("differences");
    row->agree = 0;
    for (int64_t i = 0; i < session->count; i++) {
        const double difference = said->nats[i] - reference->nats[i];
        const int64_t window = i / session->context;
        sum += difference;
        row->agree += said->first[i] == reference->first[i];
        if (window < used)
            means[window] += difference / (double)window_tokens(session, window);
    }
    row->difference = sum / (double)session->count;
    statistics_bootstrap_mean(means, (size_t)used, SEED, &row->difference_low, &row->difference_high);
    free(means);
    return outcome_ok();
}

static outcome_t complete_row(const session_t *session, size_t index, const said_t *reference, const compress_size_t *bits,
                              perplexity_row_t *row)
{
    const perplexity_config_t *config = session->config;
    const said_t *said = &session->said[index];
    double sum = 0;
    *row = (perplexity_row_t){.net = session->checkpoint.made.name,
                              .text = file_name(config->text),
                              .tokenizer = file_name(config->tokenizer),
                              .method = config->methods[index],
                              .kernels = config->kernels,
                              .embedding = language_matrix_names[config->embedding],
                              .head = language_matrix_names[config->head],
                              .activation_bits = config->integers ? 8 : 32,
                              .context = session->context,
                              .tokens = session->count,
                              .bytes = session->bytes,
                              .windows = session->windows,
                              .difference = NAN,
                              .difference_low = NAN,
                              .difference_high = NAN,
                              .agree = ROWS_UNKNOWN,
                              .notes = session->checkpoint.notes.chars != NULL ? session->checkpoint.notes.chars : ""};
    for (int64_t i = 0; i < session->count; i++) {
        sum += said->nats[i];
        row->right += said->first[i] == session->numbers[i];
    }
    row->nats = sum / (double)session->count;
    row->perplexity = exp(row->nats);
    row->bits_per_byte = sum / log(2) / (double)session->bytes;
    row->bits_per_weight = compress_bits_per_weight(bits, false);
    row->bits_per_weight_with_metadata = compress_bits_per_weight(bits, true);
    return reference != NULL && reference != said ? compare(session, said, reference, row) : outcome_ok();
}

/* ===  Opening  === */

static outcome_t open_text(session_t *session)
{
    const perplexity_config_t *config = session->config;
    bytes_t bytes;
    outcome_t result;
    if (outcome_bad(&result, pieces_read(config->tokenizer, session->words, &session->pieces)) ||
        outcome_bad(&result, file_read(config->text, "a plain text, such as WikiText-2's test part", &bytes)))
        return result;
    result = pieces_encode(session->pieces, (const char *)bytes.data, bytes.size, &session->numbers, &session->count);
    file_free_bytes(&bytes);
    if (!outcome_is_ok(&result))
        return result;
    if (config->tokens > 0 && config->tokens < session->count)
        session->count = config->tokens;
    if (session->count == 0)
        return outcome_failed(config->text, NULL, "an empty file", "a text", NULL);
    for (int64_t i = 0; i < session->count; i++) {
        size_t size = 0;
        pieces_text(session->pieces, session->numbers[i], &size);
        const bool is_byte =
            session->numbers[i] >= PIECES_FIRST_BYTE && session->numbers[i] < PIECES_FIRST_BYTE + PIECES_BYTES;
        session->bytes += is_byte ? 1 : (int64_t)size;
    }
    session->bytes -= 1; /* the blank before the text */
    session->windows = (session->count + session->context - 1) / session->context;
    return outcome_ok();
}

static outcome_t open_session(const perplexity_config_t *config, session_t *session)
{
    const checkpoint_request_t request = {
        .path = config->weights, .tokens = config->context, .deferred = true, .threads = config->threads};
    outcome_t result;
    if (outcome_bad(&result, checkpoint_open(&request, &session->checkpoint)))
        return result;
    const net_weights_t *weights = &session->checkpoint.weights;
    session->context = weights->size->width;
    session->words = weights->size->classes;
    session->said = calloc(config->method_count, sizeof *session->said);
    if (session->said == NULL)
        return outcome_out_of_memory("perplexity");
    if (outcome_bad(&result, language_check(weights)) || outcome_bad(&result, open_text(session)))
        return result;
    const language_config_t language = {.kernels = config->kernels,
                                        .integers = config->integers,
                                        .embedding = config->embedding,
                                        .head = config->head,
                                        .threads = config->threads,
                                        .windows = session->windows,
                                        .fill = fill_window,
                                        .read = read_logits,
                                        .context = session};
    return language_open(weights, &language, &session->language);
}

static void close_session(session_t *session)
{
    language_close(session->language);
    pieces_free(session->pieces);
    for (size_t i = 0; i < session->config->method_count && session->said != NULL; i++) {
        free(session->said[i].nats);
        free(session->said[i].first);
    }
    free(session->said);
    free(session->numbers);
    checkpoint_free(&session->checkpoint);
}

outcome_t perplexity_run(const perplexity_config_t *config, perplexity_sink_t sink, void *context)
{
    session_t session = {.config = config};
    compress_size_t *bits = calloc(config->method_count + 1, sizeof *bits);
    const said_t *reference = NULL;
    outcome_t result = bits != NULL ? outcome_ok() : outcome_out_of_memory("perplexity");
    if (!outcome_is_ok(&result) || outcome_bad(&result, open_session(config, &session)))
        goto out;
    for (size_t i = 0; i < config->method_count; i++) {
        if (outcome_bad(&result, run_method(&session, i, &bits[i])))
            goto out;
        if (text_equal(config->methods[i], reference_method))
            reference = &session.said[i];
    }
    for (size_t i = 0; i < config->method_count; i++) {
        perplexity_row_t row;
        if (outcome_bad(&result, complete_row(&session, i, reference, &bits[i], &row)))
            goto out;
        sink(context, &row);
    }

out:
    close_session(&session);
    free(bits);
    return result;
}
