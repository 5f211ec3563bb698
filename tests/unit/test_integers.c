/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/: whole networks in integers. The fast set gives the logits of the plain one, bit for bit, for any number of
 * workers; ranges are read and refused; logits stay near the float network's. The digests that are printed are compared
 * between instruction sets by tests/shell/test_integers.sh. */
#include "engine/engine.h"

#include "base/threads.h"
#include "data/profile.h"
#include "nets/bert.h"
#include "nets/cifar_resnet.h"
#include "nets/llama.h"
#include "nets/llama_shapes.h"
#include "nets/mobilenet.h"
#include "nets/resnet.h"
#include "nets/vgg.h"
#include "nets/vit.h"

#include <unistd.h>

#include "made_weights.h"

enum { SAMPLES = 2, INPUT_LIMIT = 3 * 32 * 32, CLASSES_LIMIT = 3072 };

/* MobileNetV2 for small images: ReLU6, depthwise convolutions, and narrow tensors that no ReLU follows. */
static const network_t *small_mobilenet(void)
{
    static net_size_t size;
    static const net_size_t *const sizes[] = {&size, NULL};
    static network_t network;
    size = *net_mobilenet_v2.sizes[0];
    size.name = "compact";
    size.height = size.width = 32;
    size.classes = 10;
    network = net_mobilenet_v2;
    network.sizes = sizes;
    return &network;
}

/* A language model with grouped keys, and texts longer than the rows that are multiplied at a time. No dimension is a
 * multiple of a vector. */
static const network_t *small_llama(void)
{
    static const llama_shape_t shape = {.blocks = 2,
                                        .width = 36,
                                        .hidden = 50,
                                        .heads = 6,
                                        .key_heads = 3,
                                        .words = 61,
                                        .epsilon = 1e-5,
                                        .rotary = {.theta = 10000}};
    static net_size_t size;
    static const net_size_t *const sizes[] = {&size, NULL};
    static network_t network;
    network = net_llama3_8b;
    size = *network.sizes[0];
    size.name = "compact";
    size.width = 1100;
    size.classes = shape.words;
    size.shape = &shape;
    network.name = "llama";
    network.sizes = sizes;
    return &network;
}

/* A network with weights by formula, quantised to INT8; the second half of each layer's channels keeps what zero-point
 * shifting can leave, values beyond 8 bits. */
typedef struct {
    net_weights_t weights;
    net_ranges_t ranges;
    int16_t **values;
    float **scale;
    float inputs[SAMPLES][INPUT_LIMIT];
} made_net_t;

static void quantise(made_net_t *made, size_t index)
{
    const net_layer_t *layer = &made->weights.table.items[index];
    const int64_t row = layer->c * layer->kh * layer->kw;
    made->values[index] = malloc((size_t)(layer->k * row) * sizeof **made->values);
    made->scale[index] = malloc((size_t)layer->k * sizeof **made->scale);
    assert_true(made->values[index] != NULL && made->scale[index] != NULL);
    for (int64_t k = 0; k < layer->k; k++) {
        const float *weights = made->weights.layers[index].weights + k * row;
        float most = 0;
        for (int64_t i = 0; i < row; i++)
            most = fmaxf(most, fabsf(weights[i]));
        made->scale[index][k] = most / 127.5F;
        for (int64_t i = 0; i < row; i++)
            made->values[index][k * row + i] =
                (int16_t)(rintf(weights[i] / made->scale[index][k]) + (k >= layer->k / 2 ? 9.0F : 0.0F));
    }
}

static made_net_t *make_net(const network_t *network, const char *size_name)
{
    const net_size_t *size;
    made_net_t *made = calloc(1, sizeof *made);
    assert_non_null(made);
    assert_ok(net_find_size(network, size_name, &size));
    made_weights(network, size, &made->weights);
    const size_t layers = made->weights.table.count;
    made->values = calloc(layers, sizeof *made->values);
    made->scale = calloc(layers, sizeof *made->scale);
    assert_true(made->values != NULL && made->scale != NULL);
    assert_ok(net_ranges_create(&made->weights.table, &made->ranges));
    for (size_t i = 0; i < layers; i++) {
        quantise(made, i);
        made->ranges.most[i] = 1.5F + 0.125F * (float)(i % 7);
        made->ranges.seen[i] = 2.5;
    }
    for (int64_t sample = 0; sample < SAMPLES; sample++)
        made_input(&made->weights, sample, made->inputs[sample]);
    return made;
}

static void free_net(made_net_t *made)
{
    for (size_t i = 0; i < made->weights.table.count; i++) {
        free(made->values[i]);
        free(made->scale[i]);
    }
    free(made->values);
    free(made->scale);
    net_ranges_free(&made->ranges);
    net_weights_free(&made->weights);
    free(made);
}

