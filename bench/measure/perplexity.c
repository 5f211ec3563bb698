/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is kept of a method are a few numbers a token, in the order of the text (the model itself: blocks.h). Windows are
 * spread over the workers, and every sum runs over the tokens in order. Logits of the references are kept for the windows
 * of one pass. */
#include "measure/perplexity.h"

#include "base/file.h"
#include "base/spill.h"
#include "measure/language.h"
#include "measure/passages.h"
#include "measure/window_rows.h"
#include "rows/writer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const perplexity_config_t *config;
    language_t language;
    windows_t windows;
    blocks_t *blocks;
    int64_t begin, end;                                 /* windows of the pass */
    likelihoods_t *said, *now;                          /* one a method */
    compress_size_t *bits;                              /* one a method */
    size_t *order;                                      /* of the methods: references first */
    const likelihoods_t *reference[OUTPUTS_REFERENCES]; /* NULL: not among the methods */
    spill_t logits[OUTPUTS_REFERENCES];                 /* of the pass: [tokens that count, words] */
    resampling_t resampling;                            /* for the intervals of all methods */
} session_t;

/* ===  One window  === */

/* Logits of a reference for token `at`; NULL: it is not kept. */
static float *kept_logits(const session_t *session, int reference, int64_t at)
{
    float *kept = session->logits[reference].data;
    return kept != NULL ? kept + (at - session->windows.items[session->begin].at) * session->language.words : NULL;
}

static void read_logits(void *context, int64_t index, int64_t row, int64_t rows, const float *logits)
{
    const session_t *session = context;
    const window_t *window = &session->windows.items[index];
    const int64_t skipped = window->predicts - window->counts;
    for (int64_t r = row; r < row + rows; r++, logits += session->language.words) {
        const float *references[OUTPUTS_REFERENCES];
        const int64_t at = window->at + r - skipped;
        if (r < skipped)
            continue;
        for (int i = 0; i < OUTPUTS_REFERENCES; i++) {
            float *kept = kept_logits(session, i, at);
            if (kept != NULL && session->reference[i] == session->now)
                memcpy(kept, logits, (size_t)session->language.words * sizeof *kept);
            references[i] = kept;
        }
        likelihoods_put(session->now, at, session->windows.numbers[window->first + r], session->language.words, logits,
                        references);
    }
}

static int64_t fill_window(void *context, int64_t index, int32_t *numbers)
{
    const session_t *session = context;
    return windows_inputs(&session->windows, index, pieces_begin(session->language.pieces), numbers);
}

/* ===  One pass  === */

static outcome_t run_method(session_t *session, size_t index)
{
    const char *method = session->config->methods[index];
    const text_t title = text_of("%s %s", session->language.checkpoint.made.name, method);
    session->now = &session->said[index];
    return blocks_run(session->blocks, method, title.chars, session->begin, session->end - session->begin,
                      &session->bits[index]);
}

/* Bytes for the logits of all references, for `tokens` tokens. */
static int64_t logits_bytes(const session_t *session, int64_t tokens)
{
    int64_t bytes = 0;
    for (int i = 0; i < OUTPUTS_REFERENCES; i++)
        bytes += session->reference[i] != NULL ? tokens * session->language.words * (int64_t)sizeof(float) : 0;
    return bytes;
}

/* As many windows as fit, at least one. Returns their tokens. */
static int64_t choose_pass(session_t *session)
{
    static const int64_t usual = INT64_C(1) << 30;
    const int64_t most = session->config->memory > 0 ? session->config->memory : usual;
    const window_t *items = session->windows.items;
    int64_t tokens = items[session->begin].counts;
    session->end = session->begin + 1;
    while (session->end < session->windows.count && logits_bytes(session, tokens + items[session->end].counts) <= most)
        tokens += items[session->end++].counts;
    return tokens;
}

static outcome_t run_pass(session_t *session)
{
    const int64_t tokens = choose_pass(session);
    outcome_t result = outcome_ok();
    for (int i = 0; i < OUTPUTS_REFERENCES && outcome_is_ok(&result); i++)
        if (session->reference[i] != NULL)
            result =
                spill_create("logits", (size_t)(tokens * session->language.words) * sizeof(float), &session->logits[i]);
    for (size_t i = 0; i < session->config->method_count && outcome_is_ok(&result); i++)
        result = run_method(session, session->order[i]);
    for (int i = 0; i < OUTPUTS_REFERENCES; i++)
        spill_free(&session->logits[i]);
    session->begin = session->end;
    return result;
}

