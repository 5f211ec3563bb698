/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One network of ours with weights by formula, for the comparison with other engines (tests/peers/peers.sh):
 *
 *     engine NET KERNELS THREADS REPEATS [INPUTS.bin]
 *     engine sgemm - THREADS REPEATS
 *
 * prints "milliseconds logit0": the best of REPEATS rounds, in which each thread computes one sample, over their number;
 * or the rate of a 2048 x 2048 x 2048 product, one a thread, in GFLOP/s. */
#include "base/progress.h"
#include "base/threads.h"
#include "engine/engine.h"
#include "engine/onednn.h"

#include "made_weights.h"

enum { SAMPLE = 9, SIDE = 2048, CLASSES_LIMIT = 1000 };

typedef struct {
    engine_t *engine;
    const float *input;
    float logits[64][CLASSES_LIMIT];
    float *a, *b, *c; /* of sgemm */
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

static double best_of(void (*work)(void *, int64_t, int), job_t *job, int threads, int repeats)
{
    double best = 1e9;
    for (int i = 0; i < repeats + 1; i++) {
        double started = progress_clock();
        assert_ok(threads_for(threads, threads, work, job));
        double seconds = progress_clock() - started;
        best = i > 0 && seconds < best ? seconds : best;
    }
    return best / threads;
}

static void measure_sgemm(int threads, int repeats)
{
    const size_t size = (size_t)SIDE * SIDE;
    job_t *job = calloc(1, sizeof *job);
    assert_non_null(job);
    job->a = calloc(size, sizeof(float));
    job->b = calloc(size, sizeof(float));
    job->c = calloc(size * (size_t)threads, sizeof(float));
    assert_true(job->a != NULL && job->b != NULL && job->c != NULL);
    printf("%.1f 0\n", 2e-9 * SIDE * SIDE * SIDE / best_of(multiply, job, threads, repeats));
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

static void measure_network(const char *name, const char *kernels, int threads, int repeats, const char *write_to)
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
    assert_ok(engine_open(&weights, kernels, threads, &job->engine));
    for (size_t i = 0; i < weights.table.count; i++)
        assert_ok(engine_set_rows(job->engine, i, 0, weights.table.items[i].k, weights.layers[i].weights));
    job->input = input;
    double seconds = best_of(predict, job, threads, repeats);
    printf("%.2f %.5f\n", 1000 * seconds, (double)job->logits[0][0]);
    engine_close(job->engine);
    net_weights_free(&weights);
    free(input);
    free(job);
}

int main(int count, char **words)
{
    if (count < 5)
        return 2;
    if (strcmp(words[1], "sgemm") == 0)
        measure_sgemm(atoi(words[3]), atoi(words[4]));
    else
        measure_network(words[1], words[2], atoi(words[3]), atoi(words[4]), count > 5 ? words[5] : NULL);
    return 0;
}
