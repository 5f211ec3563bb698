/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/ and measure/: samples in batches. A batch of any size gives each sample the bytes that it has alone: on every
 * compact network and kernel set, and on networks whose last linear layers are large, so that the fast kernels compute them
 * for all samples of a batch at once. These are compared with Darknet's own kernels too. */
#include "base/threads.h"
#include "measure/inference.h"
#include "measure/sample_list.h"

#include <math.h>

#include "engine_weights.h"
#include "made_weights.h"

enum { SAMPLES = 19, CLASSES = 10, INPUTS = 3 * 8 * 8, HIDDEN = 1024, COMPACT_SAMPLES = 8 };
static const double TOLERANCE = 1e-5; /* largest difference / largest logit, float32 against float32 */

/* ===  Networks with large linear layers at the end  === */

/* Sizes "blocked" and "plain": 16 filters are a blocked plane of 8 x 8 pixels, 10 filters a plain one. The first linear
 * layer has 1 M weights or more, the others are small. */
static outcome_t tail_layers(const net_size_t *size, net_table_t *table)
{
    const int64_t filters = size->name[0] == 'b' ? 16 : 10;
    outcome_t result;
    if (outcome_bad(&result, net_add_conv(table, "conv", "bn", filters, 3, 3, 1, 1, 8, 8)) ||
        outcome_bad(&result, net_add_linear(table, "one", filters == 16 ? HIDDEN : 2 * HIDDEN, 64 * filters, 1, true)) ||
        outcome_bad(&result, net_add_linear(table, "two", 70, filters == 16 ? HIDDEN : 2 * HIDDEN, 1, true)))
        return result;
    return net_add_linear(table, "three", CLASSES, 70, 1, true);
}

static void tail_graph(const net_size_t *size, text_builder_t *cfg)
{
    const int filters = size->name[0] == 'b' ? 16 : 10;
    text_append(cfg,
                "[net]\nbatch=1\nsubdivisions=1\nheight=8\nwidth=8\nchannels=3\n"
                "[convolutional]\nbatch_normalize=1\nfilters=%d\nsize=3\nstride=1\npad=1\nactivation=relu\n"
                "[connected]\noutput=%d\nactivation=relu\n"
                "[connected]\noutput=70\nactivation=relu\n"
                "[connected]\noutput=%d\nactivation=linear\n",
                filters, filters == 16 ? HIDDEN : 2 * HIDDEN, CLASSES);
}

static const net_size_t tail_sizes[] = {{.name = "blocked", .channels = 3, .height = 8, .width = 8, .classes = CLASSES},
                                        {.name = "plain", .channels = 3, .height = 8, .width = 8, .classes = CLASSES}};
static const net_size_t *const tail_size_list[] = {&tail_sizes[0], &tail_sizes[1], NULL};
static const network_t tail_network = {.name = "tail", .sizes = tail_size_list, .layers = tail_layers, .graph = tail_graph};

typedef struct {
    net_weights_t weights;
    engine_t *engine;
    float inputs[SAMPLES * INPUTS], alone[SAMPLES * CLASSES];
} tail_t;

static void set_all(engine_t *engine, const net_weights_t *weights)
{
    for (size_t i = 0; i < weights->table.count; i++)
        assert_ok(engine_set_rows(engine, i, 0, weights->table.items[i].k, weights->layers[i].weights));
}

static tail_t *open_tail(const net_size_t *size, const char *kernels, int workers)
{
    tail_t *tail = calloc(1, sizeof *tail);
    assert_non_null(tail);
    made_weights(&tail_network, size, &tail->weights);
    for (int64_t i = 0; i < SAMPLES; i++)
        made_input(&tail->weights, i, tail->inputs + i * INPUTS);
    assert_ok(engine_open(&tail->weights, kernels, workers, &tail->engine));
    set_all(tail->engine, &tail->weights);
    for (int64_t i = 0; i < SAMPLES; i++)
        assert_ok(engine_predict(tail->engine, 0, tail->inputs + i * INPUTS, tail->alone + i * CLASSES));
    return tail;
}

static void close_tail(tail_t *tail)
{
    engine_close(tail->engine);
    net_weights_free(&tail->weights);
    free(tail);
}

static void a_sample_of_a_batch_has_the_bytes_that_it_has_alone(void **state)
{
    (void)state;
    for (const net_size_t *const *size = tail_size_list; *size != NULL; size++)
        for (const char *const *kernels = cnn_kernels; *kernels != NULL; kernels++) {
            tail_t *tail = open_tail(*size, *kernels, 2);
            float logits[SAMPLES * CLASSES];
            for (int64_t count = 1; count <= SAMPLES; count++)
                for (int64_t first = 0; first + count <= SAMPLES; first += 5) {
                    memset(logits, 0, sizeof logits);
                    assert_ok(engine_predict_some(tail->engine, 1, count, tail->inputs + first * INPUTS, logits));
                    assert_memory_equal(logits, tail->alone + first * CLASSES, (size_t)count * CLASSES * sizeof(float));
                }
            close_tail(tail);
        }
}

