/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Activations that a method quantises, in whole networks: logits against PyTorch's with the quantisers said again in numpy
 * (tests/oracle/made_activations.py), both float kernel sets, any number of threads; and which samples calibrate. */
#include "measure/activations.h"

#include "base/threads.h"
#include "measure/calibration_samples.h"
#include "nets/bert.h"
#include "nets/cifar_resnet.h"
#include "nets/resnet.h"
#include "nets/transformer.h"
#include "nets/vgg.h"
#include "nets/vit.h"
#include "tensor/safetensors.h"

#include "engine_weights.h"
#include "made_weights.h"
#include "odd_transformers.h"

enum { SAMPLES = 3, CLASSES_LIMIT = 3072 };

typedef struct {
    net_weights_t weights;
    int8_network_t network;
    const float *layers[128];
    dataset_t dataset;
    int64_t list[SAMPLES];
    calibration_samples_t samples;
} made_net_t;

static outcome_t read_made(const dataset_t *dataset, int64_t sample, float *values)
{
    made_input(dataset->state, sample, values);
    return outcome_ok();
}

static made_net_t *make_net(const network_t *network, const net_size_t *size)
{
    made_net_t *made = calloc(1, sizeof *made);
    assert_non_null(made);
    made_weights(network, size, &made->weights);
    assert_ok(int8_network_from(&made->weights, true, 1, &made->network));
    for (size_t i = 0; i < made->weights.table.count; i++)
        made->layers[i] = made->weights.layers[i].weights;
    made->dataset = (dataset_t){.samples = SAMPLES, .read = read_made, .state = &made->weights};
    for (int64_t i = 0; i < SAMPLES; i++)
        made->list[i] = i;
    made->samples = (calibration_samples_t){.dataset = &made->dataset, .list = made->list, .count = SAMPLES};
    return made;
}

static void free_net(made_net_t *made)
{
    int8_network_free(&made->network);
    net_weights_free(&made->weights);
    free(made);
}

typedef struct {
    const made_net_t *made;
    engine_t *engine;
    float logits[SAMPLES * CLASSES_LIMIT];
} job_t;

static void predict_one(void *context, int64_t sample, int worker)
{
    job_t *job = context;
    const net_size_t *size = job->made->weights.size;
    float *input = calloc((size_t)(size->channels * size->height * size->width), sizeof *input);
    made_input(&job->made->weights, sample, input);
    const outcome_t result = engine_predict(job->engine, worker, input, job->logits + sample * size->classes);
    if (!outcome_is_ok(&result))
        job->logits[sample * size->classes] = NAN;
    free(input);
}

/* Logits of all samples, with float weights and activations as the method has them. */
static void run(const made_net_t *made, const char *kernels, const char *spec, int threads, job_t *job)
{
    activations_t activations;
    *job = (job_t){.made = made};
    assert_ok(engine_open(&made->weights, kernels, threads, &job->engine));
    assert_ok(set_weights(job->engine, &made->weights, made->layers));
    assert_ok(activations_fit(&made->network, &made->weights, spec, &made->samples, job->engine, threads, &activations));
    assert_ok(engine_filter(job->engine, activations_filter, &activations));
    assert_ok(threads_for(threads, SAMPLES, predict_one, job));
    activations_free(&activations);
    engine_close(job->engine);
}

static double relative_error(const float *have, const float *want, int64_t count)
{
    double error = 0, largest = 0;
    for (int64_t i = 0; i < count; i++) {
        error = fmax(error, fabs((double)have[i] - (double)want[i]));
        largest = fmax(largest, fabs((double)want[i]));
    }
    return error / largest;
}

static const char *const methods[] = {"mx:activations=6", "ant:activations=6", "ant:activations=4",
                                      "noisyquant:activations=4"};
enum { METHODS = sizeof methods / sizeof *methods };

typedef struct {
    int agree, samples;
} agreement_t;

/* Where two programs add in another order, a value now and then falls on the other side of a level. Then the sample has
 * other quantisation noise in all layers that follow. So most samples must agree to the precision of float32, and the
 * others to the noise. */
static const double PRECISION = 1e-5, NOISE = 0.4;

