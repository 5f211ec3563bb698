/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One network of ours with weights by formula, for the comparison with other engines (tests/peers/peers.sh):
 *
 *     engine NET KERNELS THREADS REPEATS BATCH...
 *     engine NET KERNELS steps REPEATS BATCH
 *     engine NET input - INPUTS.bin
 *     engine NET work - -
 *     engine sgemm|product - THREADS REPEATS
 *     engine version - - -
 *
 * with KERNELS those of engine.h, or int8: the integer mode with fast kernels, weights quantised, made-up ranges. For each
 * BATCH it prints a line "batch milliseconds logit0" for each of REPEATS / BATCH rounds, at least two, after one that warms
 * up. In a round each thread computes a batch of samples; the time is that of the round over the number of samples, and the
 * logit that of the batch's last sample. steps prints the processor time by kind of step, "milliseconds share name", in one
 * thread; input writes the sample; work prints its million multiplications. sgemm and product print a line "1 rate 0" for
 * each round with the rate of 2048 x 2048 x 2048 products, one a thread, in G operations/s: the machine's limit for
 * float32, and for u8 by s8 with 32-bit sums. version prints the libraries. */
#include "base/progress.h"
#include "base/threads.h"
#include "compress/quantize.h"
#include "engine/engine.h"
#include "engine/onednn.h"
#include "engine/product.h"
#include "measure/steps.h"

#include "made_weights.h"

enum { SAMPLE = 9, SIDE = 2048 };

typedef struct {
    engine_t *engine;
    int64_t batch, classes;
    const float *inputs;
    float *logits;    /* [threads, batch, classes] */
    float *a, *b, *c; /* of the products; bytes and 32-bit sums in the same memory */
} job_t;

static void predict(void *context, int64_t index, int worker)
{
    job_t *job = context;
    outcome_t result =
        engine_predict_some(job->engine, worker, job->batch, job->inputs, job->logits + index * job->batch * job->classes);
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
            printf("1 %.1f 0\n", 2e-9 * SIDE * SIDE * SIDE / seconds);
    }
    free(job->a);
    free(job->b);
    free(job->c);
    free(job);
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

static void open_engine(const net_weights_t *weights, const char *kernels, int threads, net_ranges_t *ranges, job_t *job)
{
    if (strcmp(kernels, "int8") == 0) {
        open_integers(weights, threads, ranges, job);
        return;
    }
    assert_ok(engine_open(weights, kernels, threads, &job->engine));
    for (size_t i = 0; i < weights->table.count; i++)
        assert_ok(engine_set_rows(job->engine, i, 0, weights->table.items[i].k, weights->layers[i].weights));
}

/* Times of one batch. */
static void measure_batch(job_t *job, int threads, int repeats)
{
    const int rounds = repeats / (int)job->batch < 2 ? 2 : repeats / (int)job->batch;
    for (int i = 0; i < rounds + 1; i++) {
        const double seconds = round_of(predict, job, threads);
        if (i > 0)
            printf("%d %.2f %.5f\n", (int)job->batch, 1000 * seconds / (double)job->batch,
                   (double)job->logits[(job->batch - 1) * job->classes]);
    }
    fflush(stdout);
}

static void profile_steps(job_t *job, int repeats)
{
    (void)round_of(predict, job, 1);
    assert_ok(engine_profile(job->engine));
    for (int i = 0; i < repeats; i++)
        (void)round_of(predict, job, 1);
    const engine_profile_t profile = engine_profile_of(job->engine);
    print_steps(&profile);
}

static int64_t floats_of(const net_size_t *size)
{
    return size->channels * size->height * size->width;
}

/* All inputs of a batch are the same sample, so that texts have the same length. */
static void give_batch(job_t *job, const net_weights_t *weights, int threads, int64_t batch)
{
    const int64_t floats = floats_of(weights->size);
    float *inputs = calloc((size_t)(batch * floats), sizeof *inputs);
    job->batch = batch;
    job->classes = weights->size->classes;
    job->logits = calloc((size_t)(threads * batch * job->classes), sizeof *job->logits);
    assert_true(inputs != NULL && job->logits != NULL);
    for (int64_t i = 0; i < batch; i++)
        made_input(weights, SAMPLE, inputs + i * floats);
    job->inputs = inputs;
}

static void free_batch(job_t *job)
{
    free((void *)(uintptr_t)job->inputs);
    free(job->logits);
}

static void make_network(const char *name, net_weights_t *weights)
{
    const network_t *network;
    const net_size_t *size;
    assert_ok(net_find(name, &network));
    assert_ok(net_find_size(network, "full", &size));
    made_weights(network, size, weights);
}

/* `batches` is a list that ends with NULL. */
static void measure_network(const char *name, const char *kernels, const char *threads, int repeats, char **batches)
{
    const bool profiled = strcmp(threads, "steps") == 0;
    const int count = profiled ? 1 : atoi(threads);
    net_weights_t weights;
    net_ranges_t ranges = {0};
    job_t job = {0};
    make_network(name, &weights);
    open_engine(&weights, kernels, count, &ranges, &job);
    for (; *batches != NULL; batches++) {
        give_batch(&job, &weights, count, atoi(*batches));
        if (profiled)
            profile_steps(&job, repeats);
        else
            measure_batch(&job, count, repeats);
        free_batch(&job);
    }
    engine_close(job.engine);
    net_ranges_free(&ranges);
    net_weights_free(&weights);
}

/* ===  The sample and its work  === */

/* The tokens of the sample `input`; 0 for an image. */
static int64_t tokens_of(const net_weights_t *weights, const float *input)
{
    int64_t tokens = 0;
    while (weights->program.count > 0 && weights->program.steps[0].kind == NET_STEP_EMBEDDING && input[tokens] >= 0)
        tokens++;
    return tokens;
}

static void write_input(const char *name, const char *path)
{
    net_weights_t weights;
    job_t job = {0};
    make_network(name, &weights);
    give_batch(&job, &weights, 1, 1);
    const int64_t tokens = tokens_of(&weights, job.inputs), width = weights.size->width;
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    if (tokens > 0) {
        fwrite(job.inputs, sizeof(float), (size_t)tokens, stream);
        fwrite(job.inputs + width, sizeof(float), (size_t)tokens, stream);
    } else {
        fwrite(job.inputs, sizeof(float), (size_t)floats_of(weights.size), stream);
    }
    assert_int_equal(fclose(stream), 0);
    free_batch(&job);
    net_weights_free(&weights);
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
    net_weights_t weights;
    job_t job = {0};
    int64_t all = 0;
    make_network(name, &weights);
    give_batch(&job, &weights, 1, 1);
    const net_program_t *program = &weights.program;
    const int64_t sample = tokens_of(&weights, job.inputs), tokens = sample > 0 ? sample : program->tokens;
    for (size_t i = 0; i < program->count; i++)
        all += step_work(&program->steps[i], tokens);
    for (size_t i = 0; program->count == 0 && i < weights.table.count; i++) {
        const net_layer_t *layer = &weights.table.items[i];
        all += net_layer_macs(layer);
    }
    printf("%.1f\n", 1e-6 * (double)all);
    free_batch(&job);
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
    else if (strcmp(words[2], "input") == 0)
        write_input(words[1], words[4]);
    else
        measure_network(words[1], words[2], words[3], atoi(words[4]), words + 5);
    return 0;
}