static void large_linear_layers_agree_with_darknet(void **state)
{
    (void)state;
    for (const net_size_t *const *size = tail_size_list; *size != NULL; size++) {
        tail_t *stock = open_tail(*size, "stock", 1), *fast = open_tail(*size, "fast", 1);
        double error = 0, largest = 0;
        for (int i = 0; i < SAMPLES * CLASSES; i++) {
            error = fmax(error, fabs((double)fast->alone[i] - (double)stock->alone[i]));
            largest = fmax(largest, fabs((double)stock->alone[i]));
        }
        print_message("# %s: relative error %.2g, batch %d\n", (*size)->name, error / largest,
                      (int)engine_batch(fast->engine));
        assert_true(error / largest <= TOLERANCE);
        assert_int_equal(engine_batch(stock->engine), 1);
        close_tail(stock);
        close_tail(fast);
    }
}

static void no_samples_are_nothing(void **state)
{
    (void)state;
    tail_t *tail = open_tail(&tail_sizes[0], "fast", 1);
    float logits[2] = {7, 7};
    assert_ok(engine_predict_some(tail->engine, 0, 0, NULL, logits));
    assert_true(logits[0] == 7 && logits[1] == 7);
    close_tail(tail);
}

/* ===  Observers and filters look at one sample after the other  === */

typedef struct {
    int64_t calls, values;
} seen_t;

static void see(void *context, int worker, size_t index, const float *values, int64_t count)
{
    seen_t *seen = context;
    (void)worker;
    (void)values;
    seen->calls += index == 1;
    seen->values += index == 1 ? count : 0;
}

/* Halves what it sees; linear layers with zero biases would only halve the logits, so biases are part of the test. */
static void halve(void *context, int worker, size_t index, const activation_shape_t *shape, const float *from, float *to)
{
    (void)context;
    (void)worker;
    (void)index;
    for (int64_t i = 0; i < shape->channels * shape->positions; i++)
        to[i] = from[i] / 2;
}

static void who_looks_at_inputs_sees_every_sample(void **state)
{
    (void)state;
    tail_t *tail = open_tail(&tail_sizes[0], "fast", 1);
    float logits[SAMPLES * CLASSES], one[CLASSES];
    seen_t seen = {0};
    assert_ok(engine_observe(tail->engine, see, &seen));
    assert_int_equal(engine_batch(tail->engine), 1);
    assert_ok(engine_predict_some(tail->engine, 0, SAMPLES, tail->inputs, logits));
    assert_int_equal(seen.calls, SAMPLES);
    assert_int_equal(seen.values, SAMPLES * HIDDEN);
    assert_memory_equal(logits, tail->alone, sizeof logits);
    assert_ok(engine_observe(tail->engine, NULL, NULL));
    assert_ok(engine_filter(tail->engine, halve, NULL));
    assert_ok(engine_predict_some(tail->engine, 0, SAMPLES, tail->inputs, logits));
    assert_memory_not_equal(logits, tail->alone, sizeof one);
    for (int i = 0; i < SAMPLES; i++) {
        assert_ok(engine_predict(tail->engine, 0, tail->inputs + i * INPUTS, one));
        assert_memory_equal(one, logits + i * CLASSES, sizeof one);
    }
    assert_ok(engine_filter(tail->engine, NULL, NULL));
    assert_ok(engine_predict_some(tail->engine, 0, SAMPLES, tail->inputs, logits));
    assert_memory_equal(logits, tail->alone, sizeof logits);
    close_tail(tail);
}

/* ===  Samples of a data set  === */

/* Reads the inputs of a tail_t; a sample of `bad` cannot be read. */
typedef struct {
    const tail_t *tail;
    int64_t bad;
    float logits[SAMPLES * CLASSES];
} reading_t;

static outcome_t read_input(const dataset_t *dataset, int64_t sample, float *values)
{
    const reading_t *reading = dataset->state;
    if (sample == reading->bad)
        return outcome_failed("sample", NULL, "damaged", "a picture", NULL);
    memcpy(values, reading->tail->inputs + sample * INPUTS, INPUTS * sizeof *values);
    return outcome_ok();
}

static void keep_logits(void *context, int64_t index, const float *logits)
{
    memcpy(((reading_t *)context)->logits + index * CLASSES, logits, CLASSES * sizeof *logits);
}

static outcome_t run_samples(reading_t *reading, int threads, int64_t count, bool skip_bad, int *predicted)
{
    int64_t list[SAMPLES];
    const dataset_t dataset = {.samples = SAMPLES, .state = reading, .read = read_input};
    const inference_t inference = {.dataset = &dataset,
                                   .engine = reading->tail->engine,
                                   .size = reading->tail->weights.size,
                                   .threads = threads,
                                   .skip_bad = skip_bad,
                                   .take = keep_logits,
                                   .context = reading};
    for (int64_t i = 0; i < count; i++)
        list[i] = SAMPLES - 1 - i; /* not in the order of the data set */
    memset(reading->logits, 0, sizeof reading->logits);
    return inference_run(&inference, "test", list, count, predicted);
}