static void check_network(const tensor_set_t *set, const network_t *network, const net_size_t *size, agreement_t *all)
{
    made_net_t *made = make_net(network, size);
    job_t job;
    int together = 0;
    for (int method = 0; method < METHODS; method++) {
        const tensor_t *wanted =
            tensor_set_find(set, text_of("%s.%s %s", network->name, size->name, methods[method]).chars);
        int agree = 0;
        assert_non_null(wanted);
        for (const char *const *kernels = float_kernels; *kernels != NULL; kernels++) {
            run(made, *kernels, methods[method], 2, &job);
            for (int64_t sample = 0; sample < SAMPLES; sample++) {
                const double error = relative_error(job.logits + sample * size->classes,
                                                    (const float *)wanted->data + sample * wanted->shape[1],
                                                    wanted->shape[1]); /* the first ones, where there are many */
                assert_true(error <= NOISE);
                agree += error <= PRECISION;
            }
        }
        print_message("# %s, size %s, %s: %d of %d samples agree\n", network->name, size->name, methods[method], agree,
                      2 * SAMPLES);
        together += agree;
    }
    assert_true(together >= 0.3 * METHODS * 2 * SAMPLES);
    all->agree += together;
    all->samples += METHODS * 2 * SAMPLES;
    free_net(made);
}

static const net_size_t *size_of(const network_t *network, const char *name)
{
    const net_size_t *size;
    assert_ok(net_find_size(network, name, &size));
    return size;
}

static void quantised_activations_agree_with_pytorch(void **state)
{
    (void)state;
    tensor_set_t set;
    agreement_t all = {0};
    assert_ok(safetensors_load("tests/data/made_activations.safetensors", "make oracle", &set));
    check_network(&set, &net_vit_small, &odd_vit_size, &all);
    check_network(&set, &net_bert_mrpc, &odd_bert_size, &all);
    check_network(&set, &net_resnet20, size_of(&net_resnet20, "full"), &all);
    check_network(&set, &net_resnet34, size_of(&net_resnet34, "compact"), &all);
    check_network(&set, &net_vgg16, size_of(&net_vgg16, "compact"), &all);
    assert_true(all.agree >= 0.75 * all.samples);
    tensor_set_free(&set);
}

/* Without a quantiser the logits are farther away than PRECISION, and more bits are nearer. */
static void eight_bits_are_near_float_and_four_are_not(void **state)
{
    (void)state;
    made_net_t *made = make_net(&net_vit_small, &odd_vit_size);
    const int64_t count = SAMPLES * odd_vit_size.classes;
    job_t plain = {.made = made}, coarse, fine;
    assert_ok(engine_open(&made->weights, "fast", 1, &plain.engine));
    assert_ok(set_weights(plain.engine, &made->weights, made->layers));
    assert_ok(threads_for(1, SAMPLES, predict_one, &plain));
    engine_close(plain.engine);
    const char *const pairs[][2] = {{"ant:activations=4", "ant:activations=8"},
                                    {"noisyquant:activations=4", "noisyquant:activations=8"},
                                    {"mx:activations=6", "mx:activations=8"}};
    for (int i = 0; i < 3; i++) {
        run(made, "fast", pairs[i][0], 1, &coarse);
        run(made, "fast", pairs[i][1], 1, &fine);
        const double far = relative_error(coarse.logits, plain.logits, count),
                     near = relative_error(fine.logits, plain.logits, count);
        assert_true(far > 9e-3 && near < 0.5 * far && near > 0 && near < 0.03);
    }
    free_net(made);
}

static void any_number_of_threads_gives_the_same_bytes(void **state)
{
    (void)state;
    made_net_t *nets[] = {make_net(&net_bert_mrpc, &odd_bert_size),
                          make_net(&net_resnet20, size_of(&net_resnet20, "full"))};
    job_t one, more;
    for (int net = 0; net < 2; net++) {
        for (int method = 0; method < METHODS; method++)
            for (const char *const *kernels = float_kernels; *kernels != NULL; kernels++) {
                run(nets[net], *kernels, methods[method], 1, &one);
                for (int threads = 2; threads <= 4; threads += 2) {
                    run(nets[net], *kernels, methods[method], threads, &more);
                    assert_memory_equal(one.logits, more.logits, sizeof one.logits);
                }
            }
        free_net(nets[net]);
    }
}

