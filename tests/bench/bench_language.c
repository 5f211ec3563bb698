/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Speed of a block of a language model, as a Markdown page on stdout: bench_language [TOKENS].
 *
 * One block of Llama-3.2-1B's shape (width 2,048, hidden 8,192, 32 heads, 8 of keys) with random weights, one thread, time
 * of this thread on the processor, best of five. The limit is what oneDNN's sgemm does on the largest product of the block
 * (tokens x 8,192 x 2,048), measured in turn with it. Operations are those of the seven products and of the two of
 * attention, which sees half of the pairs: 2 per multiply-accumulate.
 *
 * Then one token at a time after a text of half as many tokens (engine_continue()). Its limit is memory: the weights, and
 * the keys and values, are read once a token. The rate of reading is measured on as many bytes as the float weights have.
 */
#include "base/cpu.h"
#include "base/text.h"
#include "compress/quantize.h"
#include "engine/engine.h"
#include "engine/onednn.h"
#include "nets/llama.h"
#include "nets/slice.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WIDTH = 2048, HIDDEN = 8192, HEADS = 32, KEYS = 8, WORDS = 64, REPEATS = 5, BLOCKS = 1, STEPS_OUTSIDE = 3 };

static void stop_on(outcome_t outcome)
{
    if (outcome_is_ok(&outcome))
        return;
    fprintf(stderr, "error: %s\n", outcome_text(&outcome));
    exit(1);
}

static void *room(size_t bytes)
{
    void *data = aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (data == NULL)
        stop_on(outcome_out_of_memory("bench"));
    return data;
}

