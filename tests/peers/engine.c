/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One network of ours with weights by formula, for the comparison with other engines (tests/peers/peers.sh):
 *
 *     engine NET KERNELS THREADS REPEATS [INPUTS.bin]
 *     engine sgemm|product - THREADS REPEATS
 *     engine NET work - -
 *     engine NET KERNELS steps REPEATS
 *     engine version - - -
 *
 * with KERNELS those of engine.h, or int8: the integer mode with fast kernels, weights quantised, made-up ranges. It
 * prints a line "milliseconds logit0" for each of REPEATS rounds, in which each thread computes one sample, over their
 * number. sgemm and product print a line for each round with the rate of 2048 x 2048 x 2048 products, one a thread, in
 * G operations/s: the machine's limit for float32, and for u8 by s8 with 32-bit sums. work prints the million
 * multiplications of a sample; version the libraries; steps the processor time by kind of step, "milliseconds share name",
 * in one thread. */
#include "base/progress.h"
#include "base/threads.h"
#include "compress/quantize.h"
#include "engine/engine.h"
#include "engine/onednn.h"
#include "engine/product.h"
#include "measure/steps.h"

#include "made_weights.h"

enum { SAMPLE = 9, SIDE = 2048, CLASSES_LIMIT = 1000 };

typedef struct {
    engine_t *engine;
    const float *input;
    float logits[64][CLASSES_LIMIT];
    float *a, *b, *c; /* of the products; bytes and 32-bit sums in the same memory */
} job_t;

static void predict(void *context, int64_t index, int worker)
{
    job_t *job = context;
    outcome_t result = engine_predict(job->engine, worker, job->input, job->logits[index]);
    assert_ok(result);
}

static void multiply(void *context, int64_t index, int worker)
{
    job_t *job = context;
    (void)worker;
    onednn_prepare_thread();
    float *c = job->c + index * SIDE * SIDE;
    assert_true(onednn_gemm(false, SIDE, SIDE, SIDE, job->a, SIDE, job->b, SIDE, c, SIDE));
}

static void multiply_bytes(void *context, int64_t index, int worker)
{
    job_t *job = context;
    (void)worker;
    onednn_prepare_thread();
    int32_t *sums = (int32_t *)(void *)(job->c + index * SIDE * SIDE);
    int8_t *packed = (int8_t *)(job->b + SIDE * SIDE / 4);
    product_fast.pack(false, SIDE, SIDE, (const int8_t *)job->b, packed);
    assert_true(product_fast.pair(false, SIDE, SIDE, SIDE, (const uint8_t *)job->a, (const int8_t *)job->b, packed, sums,
                                  SIDE, sums));
}

/* Seconds a piece of work of one round. */
static double round_of(void (*work)(void *, int64_t, int), job_t *job, int threads)
{
    const double started = progress_clock();
    assert_ok(threads_for(threads, threads, work, job));
    return (progress_clock() - started) / threads;
}

static void measure_product(void (*work)(void *, int64_t, int), int threads, int repeats)
{
    const size_t size = (size_t)SIDE * SIDE;
    job_t *job = calloc(1, sizeof *job);
    assert_non_null(job);
    job->a = calloc(size, sizeof(float));
    job->b = calloc(size, sizeof(float));
    job->c = calloc(size * (size_t)threads, sizeof(float));
    assert_true(job->a != NULL && job->b != NULL && job->c != NULL);
    for (int i = 0; i < repeats + 1; i++) {
        const double seconds = round_of(work, job, threads);
        if (i > 0)
            printf("%.1f 0\n", 2e-9 * SIDE * SIDE * SIDE / seconds);
    }
    free(job->a);
    free(job->b);
    free(job->c);
    free(job);
}

static void write_input(const char *path, const net_weights_t *weights, const float *input)
{
    const net_size_t *size = weights->size;
    int64_t count = size->channels * size->height * size->width, tokens = size->width;
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    if (weights->program.count > 0 && weights->program.steps[0].kind == NET_STEP_EMBEDDING) {
        for (tokens = 0; input[tokens] >= 0;)
            tokens++;
        fwrite(input, sizeof *input, (size_t)tokens, stream);
        fwrite(input + size->width, sizeof *input, (size_t)tokens, stream);
    } else {
        fwrite(input, sizeof *input, (size_t)count, stream);
    }
    assert_int_equal(fclose(stream), 0);
}

static void open_integers(const net_weights_t *weights, int threads, net_ranges_t *ranges, job_t *job)
{
    assert_ok(net_ranges_create(&weights->table, ranges));
    for (size_t i = 0; i < weights->table.count; i++)
        ranges->most[i] = 4;
    assert_ok(engine_open_integers(weights, "fast", ranges, threads, &job->engine));
    for (size_t i = 0; i < weights->table.count; i++) {
        const net_layer_t *layer = &weights->table.items[i];
        const int64_t row = layer->c * layer->kh * layer->kw;
        int8_t *q = malloc((size_t)(layer->k * row));
        int16_t *values = malloc((size_t)(layer->k * row) * sizeof *values);
        float *scale = malloc((size_t)layer->k * sizeof *scale);
        assert_true(q != NULL && values != NULL && scale != NULL);
        quantize_channels(weights->layers[i].weights, layer->k, row, 1, q, scale);
        for (int64_t at = 0; at < layer->k * row; at++)
            values[at] = q[at];
        assert_ok(engine_set_integers(job->engine, i, 0, layer->k, values, scale));
        free(q);
        free(values);
        free(scale);
    }
}