static engine_t *open_engine(const made_net_t *made, const char *kernels, int workers)
{
    engine_t *engine;
    assert_ok(engine_open_integers(&made->weights, kernels, &made->ranges, workers, &engine));
    assert_true(engine_takes_integers(engine));
    for (size_t i = 0; i < made->weights.table.count; i++)
        assert_ok(engine_set_integers(engine, i, 0, made->weights.table.items[i].k, made->values[i], made->scale[i]));
    return engine;
}

static uint64_t digest(const void *bytes, size_t count)
{
    uint64_t hash = 0xcbf29ce484222325ULL;
    for (size_t i = 0; i < count; i++)
        hash = (hash ^ ((const uint8_t *)bytes)[i]) * 0x100000001b3ULL;
    return hash;
}

/* Of an image: values that pixels can have. The integer network sees no others. */
static void as_pixels(made_net_t *made, int64_t sample)
{
    const profile_t *profile;
    assert_ok(profile_find(made->weights.size->profile, &profile));
    for (int64_t i = 0; profile->text == NULL && i < made->weights.size->height * made->weights.size->width * 3; i++) {
        const float level = rintf((made->inputs[sample][i] * profile->std[0] + profile->mean[0]) * 255.0F);
        made->inputs[sample][i] = (fmaxf(0, level) / 255.0F - profile->mean[0]) / profile->std[0];
    }
}

static void logits_of(const made_net_t *made, const char *kernels, float logits[SAMPLES][CLASSES_LIMIT])
{
    engine_t *engine = open_engine(made, kernels, 1);
    memset(logits, 0, SAMPLES * sizeof *logits);
    for (int64_t sample = 0; sample < SAMPLES; sample++)
        assert_ok(engine_predict(engine, 0, made->inputs[sample], logits[sample]));
    engine_close(engine);
}