/* ===  Rows  === */

static outcome_t complete_row(session_t *session, size_t index, perplexity_row_t *row)
{
    const perplexity_config_t *config = session->config;
    const likelihoods_t *said = &session->said[index];
    const windows_t *windows = &session->windows;
    const char *notes = session->language.checkpoint.notes.chars;
    outcome_t result;
    double sum = 0;
    *row = (perplexity_row_t){.net = session->language.checkpoint.made.name,
                              .text = file_name(config->text),
                              .tokenizer = file_name(config->tokenizer),
                              .method = config->methods[index],
                              .kernels = config->kernels,
                              .activation_bits = config->integers ? 8 : 32,
                              .embedding = blocks_matrix_names[config->embedding],
                              .head = blocks_matrix_names[config->head],
                              .context = session->language.context,
                              .stride = config->stride > 0 ? config->stride : session->language.context,
                              .begin = windows_begin_names[config->begin],
                              .documents = windows->documents,
                              .windows = windows->count,
                              .tokens = windows->counted,
                              .bytes = windows->counted_bytes,
                              .notes = notes != NULL ? notes : ""};
    for (int64_t w = 0; w < windows->count; w++) {
        const window_t *window = &windows->items[w];
        const int32_t *numbers = windows->numbers + window->first + window->predicts - window->counts;
        for (int64_t i = 0; i < window->counts; i++) {
            sum += said->nats[window->at + i];
            row->right += said->first[window->at + i] == numbers[i];
        }
    }
    row->nats = sum / (double)row->tokens;
    row->perplexity = exp(row->nats);
    row->bits_per_byte = sum / log(2) / (double)row->bytes;
    row->bits_per_weight = compress_bits_per_weight(&session->bits[index], false);
    row->bits_per_weight_with_metadata = compress_bits_per_weight(&session->bits[index], true);
    if (outcome_bad(&result, likelihoods_compare(said, session->reference[OUTPUTS_INT8], OUTPUTS_INT8, windows,
                                                 &session->resampling, &row->int8)))
        return result;
    return likelihoods_compare(said, session->reference[OUTPUTS_FP32], OUTPUTS_FP32, windows, &session->resampling,
                               &row->fp32);
}

static void keep_tokens(const session_t *session, rows_writer_t *writer)
{
    const windows_t *windows = &session->windows;
    for (size_t m = 0; m < session->config->method_count; m++)
        for (int64_t w = 0; w < windows->count; w++) {
            const window_t *window = &windows->items[w];
            const int32_t *numbers = windows->numbers + window->first + window->predicts - window->counts;
            for (int64_t i = 0; i < window->counts; i++)
                rows_write(writer, &(perplexity_token_t){.method = session->config->methods[m],
                                                         .position = window->at + i,
                                                         .document = window->document,
                                                         .window = w,
                                                         .token = numbers[i],
                                                         .nats = session->said[m].nats[window->at + i]});
        }
}

/* ===  Opening  === */

static outcome_t open_text(session_t *session)
{
    const perplexity_config_t *config = session->config;
    const windows_rule_t rule = {.context = session->language.context,
                                 .stride = config->stride > 0 ? config->stride : session->language.context,
                                 .begin = config->begin,
                                 .truncate = config->truncate,
                                 .most = config->tokens};
    const passages_form_t form = {.separator = config->separator, .member = config->member};
    outcome_t result;
    if (rule.context < 2)
        return outcome_usage("--context", NULL, text_of("%lld", (long long)rule.context).chars, "at least 2 tokens", NULL);
    if (rule.stride > rule.context)
        return outcome_usage("--stride", NULL, text_of("%lld", (long long)rule.stride).chars,
                             text_of("1 to %lld, the context", (long long)rule.context).chars, NULL);
    if (outcome_bad(&result, passages_read(config->text, &form, session->language.pieces, &rule, &session->windows)))
        return result;
    if (config->begin != WINDOWS_BEGIN_NEVER && pieces_begin(session->language.pieces) < 0)
        return outcome_failed(config->tokenizer, NULL, "no token that begins a text",
                              "<s> in the post_processor, or bos_token in tokenizer_config.json beside it",
                              "a model without <s> is measured with --bos never");
    if (session->windows.counted == 0)
        return outcome_failed(config->text, NULL, "no token to predict",
                              config->begin == WINDOWS_BEGIN_ALWAYS ? "a text" : "a text of at least two tokens", NULL);
    return result;
}