static void fill(float *values, int64_t count, float spread, uint64_t *random)
{
    for (int64_t i = 0; i < count; i++) {
        *random = *random * 6364136223846793005u + 1442695040888963407u;
        values[i] = spread * ((float)(*random >> 40) / (float)(1 << 23) - 1.0F);
    }
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* ===  The block  === */

static void add(tensor_set_t *set, const char *name, int64_t rows, int64_t columns, uint64_t *random)
{
    const int64_t shape[] = {rows, columns};
    tensor_t *tensor;
    stop_on(tensor_set_reserve(set, name, TENSOR_F32, rows > 0 ? 2 : 1, rows > 0 ? shape : shape + 1, &tensor));
    fill(tensor->data, tensor->count, 0.03F, random);
}

static void open_block(int64_t tokens, net_made_t *made, net_weights_t *weights, net_slice_t *slice)
{
    enum { D = WIDTH, K = WIDTH / HEADS * KEYS, H = HIDDEN };
    static const struct {
        const char *name;
        int64_t rows, columns;
    } parts[] = {{"input_layernorm", 0, D},  {"self_attn.q_proj", D, D}, {"self_attn.k_proj", K, D},
                 {"self_attn.v_proj", K, D}, {"self_attn.o_proj", D, D}, {"mlp.gate_proj", H, D},
                 {"mlp.up_proj", H, D},      {"mlp.down_proj", D, H},    {"post_attention_layernorm", 0, D}};
    const net_hints_t hints = {.heads = HEADS, .tokens = tokens};
    tensor_set_t set = {0};
    uint64_t random = 1;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        add(&set, text_of("model.layers.0.%s.weight", parts[i].name).chars, parts[i].rows, parts[i].columns, &random);
    add(&set, "model.embed_tokens.weight", WORDS, D, &random);
    add(&set, "model.norm.weight", 0, D, &random);
    stop_on(net_recognise("bench", &set, &hints, made));
    stop_on(net_weights_from(&made->network, &made->size, "bench", &set, weights));
    tensor_set_free(&set);
    stop_on(
        net_slice_open(weights, 1, weights->program.count - STEPS_OUTSIDE + 1, 0, (int64_t)weights->table.count, slice));
}

static void set_weights(engine_t *engine, const net_weights_t *weights)
{
    for (size_t i = 0; i < weights->table.count; i++) {
        const net_layer_t *layer = &weights->table.items[i];
        const size_t count = (size_t)net_layer_weights(layer);
        if (!engine_takes_integers(engine)) {
            stop_on(engine_set_rows(engine, i, 0, layer->k, weights->layers[i].weights));
            continue;
        }
        int8_t *q = room(count);
        int16_t *values = room(count * sizeof *values);
        float *scale = room((size_t)layer->k * sizeof *scale);
        quantize_channels(weights->layers[i].weights, layer->k, layer->c, 1, q, scale);
        for (size_t at = 0; at < count; at++)
            values[at] = q[at];
        stop_on(engine_set_integers(engine, i, 0, layer->k, values, scale));
        free(q);
        free(values);
        free(scale);
    }
}

/* ===  Measuring  === */

typedef struct {
    int64_t tokens;
    float *a, *b, *c; /* of the product that is the limit */
    engine_t *floats, *integers;
    float *vectors, *result;
} bench_t;

static void run_limit(const bench_t *bench)
{
    if (!onednn_gemm(true, bench->tokens, HIDDEN, WIDTH, bench->a, WIDTH, bench->b, WIDTH, bench->c, HIDDEN))
        stop_on(outcome_failed("sgemm", NULL, "an error", "success", NULL));
}

static void run_floats(const bench_t *bench)
{
    stop_on(engine_run(bench->floats, 0, bench->tokens, bench->vectors, bench->result));
}

static void run_integers(const bench_t *bench)
{
    stop_on(engine_run(bench->integers, 0, bench->tokens, bench->vectors, bench->result));
}

static void (*const works[])(const bench_t *bench) = {run_limit, run_floats, run_integers};
enum { LIMIT, FLOATS, INTEGERS, WORKS };

static void measure(const bench_t *bench, double *best)
{
    for (int work = 0; work < WORKS; work++) {
        works[work](bench); /* makes what is made once */
        best[work] = 1e30;
    }
    for (int repeat = 0; repeat < REPEATS; repeat++)
        for (int work = 0; work < WORKS; work++) {
            const double begin = seconds();
            works[work](bench);
            const double took = seconds() - begin;
            best[work] = took < best[work] ? took : best[work];
        }
}

/* Bytes a second that one thread reads. */
static double reading_rate(const void *data, size_t bytes)
{
    double best = 1e30;
    uint64_t sum = 0;
    for (int repeat = 0; repeat < REPEATS; repeat++) {
        const uint64_t *words = data;
        const double begin = seconds();
        for (size_t i = 0; i < bytes / sizeof *words; i++)
            sum += words[i];
        const double took = seconds() - begin;
        best = took < best ? took : best;
    }
    fprintf(stderr, "# %llu\n", (unsigned long long)sum); /* so that the loop is not left out */
    return (double)bytes / best;
}

enum { DECODED = 16 };

/* Seconds of one more token after tokens / 2. */
static double decode(const net_weights_t *weights, bool integers, int64_t tokens)
{
    engine_t *engine;
    float *numbers = room((size_t)tokens * sizeof *numbers), logits[WORDS];
    const int64_t prompt = tokens / 2;
    stop_on(integers ? engine_open_integers(weights, "fast", NULL, 1, &engine) : engine_open(weights, "fast", 1, &engine));
    set_weights(engine, weights);
    for (int64_t i = 0; i < tokens; i++)
        numbers[i] = (float)(i * 7 % WORDS);
    stop_on(engine_continue(engine, 0, 0, prompt, numbers, logits));
    stop_on(engine_continue(engine, 0, prompt, 1, numbers, logits)); /* makes what is made once */
    const double begin = seconds();
    for (int64_t i = 1; i <= DECODED; i++)
        stop_on(engine_continue(engine, 0, prompt + i, 1, numbers + i, logits));
    const double took = (seconds() - begin) / DECODED;
    engine_close(engine);
    free(numbers);
    return took;
}

static void report_decode(const net_weights_t *weights, int64_t tokens)
{
    const int64_t keys = 2 * WIDTH / HEADS * KEYS * tokens / 2 * (int64_t)sizeof(float); /* both kernels keep floats */
    int64_t count = 0;
    for (size_t i = 0; i < weights->table.count; i++)
        count += net_layer_weights(&weights->table.items[i]);
    const double rate = reading_rate(weights->storage.data, (size_t)count * sizeof(float));
    printf("\n| one token after %" PRId64
           " | ms a block | GB/s | of reading | tokens/s of one block |\n|---|---:|---:|---:|---:|\n",
           tokens / 2);
    printf("| reading | - | %.1f | 100 %% | - |\n", rate / 1e9);
    for (int integers = 0; integers < 2; integers++) {
        const double took = decode(weights, integers == 1, tokens),
                     bytes = (double)(count * (integers == 1 ? 1 : (int64_t)sizeof(float)) + keys);
        printf("| %s | %.1f | %.1f | %.0f %% | %.0f |\n", integers == 1 ? "W8A8" : "float32", 1e3 * took,
               bytes / took / 1e9, 100 * bytes / took / rate, 1 / took);
    }
}

int main(int argc, char **argv)
{
    int64_t tokens = 2048, macs = 0;
    net_made_t made;
    net_weights_t weights;
    net_slice_t slice;
    double best[WORKS];
    uint64_t random = 7;
    if (argc > 1 && !text_to_integer(argv[1], 1, 1 << 14, &tokens))
        return 2;
    cpu_float_environment();
    open_block(tokens, &made, &weights, &slice);
    bench_t bench = {.tokens = tokens,
                     .a = room((size_t)(tokens * WIDTH) * sizeof(float)),
                     .b = room((size_t)HIDDEN * WIDTH * sizeof(float)),
                     .c = room((size_t)(tokens * HIDDEN) * sizeof(float)),
                     .vectors = room((size_t)(tokens * WIDTH) * sizeof(float)),
                     .result = room((size_t)(tokens * WIDTH) * sizeof(float))};
    fill(bench.a, tokens * WIDTH, 1, &random);
    fill(bench.b, (int64_t)HIDDEN * WIDTH, 1, &random);
    fill(bench.vectors, tokens * WIDTH, 1, &random);
    stop_on(engine_open(&slice.weights, "fast", 1, &bench.floats));
    stop_on(engine_open_integers(&slice.weights, "fast", NULL, 1, &bench.integers));
    set_weights(bench.floats, &weights);
    set_weights(bench.integers, &weights);
    for (size_t i = 0; i < weights.table.count; i++)
        macs += net_layer_weights(&weights.table.items[i]);
    const double linear = 2.0 * (double)(macs * tokens), pairs = (double)tokens * (double)(tokens + 1) / 2,
                 all = linear + 2 * 2 * pairs * WIDTH;
    measure(&bench, best);
    const double limit = 2.0 * (double)tokens * HIDDEN * WIDTH / best[LIMIT];
    printf("# A block of Llama-3.2-1B's shape\n\n%s, %s, one thread, %" PRId64 " tokens, best of %d.\n\n", cpu_name().chars,
           onednn_version().chars, tokens, REPEATS);
    printf("| work | ms | GFLOP/s or Gop/s | of sgemm | tokens/s of one block |\n|---|---:|---:|---:|---:|\n");
    printf("| sgemm, %" PRId64 " x %d x %d | %.1f | %.1f | 100 %% | - |\n", tokens, HIDDEN, WIDTH, 1e3 * best[LIMIT],
           limit / 1e9);
    for (int work = FLOATS; work < WORKS; work++)
        printf("| block, %s | %.1f | %.1f | %.0f %% | %.0f |\n", work == FLOATS ? "float32" : "W8A8", 1e3 * best[work],
               all / best[work] / 1e9, 100 * all / best[work] / limit, (double)tokens / best[work]);
    printf("\nW8A8 is %.2f times as fast as float32.\n", best[FLOATS] / best[INTEGERS]);
    engine_close(bench.floats);
    engine_close(bench.integers);
    if (tokens > 2 * DECODED + 2)
        report_decode(&weights, tokens);
    net_slice_free(&slice);
    net_weights_free(&weights);
    free(bench.a);
    free(bench.b);
    free(bench.c);
    free(bench.vectors);
    free(bench.result);
    return 0;
}