static void samples_have_their_own_answers_in_any_group(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 3; threads++) {
        tail_t *tail = open_tail(&tail_sizes[0], "fast", threads);
        reading_t reading = {.tail = tail, .bad = -1};
        for (int64_t count = 0; count <= SAMPLES; count++) {
            int predicted[SAMPLES];
            assert_ok(run_samples(&reading, threads, count, false, predicted));
            for (int64_t i = 0; i < count; i++) {
                const float *want = tail->alone + (SAMPLES - 1 - i) * CLASSES;
                assert_memory_equal(reading.logits + i * CLASSES, want, CLASSES * sizeof *want);
                assert_int_equal(predicted[i], inference_answer(want, CLASSES));
            }
        }
        close_tail(tail);
    }
}

static void a_bad_sample_is_left_out_of_its_group(void **state)
{
    (void)state;
    tail_t *tail = open_tail(&tail_sizes[0], "fast", 2);
    for (int64_t bad = 0; bad < SAMPLES; bad++) {
        reading_t reading = {.tail = tail, .bad = bad};
        int predicted[SAMPLES];
        assert_error(run_samples(&reading, 2, SAMPLES, false, predicted), FAULT_FAILED, "damaged");
        assert_ok(run_samples(&reading, 2, SAMPLES, true, predicted));
        for (int64_t i = 0; i < SAMPLES; i++) {
            const float zeros[CLASSES] = {0}, *want = tail->alone + (SAMPLES - 1 - i) * CLASSES;
            const bool skipped = SAMPLES - 1 - i == bad;
            assert_memory_equal(reading.logits + i * CLASSES, skipped ? zeros : want, sizeof zeros);
            assert_int_equal(predicted[i], skipped ? SAMPLE_SKIPPED : inference_answer(want, CLASSES));
        }
    }
    close_tail(tail);
}

/* ===  Every compact network  === */

typedef struct {
    engine_t *engine;
    int64_t batch, input, classes;
    const float *inputs;
    float *logits;
} groups_t;

static void predict_group(void *context, int64_t index, int worker)
{
    const groups_t *groups = context;
    const int64_t first = index * groups->batch, left = COMPACT_SAMPLES - first;
    const outcome_t result =
        engine_predict_some(groups->engine, worker, left < groups->batch ? left : groups->batch,
                            groups->inputs + first * groups->input, groups->logits + first * groups->classes);
    if (!outcome_is_ok(&result))
        groups->logits[first * groups->classes] = NAN; /* found by the comparison */
}

static void compare_batches(const network_t *network, const net_size_t *size, const char *kernels)
{
    net_weights_t weights;
    made_weights(network, size, &weights);
    groups_t groups = {.input = size->channels * size->height * size->width, .classes = size->classes};
    const size_t floats = (size_t)(COMPACT_SAMPLES * groups.classes);
    float *inputs = malloc(COMPACT_SAMPLES * (size_t)groups.input * sizeof *inputs), *want = malloc(floats * sizeof *want);
    groups.logits = malloc(floats * sizeof *groups.logits);
    assert_true(inputs != NULL && want != NULL && groups.logits != NULL);
    for (int64_t i = 0; i < COMPACT_SAMPLES; i++)
        made_input(&weights, i % 4, inputs + i * groups.input);
    groups.inputs = inputs;
    assert_ok(engine_open(&weights, kernels, 2, &groups.engine));
    set_all(groups.engine, &weights);
    for (int64_t i = 0; i < COMPACT_SAMPLES; i++)
        assert_ok(engine_predict(groups.engine, 0, inputs + i * groups.input, want + i * groups.classes));
    static const int64_t batches[] = {1, 2, 3, 8};
    for (size_t b = 0; b < sizeof batches / sizeof *batches; b++)
        for (int threads = 1; threads <= 2; threads++) {
            groups.batch = batches[b];
            memset(groups.logits, 0, floats * sizeof *groups.logits);
            assert_ok(threads_for(threads, (COMPACT_SAMPLES + groups.batch - 1) / groups.batch, predict_group, &groups));
            assert_memory_equal(groups.logits, want, floats * sizeof *want);
        }
    engine_close(groups.engine);
    net_weights_free(&weights);
    free(inputs);
    free(want);
    free(groups.logits);
}

static void compact_networks_give_the_same_bytes_in_any_batch(void **state)
{
    (void)state;
    for (const network_t *const *network = net_registry; *network != NULL; network++) {
        const net_size_t *size;
        assert_ok(net_find_size(*network, "compact", &size));
        for (const char *const *kernels = size->cfg != NULL ? cnn_kernels : float_kernels; *kernels != NULL; kernels++)
            compare_batches(*network, size, *kernels);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sample_of_a_batch_has_the_bytes_that_it_has_alone),
        cmocka_unit_test(large_linear_layers_agree_with_darknet),
        cmocka_unit_test(no_samples_are_nothing),
        cmocka_unit_test(who_looks_at_inputs_sees_every_sample),
        cmocka_unit_test(samples_have_their_own_answers_in_any_group),
        cmocka_unit_test(a_bad_sample_is_left_out_of_its_group),
        cmocka_unit_test(compact_networks_give_the_same_bytes_in_any_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