static void print_steps(const engine_profile_t *profile)
{
    double all = 0;
    for (int kind = 0; kind < ENGINE_STEP_KINDS; kind++)
        all += profile->seconds[kind];
    for (int kind = 0; kind < ENGINE_STEP_KINDS; kind++)
        if (profile->laps[kind] > 0)
            printf("%.3f %.4f %s\n", 1e3 * profile->seconds[kind] / (double)profile->samples, profile->seconds[kind] / all,
                   steps_name((engine_step_kind_t)kind));
}

static void measure_network(const char *name, const char *kernels, bool profiled, int threads, int repeats,
                            const char *write_to)
{
    const network_t *network;
    const net_size_t *size;
    net_weights_t weights;
    job_t *job = calloc(1, sizeof *job);
    assert_non_null(job);
    assert_ok(net_find(name, &network));
    assert_ok(net_find_size(network, "full", &size));
    made_weights(network, size, &weights);
    float *input = calloc((size_t)(size->channels * size->height * size->width), sizeof *input);
    assert_non_null(input);
    made_input(&weights, SAMPLE, input);
    if (write_to != NULL)
        write_input(write_to, &weights, input);
    net_ranges_t ranges = {0};
    if (strcmp(kernels, "int8") == 0) {
        open_integers(&weights, threads, &ranges, job);
    } else {
        assert_ok(engine_open(&weights, kernels, threads, &job->engine));
        for (size_t i = 0; i < weights.table.count; i++)
            assert_ok(engine_set_rows(job->engine, i, 0, weights.table.items[i].k, weights.layers[i].weights));
    }
    job->input = input;
    if (profiled) {
        (void)round_of(predict, job, 1);
        assert_ok(engine_profile(job->engine));
        for (int i = 0; i < repeats; i++)
            (void)round_of(predict, job, 1);
        const engine_profile_t profile = engine_profile_of(job->engine);
        print_steps(&profile);
        repeats = -1;
    }
    for (int i = 0; i < repeats + 1; i++) {
        const double seconds = round_of(predict, job, threads);
        if (i > 0)
            printf("%.2f %.5f\n", 1000 * seconds, (double)job->logits[0][0]);
    }
    engine_close(job->engine);
    net_ranges_free(&ranges);
    net_weights_free(&weights);
    free(input);
    free(job);
}

/* The tokens of the sample; 0 for an image. */
static int64_t tokens_of(const net_weights_t *weights)
{
    const net_size_t *size = weights->size;
    float *input = calloc((size_t)(size->channels * size->height * size->width), sizeof *input);
    int64_t tokens = 0;
    assert_non_null(input);
    made_input(weights, SAMPLE, input);
    while (weights->program.steps[0].kind == NET_STEP_EMBEDDING && input[tokens] >= 0)
        tokens++;
    free(input);
    return tokens;
}

/* Multiplications of one step, for a sample of `tokens` rows. */
static int64_t step_work(const net_step_t *step, int64_t tokens)
{
    const int64_t rows = step->first_token ? 1 : tokens;
    switch (step->kind) {
    case NET_STEP_PATCHES:
        return (rows - 1) * step->inputs * step->outputs;
    case NET_STEP_LINEAR:
        return rows * step->inputs * step->outputs;
    case NET_STEP_ATTENTION:
        return 2 * rows * rows * step->outputs;
    default:
        return 0;
    }
}

static void print_work(const char *name)
{
    const network_t *network;
    const net_size_t *size;
    net_weights_t weights;
    int64_t all = 0;
    assert_ok(net_find(name, &network));
    assert_ok(net_find_size(network, "full", &size));
    made_weights(network, size, &weights);
    const net_program_t *program = &weights.program;
    const int64_t sample = program->count > 0 ? tokens_of(&weights) : 0, tokens = sample > 0 ? sample : program->tokens;
    for (size_t i = 0; i < program->count; i++)
        all += step_work(&program->steps[i], tokens);
    for (size_t i = 0; program->count == 0 && i < weights.table.count; i++) {
        const net_layer_t *layer = &weights.table.items[i];
        all += net_layer_macs(layer);
    }
    printf("%.1f\n", 1e-6 * (double)all);
    net_weights_free(&weights);
}

int main(int count, char **words)
{
    if (count < 5)
        return 2;
    if (strcmp(words[1], "sgemm") == 0)
        measure_product(multiply, atoi(words[3]), atoi(words[4]));
    else if (strcmp(words[1], "product") == 0)
        measure_product(multiply_bytes, atoi(words[3]), atoi(words[4]));
    else if (strcmp(words[1], "version") == 0)
        printf("%s\n", engine_versions().chars);
    else if (strcmp(words[2], "work") == 0)
        print_work(words[1]);
    else
        measure_network(words[1], words[2], strcmp(words[3], "steps") == 0,
                        strcmp(words[3], "steps") == 0 ? 1 : atoi(words[3]), atoi(words[4]), count > 5 ? words[5] : NULL);
    return 0;
}