static void fast_and_plain_give_the_same_logits(void **state)
{
    (void)state;
    const struct {
        const network_t *network;
        const char *size;
    } cases[] = {{&net_vgg16, "compact"},     {&net_resnet34, "compact"},     {&net_resnet50, "compact"},
                 {&net_resnet20, "full"},     {&net_vit_small, "compact"},    {&net_vit_base, "compact"},
                 {&net_bert_mrpc, "compact"}, {small_mobilenet(), "compact"}, {small_llama(), "compact"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        made_net_t *made = make_net(cases[i].network, cases[i].size);
        float fast[SAMPLES][CLASSES_LIMIT], plain[SAMPLES][CLASSES_LIMIT];
        logits_of(made, "fast", fast);
        logits_of(made, "plain", plain);
        assert_memory_equal(fast, plain, sizeof fast);
        assert_memory_not_equal(fast[0], fast[1], sizeof fast[0]);
        for (int64_t c = 0; c < made->weights.size->classes; c++)
            assert_true(isfinite(fast[0][c]));
        print_message("# digest %s %016llx\n", cases[i].network->name, (unsigned long long)digest(fast, sizeof fast));
        free_net(made);
    }
}

typedef struct {
    engine_t *engine;
    const made_net_t *made;
    float logits[SAMPLES * 6][CLASSES_LIMIT];
} job_t;

static void predict_one(void *context, int64_t index, int worker)
{
    job_t *job = context;
    outcome_t outcome = engine_predict(job->engine, worker, job->made->inputs[index % SAMPLES], job->logits[index]);
    if (!outcome_is_ok(&outcome))
        job->logits[index][0] = NAN;
}

static void any_number_of_workers_gives_the_same_bytes(void **state)
{
    (void)state;
    const network_t *const networks[] = {&net_resnet34, &net_bert_mrpc, small_llama()};
    for (int i = 0; i < 3; i++) {
        made_net_t *made = make_net(networks[i], "compact");
        static job_t jobs[3];
        for (int workers = 1; workers <= 3; workers++) {
            job_t *job = &jobs[workers - 1];
            *job = (job_t){.engine = open_engine(made, "fast", workers), .made = made};
            assert_ok(threads_for(workers, SAMPLES * 6, predict_one, job));
            assert_memory_equal(job->logits, jobs[0].logits, sizeof job->logits);
            engine_close(job->engine);
        }
        free_net(made);
    }
}

/* The engine's weights as floats. */
static void set_floats(engine_t *engine, const made_net_t *made)
{
    for (size_t i = 0; i < made->weights.table.count; i++) {
        const net_layer_t *layer = &made->weights.table.items[i];
        const int64_t row = layer->c * layer->kh * layer->kw;
        float *weights = malloc((size_t)(layer->k * row) * sizeof *weights);
        assert_non_null(weights);
        for (int64_t at = 0; at < layer->k * row; at++)
            weights[at] = (float)made->values[i][at] * made->scale[i][at / row];
        assert_ok(engine_set_rows(engine, i, 0, layer->k, weights));
        free(weights);
    }
}

static void find_range(void *context, int worker, size_t index, const float *values, int64_t count)
{
    made_net_t *made = context;
    assert_int_equal(worker, 0);
    for (int64_t i = 0; i < count; i++) {
        made->ranges.most[index] = fmaxf(made->ranges.most[index], fabsf(values[i]));
        made->ranges.seen[index] = fmin(made->ranges.seen[index], (double)values[i]);
    }
}

/* A CNN with signed tensors, its ranges the largest magnitudes of the same input. Levels that stood for other values, or
 * zeros that a bias did not take out, would move the logits by more than themselves. */
static void signed_tensors_have_their_zero_in_the_middle(void **state)
{
    (void)state;
    made_net_t *made = make_net(small_mobilenet(), "compact");
    float want[CLASSES_LIMIT], have[CLASSES_LIMIT];
    double error = 0, largest = 0;
    engine_t *engine;
    int negative = 0;
    const profile_t *profile;
    assert_ok(profile_find(made->weights.size->profile, &profile));
    for (int64_t i = 0; i < INPUT_LIMIT; i++) /* values that pixels can have */
        made->inputs[0][i] = ((float)(i * 31 % 256) / 255.0F - profile->mean[i / (32 * 32)]) / profile->std[i / (32 * 32)];
    for (size_t i = 0; i < made->weights.table.count; i++)
        made->ranges.most[i] = 0;
    assert_ok(engine_open(&made->weights, "fast", 1, &engine));
    set_floats(engine, made);
    assert_ok(engine_observe(engine, find_range, made));
    assert_ok(engine_predict(engine, 0, made->inputs[0], want));
    engine_close(engine);
    for (size_t i = 0; i < made->weights.table.count; i++) {
        assert_true(made->ranges.most[i] > 0 || made->weights.table.items[i].reads_image);
        negative += made->ranges.seen[i] < 0;
    }
    assert_int_equal(negative, 17); /* the widening convolutions of 16 blocks, and the last convolution */
    engine = open_engine(made, "fast", 1);
    assert_ok(engine_predict(engine, 0, made->inputs[0], have));
    engine_close(engine);
    for (int64_t c = 0; c < made->weights.size->classes; c++) {
        error = fmax(error, fabs((double)have[c] - (double)want[c]));
        largest = fmax(largest, fabs((double)want[c]));
    }
    print_message("# MobileNetV2: 8-bit activations move logits by %.2g of the largest\n", error / largest);
    assert_true(error > 0 && error / largest < 0.1);
    free_net(made);
}

/* A whole ReLU network of 8 bits, against the same weights in float. */
static void logits_are_near_those_of_float_activations(void **state)
{
    (void)state;
    const network_t *const networks[] = {&net_vit_small, &net_bert_mrpc};
    for (int n = 0; n < 2; n++) {
        made_net_t *made = make_net(networks[n], "compact");
        float have[SAMPLES][CLASSES_LIMIT], want[CLASSES_LIMIT];
        engine_t *engine;
        double error = 0, largest = 0;
        logits_of(made, "fast", have);
        assert_ok(engine_open(&made->weights, "fast", 1, &engine));
        set_floats(engine, made);
        for (int64_t sample = 0; sample < SAMPLES; sample++) {
            as_pixels(made, sample);
            assert_ok(engine_predict(engine, 0, made->inputs[sample], want));
            for (int64_t c = 0; c < made->weights.size->classes; c++) {
                error = fmax(error, fabs((double)have[sample][c] - (double)want[c]));
                largest = fmax(largest, fabs((double)want[c]));
            }
        }
        print_message("# %s: 8-bit activations move logits by %.2g of the largest\n", networks[n]->name, error / largest);
        assert_true(error > 0 && error / largest < 0.1);
        engine_close(engine);
        free_net(made);
    }
}

static void ranges_are_needed_and_checked(void **state)
{
    (void)state;
    made_net_t *made = make_net(&net_resnet34, "compact");
    const text_t name = text_of("/tmp/bbs-test-ranges-%d.csv", (int)getpid());
    const char *path = name.chars;
    net_ranges_t read;
    engine_t *engine;
    assert_ok(net_ranges_save(&made->ranges, &made->weights.table, path));
    assert_ok(net_ranges_load(path, &made->weights.table, &read));
    assert_memory_equal(read.most, made->ranges.most, made->weights.table.count * sizeof *read.most);
    net_ranges_free(&read);
    made->ranges.most[7] = 0;
    assert_error(engine_open_integers(&made->weights, "fast", &made->ranges, 1, &engine), FAULT_MISSING, "calibrate");
    assert_error(engine_open_integers(&made->weights, "stock", &made->ranges, 1, &engine), FAULT_USAGE, "fast, plain");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("layer,range,largest,samples\nnone.conv,1,1,4\n", file);
    fclose(file);
    assert_error(net_ranges_load(path, &made->weights.table, &read), FAULT_FAILED, "none.conv");
    file = fopen(path, "w");
    assert_non_null(file);
    fputs("layer,range,largest,samples\nlayer1.0.conv1,-1,1,4\n", file);
    fclose(file);
    assert_error(net_ranges_load(path, &made->weights.table, &read), FAULT_FAILED, "line 2: found range -1");
    remove(path);
    free_net(made);
}

/* What a watcher has seen of a layer in one prediction: values that are not zero on either side. */
enum { LAYERS_LIMIT = 128 };
typedef struct {
    const made_net_t *made;
    int calls[LAYERS_LIMIT][2];
    int64_t values[LAYERS_LIMIT][2], nonzero[LAYERS_LIMIT][2];
    bool levels[LAYERS_LIMIT][2];
} watched_t;

static void watch_layer(void *context, int worker, const engine_view_t *view)
{
    watched_t *watched = context;
    assert_int_equal(worker, 0);
    assert_true(view->layer < watched->made->weights.table.count && view->layer < LAYERS_LIMIT);
    assert_true((view->levels == NULL) != (view->floats == NULL));
    watched->calls[view->layer][view->output]++;
    watched->values[view->layer][view->output] = view->pixels * view->channels;
    watched->levels[view->layer][view->output] = view->levels != NULL;
    for (int64_t pixel = 0; pixel < view->pixels; pixel++)
        for (int64_t channel = 0; channel < view->channels; channel++) {
            const int64_t at = pixel * view->pixel_step + channel * view->channel_step;
            watched->nonzero[view->layer][view->output] +=
                view->levels != NULL ? view->levels[at] != view->zero : view->floats[at] != 0.0F;
        }
}

static void check_layer_views(const watched_t *watched, size_t index, bool image)
{
    const net_table_t *table = &watched->made->weights.table;
    const net_layer_t *layer = &table->items[index];
    const bool plane = layer->kind == NET_CONV;
    assert_int_equal(watched->calls[index][false], 1);
    assert_int_equal(watched->calls[index][true], 1);
    assert_true(watched->levels[index][false]);
    if (image || plane) { /* texts are shorter than the table says */
        assert_int_equal(watched->values[index][false],
                         net_layer_inputs(layer) * (plane ? layer->in_h * layer->in_w : layer->tokens));
        assert_int_equal(watched->values[index][true], layer->k * (plane ? layer->out_h * layer->out_w : layer->tokens));
    }
    assert_true(watched->nonzero[index][false] > 0);
    if (plane && layer->input >= 0 && watched->levels[layer->input][true] &&
        watched->values[layer->input][true] == watched->values[index][false])
        assert_int_equal(watched->nonzero[layer->input][true], watched->nonzero[index][false]);
}

static void a_watcher_sees_what_layers_read_and_write(void **state)
{
    (void)state;
    const struct {
        const network_t *network;
        bool image;
    } cases[] = {{&net_vgg16, true},
                 {&net_resnet34, true},
                 {&net_vit_small, true},
                 {&net_bert_mrpc, false},
                 {small_mobilenet(), true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        made_net_t *made = make_net(cases[i].network, "compact");
        static watched_t watched;
        float logits[CLASSES_LIMIT] = {0}, again[CLASSES_LIMIT] = {0};
        engine_t *engine = open_engine(made, i % 2 == 0 ? "fast" : "plain", 1);
        watched = (watched_t){.made = made};
        assert_ok(engine_predict(engine, 0, made->inputs[0], logits));
        assert_ok(engine_watch(engine, watch_layer, &watched));
        assert_ok(engine_predict(engine, 0, made->inputs[0], again));
        assert_memory_equal(logits, again, sizeof logits);
        for (size_t layer = 0; layer < made->weights.table.count; layer++)
            check_layer_views(&watched, layer, cases[i].image);
        engine_close(engine);
        assert_ok(engine_open(&made->weights, "fast", 1, &engine));
        assert_error(engine_watch(engine, watch_layer, &watched), FAULT_FAILED, "8-bit activations");
        engine_close(engine);
        free_net(made);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fast_and_plain_give_the_same_logits),
        cmocka_unit_test(any_number_of_workers_gives_the_same_bytes),
        cmocka_unit_test(logits_are_near_those_of_float_activations),
        cmocka_unit_test(signed_tensors_have_their_zero_in_the_middle),
        cmocka_unit_test(ranges_are_needed_and_checked),
        cmocka_unit_test(a_watcher_sees_what_layers_read_and_write),
    };
    return cmocka_run_group_tests_name("integers", tests, NULL, NULL);
}