/* fp32 first, then int8: each reference is measured against those before it. */
static outcome_t open_methods(session_t *session)
{
    const perplexity_config_t *config = session->config;
    const size_t count = config->method_count;
    outcome_t result = outcome_ok();
    size_t placed = 0;
    session->said = calloc(count + 1, sizeof *session->said);
    session->bits = calloc(count + 1, sizeof *session->bits);
    session->order = calloc(count + 1, sizeof *session->order);
    if (session->said == NULL || session->bits == NULL || session->order == NULL)
        return outcome_out_of_memory("perplexity");
    for (int i = OUTPUTS_REFERENCES - 1; i >= 0; i--)
        for (size_t m = 0; m < count && session->reference[i] == NULL; m++)
            if (text_equal(config->methods[m], outputs_references[i])) {
                session->reference[i] = &session->said[m];
                session->order[placed++] = m;
            }
    for (size_t m = 0; m < count; m++)
        if (session->reference[OUTPUTS_INT8] != &session->said[m] && session->reference[OUTPUTS_FP32] != &session->said[m])
            session->order[placed++] = m;
    for (size_t m = 0; m < count && outcome_is_ok(&result); m++) {
        bool measured[OUTPUTS_REFERENCES];
        const likelihoods_t *said = &session->said[m];
        measured[OUTPUTS_FP32] = session->reference[OUTPUTS_FP32] != NULL && session->reference[OUTPUTS_FP32] != said;
        measured[OUTPUTS_INT8] = session->reference[OUTPUTS_INT8] != NULL && session->reference[OUTPUTS_INT8] != said &&
                                 session->reference[OUTPUTS_FP32] != said;
        result = likelihoods_create(session->windows.counted, measured, &session->said[m]);
    }
    return result;
}

static outcome_t open_session(const perplexity_config_t *config, session_t *session)
{
    language_t *language = &session->language;
    const blocks_config_t blocks = {.kernels = config->kernels,
                                    .integers = config->integers,
                                    .embedding = config->embedding,
                                    .head = config->head,
                                    .threads = config->threads,
                                    .fill = fill_window,
                                    .read = read_logits,
                                    .context = session};
    outcome_t result;
    if (outcome_bad(&result,
                    language_open(config->weights, config->tokenizer, config->context, true, config->threads, language)) ||
        outcome_bad(&result, open_text(session)) || outcome_bad(&result, open_methods(session)))
        return result;
    return blocks_open(&language->checkpoint.weights, &blocks, &session->blocks);
}

static void close_session(session_t *session)
{
    blocks_close(session->blocks);
    for (size_t i = 0; i < session->config->method_count && session->said != NULL; i++)
        likelihoods_free(&session->said[i]);
    free(session->said);
    free(session->bits);
    free(session->order);
    resampling_free(&session->resampling);
    windows_free(&session->windows);
    language_close(&session->language);
}

static outcome_t run_all(session_t *session, perplexity_sink_t sink, void *context)
{
    outcome_t result = outcome_ok();
    while (session->begin < session->windows.count && outcome_is_ok(&result))
        result = run_pass(session);
    for (size_t i = 0; i < session->config->method_count && outcome_is_ok(&result); i++) {
        perplexity_row_t row;
        if (outcome_bad(&result, complete_row(session, i, &row)))
            return result;
        sink(context, &row);
        const window_rows_name_t name = {row.net, row.text, row.tokenizer, row.method, row.context};
        if (session->config->windows != NULL)
            result = window_rows_save(session->config->windows, &name, &session->said[i], &session->windows);
    }
    return result;
}

outcome_t perplexity_run(const perplexity_config_t *config, perplexity_sink_t sink, void *context)
{
    session_t session = {.config = config};
    rows_writer_t kept;
    outcome_t result = open_session(config, &session);
    if (outcome_is_ok(&result) &&
        (config->keep == NULL || !outcome_bad(&result, rows_create(&kept, &perplexity_token_schema, config->keep)))) {
        result = run_all(&session, sink, context);
        if (config->keep != NULL && outcome_is_ok(&result))
            keep_tokens(&session, &kept);
        if (config->keep != NULL)
            result = rows_finish(&kept, result);
    }
    close_session(&session);
    return result;
}