/* A filter sees each layer with weights once, but not pixels and not the float head; then it can be taken away. */
typedef struct {
    int calls[64];
} calls_t;

static void count_calls(void *context, int worker, size_t index, const activation_shape_t *shape, const float *from,
                        float *to)
{
    (void)worker;
    ((calls_t *)context)->calls[index]++;
    memcpy(to, from, (size_t)(shape->channels * shape->positions) * sizeof *to);
}

static void a_filter_stands_before_each_layer_with_weights(void **state)
{
    (void)state;
    made_net_t *made = make_net(&net_vit_small, &odd_vit_size);
    for (const char *const *kernels = float_kernels; *kernels != NULL; kernels++) {
        calls_t calls = {{0}};
        job_t before = {.made = made}, during = before, after = before;
        assert_ok(engine_open(&made->weights, *kernels, 1, &before.engine));
        after.engine = during.engine = before.engine;
        assert_ok(set_weights(before.engine, &made->weights, made->layers));
        assert_ok(threads_for(1, SAMPLES, predict_one, &before));
        assert_ok(engine_filter(before.engine, count_calls, &calls));
        assert_ok(threads_for(1, SAMPLES, predict_one, &during));
        assert_ok(engine_filter(before.engine, NULL, NULL));
        assert_ok(threads_for(1, SAMPLES, predict_one, &after));
        assert_memory_equal(before.logits, during.logits, sizeof before.logits);
        assert_memory_equal(before.logits, after.logits, sizeof before.logits);
        for (size_t i = 0; i < made->weights.table.count; i++)
            assert_int_equal(calls.calls[i], i == 0 ? 0 : SAMPLES);
        engine_close(before.engine);
    }
    free_net(made);
    engine_t *integers;
    made = make_net(&net_bert_mrpc, &odd_bert_size);
    assert_ok(engine_open_integers(&made->weights, "plain", NULL, 1, &integers));
    assert_error(engine_filter(integers, count_calls, NULL), FAULT_FAILED, "--activations fp32");
    engine_close(integers);
    free_net(made);
}

/* ===  Samples  === */

enum { ALL = 200 };

static void evaluated_samples_do_not_calibrate(void **state)
{
    (void)state;
    static const dataset_kind_t kind = {.name = "made"};
    int32_t labels[ALL];
    int64_t evaluated[ALL];
    for (int i = 0; i < ALL; i++)
        labels[i] = i % 7;
    const dataset_t dataset = {.kind = &kind, .samples = ALL, .classes = 7, .labels = labels};
    const int64_t counts[] = {1, 100, ALL - CALIBRATION_SAMPLES, ALL - CALIBRATION_SAMPLES + 1, ALL};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        calibration_samples_t samples;
        assert_ok(dataset_subset(&dataset, counts[i], evaluated));
        const calibration_request_t request = {
            .evaluated = &dataset, .evaluated_list = evaluated, .evaluated_count = counts[i], .default_data = true};
        assert_ok(calibration_samples_open(&request, &samples));
        assert_int_equal(samples.count, counts[i] + CALIBRATION_SAMPLES <= ALL ? CALIBRATION_SAMPLES : 0);
        for (int64_t at = 0; at < samples.count; at++) {
            assert_true(at == 0 || samples.list[at] > samples.list[at - 1]);
            for (int64_t other = 0; other < counts[i]; other++)
                assert_true(samples.list[at] != evaluated[other]);
        }
        calibration_samples_close(&samples);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantised_activations_agree_with_pytorch),
        cmocka_unit_test(eight_bits_are_near_float_and_four_are_not),
        cmocka_unit_test(any_number_of_threads_gives_the_same_bytes),
        cmocka_unit_test(a_filter_stands_before_each_layer_with_weights),
        cmocka_unit_test(evaluated_samples_do_not_calibrate),
    };
    return cmocka_run_group_tests_name("activations", tests, NULL, NULL);
}
