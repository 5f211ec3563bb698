/* SPDX-License-Identifier: GPL-3.0-or-later */
/* weights/portrait, synthesis and measure/likeness: portraits survive their file, the same bytes come out for any
 * number of threads, and what is drawn is like what was portrayed, on made and (where they are) on real layers. */
#include "weights/synthesis.h"

#include "base/file.h"
#include "base/tausworthe.h"
#include "base/text.h"
#include "compress/exppow.h"
#include "weights/portrait_file.h"
#include "compress/quantize.h"
#include "measure/likeness.h"
#include "weights/int8_tensors.h"
#include "weights/match.h"
#include "weights/substitute.h"
#include "tensor/safetensors.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "testing.h"

enum { K = 64, C = 160, POSITIONS = 9, COUNT = C * POSITIONS, SIZE = K * COUNT };

typedef struct {
    float *weights, *scale;
    int8_t *q;
    compress_layer_t layer;
    portrait_t portrait;
} made_t;

/* Sum of four uniform numbers; channels and groups of different size, one channel of zeros. */
static void make(made_t *made)
{
    uint64_t random = 7;
    made->weights = malloc(SIZE * sizeof(float));
    made->scale = malloc(K * sizeof(float));
    made->q = malloc(SIZE);
    assert_true(made->weights && made->scale && made->q);
    for (int i = 0; i < SIZE; i++) {
        float sum = 0;
        for (int part = 0; part < 4; part++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            sum += (float)(random >> 40) / (float)(1 << 24) - 0.5f;
        }
        int k = i / COUNT, c = i / POSITIONS % C;
        made->weights[i] = k == 3 ? 0.0f : sum * (1.0f + (float)(k % 5)) * (c < 32 ? 0.1f : 1.0f);
    }
    quantize_channels(made->weights, K, COUNT, 2, made->q, made->scale);
    made->layer = (compress_layer_t){
        .name = "made", .k = K, .c = C, .kh = 3, .kw = 3, .weights = made->weights, .q = made->q, .scale = made->scale};
    assert_ok(portrait_take(&made->layer, &made->portrait));
}

static void unmake(made_t *made)
{
    free(made->weights);
    free(made->scale);
    free(made->q);
}

static void a_gaussian_has_shape_two_and_uniform_numbers_a_large_one(void **state)
{
    (void)state;
    enum { N = 4000 };
    double values[N], shape, misfit;
    for (int i = 0; i < N; i++)
        values[i] = (i + 0.5) / N - 0.5;
    exppow_fit(values, N, &shape, &misfit);
    assert_true(shape > 15.0 && misfit < 0.02);
    for (int i = 0; i < N; i++) /* quantiles of the Laplacian */
        values[i] = i < N / 2 ? log((2.0 * i + 1.0) / N) : -log((2.0 * (N - 1 - i) + 1.0) / N);
    exppow_fit(values, N, &shape, &misfit);
    assert_true(fabs(shape - 1.0) < 0.01 && misfit < 0.005);
    memset(values, 0, sizeof values);
    exppow_fit(values, N, &shape, &misfit);
    assert_true(shape == 2.0 && misfit == 0.0);
}

static void portraits_survive_their_file(void **state)
{
    (void)state;
    char path[] = "/tmp/bbs-test-portrait-XXXXXX";
    int file = mkstemp(path);
    made_t made;
    portraits_t read;
    assert_true(file >= 0);
    close(file);
    make(&made);
    made.portrait.depth = 0.25;
    portraits_t written = {.items = &made.portrait, .count = 1, .source = "a, \"b\""};
    assert_ok(portraits_write(path, &written));
    assert_ok(portraits_read(path, &read));
    assert_int_equal(read.count, 1);
    assert_string_equal(read.source, written.source);
    assert_memory_equal(&read.items[0], &made.portrait, sizeof made.portrait);
    portraits_free(&read);
    made.portrait.gain[5] = made.portrait.gain[6] + 1.0; /* a quantile above the next */
    assert_ok(portraits_write(path, &written));
    assert_error(portraits_read(path, &read), FAULT_FAILED, "line 2, column gain_6");
    unlink(path);
    unmake(&made);
}

static void bytes_do_not_depend_on_threads(void **state)
{
    (void)state;
    made_t made;
    make(&made);
    int8_t *q[3];
    float scale[3][K];
    for (int threads = 1; threads <= 3; threads++) {
        q[threads - 1] = malloc(SIZE);
        assert_non_null(q[threads - 1]);
        assert_ok(synthesis_draw(&made.portrait, &made.layer, 11, threads, q[threads - 1], scale[threads - 1]));
    }
    for (int i = 1; i < 3; i++) {
        assert_memory_equal(q[0], q[i], SIZE);
        assert_memory_equal(scale[0], scale[i], sizeof scale[0]);
    }
    assert_ok(synthesis_draw(&made.portrait, &made.layer, 12, 2, q[1], scale[1]));
    assert_true(memcmp(q[0], q[1], SIZE) != 0);
    for (int i = 0; i < 3; i++)
        free(q[i]);
    unmake(&made);
}

/* ===  The same draw, weight by weight  === */

static uint32_t scrambled(uint32_t seed)
{
    seed = (seed ^ seed >> 16) * 0x85ebca6bu;
    seed = (seed ^ seed >> 13) * 0xc2b2ae35u;
    return seed ^ seed >> 16;
}

/* The quantile in the middle of cell `cell` of 65,536. */
static float value_of(const portrait_t *portrait, uint32_t cell)
{
    const double probability = ((double)cell + 0.5) / 65536;
    int upper = 1;
    while (upper < PORTRAIT_WEIGHTS - 1 && portrait_probability(upper) <= probability)
        upper++;
    const double low = portrait_probability(upper - 1), part = (probability - low) / (portrait_probability(upper) - low);
    return (float)(portrait->weight[upper - 1] + part * (portrait->weight[upper] - portrait->weight[upper - 1]));
}

/* The spreads of the channels: quantiles in the middle of strata, shuffled. */
static void draw_spreads(const portrait_t *portrait, const compress_layer_t *layer, uint32_t seed, float *spread)
{
    const double old = portrait_peak(portrait, portrait->c * portrait->kh * portrait->kw),
                 growth = portrait_peak(portrait, layer->c * layer->kh * layer->kw) / old;
    gsl_rng *random = gsl_rng_alloc(gsl_rng_taus2);
    assert_non_null(random);
    gsl_rng_set(random, scrambled(seed));
    for (int64_t k = 0; k < layer->k; k++)
        spread[k] = (float)(1.0 / growth *
                            portrait_quantile(portrait->spread, PORTRAIT_CHANNELS, ((double)k + 0.5) / (double)layer->k));
    gsl_ran_shuffle(random, spread, (size_t)layer->k, sizeof *spread);
    gsl_rng_free(random);
}

/* One channel by GSL's generator: first the gains of all groups, position by position, then the weights in their order,
 * two from a number. */
static void draw_channel(const portrait_t *portrait, const compress_layer_t *layer, uint32_t seed, float spread, int8_t *q)
{
    enum { MOST_GAINS = 200 };
    const int64_t positions = layer->kh * layer->kw, groups = (layer->c + 31) / 32;
    float gains[MOST_GAINS], largest = -1.0f, peak = 0.0f;
    int64_t place = 0;
    uint32_t number = 0;
    gsl_rng *random = gsl_rng_alloc(gsl_rng_taus2);
    assert_non_null(random);
    gsl_rng_set(random, scrambled(seed));
    assert_true(groups * positions <= MOST_GAINS);
    for (int64_t i = 0; i < groups * positions; i++)
        gains[i] = (float)portrait_quantile(portrait->gain, PORTRAIT_GAINS, (double)gsl_rng_get(random) / 4294967296.0);
    for (int64_t i = 0; i < layer->c * positions; i++) {
        number = i % 2 == 0 ? (uint32_t)gsl_rng_get(random) : number >> 16;
        const float value = value_of(portrait, number & 0xffff) * gains[i % positions * groups + i / positions / 32];
        q[i] = (int8_t)lrint(fmin(fmax((double)(value * spread), -128.0), 127.0)); /* half to even */
        if (fabsf(value) > largest) {
            largest = fabsf(value);
            peak = value;
            place = i;
        }
    }
    if (spread > 0.0f)
        q[place] = peak < 0.0f ? -128 : 127;
    gsl_rng_free(random);
}

/* Channels that fill no lanes, groups that are cut short, odd numbers of weights, one and several positions. */
static void a_layer_is_drawn_as_described(void **state)
{
    (void)state;
    enum { MOST_K = 40, MOST_COUNT = 4000 };
    static const int64_t shapes[][3] = {{1, 1, 1}, {17, 33, 1}, {40, 1100, 1}, {5, 71, 3}, {16, 32, 3}, {3, 3, 7}};
    static int8_t q[MOST_K * MOST_COUNT], wanted[MOST_COUNT];
    made_t made;
    make(&made);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const compress_layer_t layer = {
            .name = "drawn", .k = shapes[i][0], .c = shapes[i][1], .kh = shapes[i][2], .kw = shapes[i][2]};
        const int64_t count = layer.c * layer.kh * layer.kw;
        const uint32_t seed = 1000 * (uint32_t)i + 3;
        float scale[MOST_K], spread[MOST_K];
        assert_true(count <= MOST_COUNT && layer.k <= MOST_K);
        assert_ok(synthesis_draw(&made.portrait, &layer, seed, 2, q, scale));
        draw_spreads(&made.portrait, &layer, seed, spread);
        for (int64_t k = 0; k < layer.k; k++) {
            draw_channel(&made.portrait, &layer, seed + 1 + (uint32_t)k, spread[k], wanted);
            assert_memory_equal(q + k * count, wanted, (size_t)count);
        }
    }
    unmake(&made);
}

/* Networks that are drawn into the same memory, a large one, a smaller one and the large one again, are those that have
 * their own, and leave it to the room. */
static void a_room_holds_one_network_after_the_other(void **state)
{
    (void)state;
    static const char *const names[] = {"resnet34", "resnet50", "resnet34", "vit_base"};
    int8_room_t room = {0};
    size_t before = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const network_t *network;
        const net_size_t *size;
        int8_network_t own, shared;
        assert_ok(net_find(names[i], &network));
        assert_ok(net_find_size(network, "compact", &size));
        assert_ok(substitute_draw(network, size, false, 1, 2, &own));
        assert_ok(substitute_draw_into(network, size, false, 1, 1, &room, &shared));
        const size_t weights = (size_t)int8_network_weights(&own);
        assert_true(own.q != shared.q && shared.q == room.q);
        assert_memory_equal(own.q, shared.q, weights);
        assert_true(room.size > weights && room.size >= before);
        assert_true(i == 0 || (i == 3) == (room.size > before)); /* only the largest made memory anew */
        before = room.size;
        int8_network_free(&own);
        int8_network_free(&shared);
    }
    int8_room_free(&room);
    assert_null(room.q);
}

/* Each channel reaches the end of the grid, as the quantiser has it, or is all zeros; so many of these as there were. */
static void channels_are_quantised_ones(void **state)
{
    (void)state;
    made_t made;
    make(&made);
    int8_t *q = malloc(SIZE);
    float scale[K];
    int zeros = 0;
    assert_non_null(q);
    assert_ok(synthesis_draw(&made.portrait, &made.layer, 1, 2, q, scale));
    for (int k = 0; k < K; k++) {
        int largest = 0;
        for (int i = 0; i < COUNT; i++)
            largest = abs(q[k * COUNT + i]) > largest ? abs(q[k * COUNT + i]) : largest;
        zeros += largest == 0;
        assert_true(largest == 0 || largest >= 127);
        assert_true(scale[k] > 0.0f);
    }
    assert_int_equal(zeros, 0); /* one of 64 lies between the table's first two points: small, not zero */
    free(q);
    unmake(&made);
}

/* More inputs: a larger weight is to be expected, so the others are smaller in steps; and all weights are smaller. */
static void wider_layers_have_larger_peaks(void **state)
{
    (void)state;
    made_t made;
    make(&made);
    double narrow = portrait_peak(&made.portrait, COUNT), wide = portrait_peak(&made.portrait, 64 * COUNT);
    assert_true(narrow > 1.0 && wide > narrow && wide < 2.0 * narrow);
    assert_true(portrait_peak(&made.portrait, (int64_t)1 << 40) == portrait_peak(&made.portrait, (int64_t)1 << 41));
    unmake(&made);
}

/* First the kind, then the ratio of outputs to inputs, then the depth. */
static void the_closest_portrait_is_chosen(void **state)
{
    (void)state;
    portrait_t items[] = {{.linear = true, .k = 64, .c = 64, .kh = 1, .kw = 1, .depth = 0.0},
                          {.linear = true, .k = 256, .c = 64, .kh = 1, .kw = 1, .depth = 0.9},
                          {.linear = true, .k = 64, .c = 64, .kh = 1, .kw = 1, .depth = 0.8},
                          {.k = 64, .c = 64, .kh = 1, .kw = 1, .depth = 0.5},
                          {.k = 64, .c = 64, .kh = 3, .kw = 3, .depth = 0.5},
                          {.k = 64, .c = 3, .kh = 7, .kw = 7, .depth = 0.0}};
    portraits_t file = {.items = items, .count = sizeof items / sizeof *items};
    static const struct {
        match_t layer;
        int chosen;
    } cases[] = {{{true, 768, 768, 1, 1, 0.3}, 0},   {{true, 768, 768, 1, 1, 0.5}, 2}, {{true, 3072, 768, 1, 1, 0.0}, 1},
                 {{false, 512, 512, 1, 1, 0.0}, 3},  {{false, 96, 96, 5, 5, 1.0}, 4},  {{false, 32, 3, 3, 3, 1.0}, 5},
                 {{false, 3072, 768, 3, 3, 0.0}, 4}, {{true, 1, 999, 1, 1, 0.0}, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_ptr_equal(match_portrait(&file, 1, &cases[i].layer), &items[cases[i].chosen]);
    assert_null(match_portrait(&file, 0, &cases[0].layer));
}

/* ===  Real layers  === */

static void check_file(const char *folder, const char *name, likeness_t *rows, size_t most, size_t *count)
{
    text_t path = text_of("%s/%s", folder, name);
    tensor_set_t set = {0};
    int8_network_t network;
    portrait_t *portraits;
    const portrait_t *own[256];
    assert_ok(safetensors_load(path.chars, NULL, &set));
    assert_ok(int8_tensors_open(&set, path.chars, true, 2, &network));
    assert_true(*count + network.count <= most);
    portraits = calloc(network.count, sizeof *portraits);
    assert_non_null(portraits);
    for (size_t i = 0; i < network.count; i++) {
        assert_ok(portrait_take(&network.layers[i], &portraits[i]));
        own[i] = &portraits[i];
    }
    assert_ok(likeness_compare(&network, own, 2, rows + *count));
    for (size_t i = *count; i < *count + network.count; i++)
        for (int measure = 0; measure < LIKENESS_MEASURES; measure++)
            if (likeness_error(&rows[i], measure) > 0.1)
                printf("# beyond 10 %%: %s %s, %s, %.1f %%\n", name, rows[i].name, likeness_measures[measure],
                       100.0 * likeness_error(&rows[i], measure));
    *count += network.count;
    free(portraits);
    int8_network_free(&network);
    tensor_set_free(&set);
}

static void real_layers_are_matched(void **state)
{
    (void)state;
    static const char *const files[] = {"resnet50v2_imagenet_partial.safetensors", "resnet18_imagenet_partial.safetensors",
                                        "vit_tiny_tinyimagenet200.safetensors", "bert_tiny_sst2_encoder.safetensors"};
    enum { FILES = sizeof files / sizeof files[0], MOST = 256 };
    const char *folder = getenv("BBS_TEST_DATA");
    for (int i = 0; i < FILES; i++)
        if (folder == NULL || !file_exists(text_of("%s/%s", folder, files[i]).chars)) {
            printf("# skipped: %s is not in BBS_TEST_DATA\n", files[i]);
            skip();
        }
    likeness_t *rows = calloc(MOST, sizeof *rows);
    size_t count = 0;
    assert_non_null(rows);
    for (int i = 0; i < FILES; i++)
        check_file(folder, files[i], rows, MOST, &count);
    for (int measure = 0; measure < LIKENESS_MEASURES; measure++) {
        double median = likeness_quantile(rows, count, measure, 0.5), most = likeness_quantile(rows, count, measure, 0.9);
        printf("# %s over %zu layers: median %.2f %%, 90th percentile %.2f %%\n", likeness_measures[measure], count,
               100.0 * median, 100.0 * most);
        assert_true(median <= 0.03);
        assert_true(most <= 0.06);
    }
    double redundant = likeness_quantile(rows, count, LIKENESS_MEASURES, 0.9);
    printf("# redundant columns a group: 90th percentile of the difference %.3f\n", redundant);
    assert_true(redundant <= 0.1);
    free(rows);
}

/* The generator gives the numbers of GSL's taus2, alone and in lanes, from every kind of seed. */
static void the_generator_is_that_of_gsl(void **state)
{
    (void)state;
    enum { NUMBERS = 300 };
    /* With the multiplier's inverse: the first component begins at 1, the second at 5 and 8, the third at 9 and 16. */
    static const uint32_t seeds[TAUSWORTHE_LANES] = {0u,         1u,          2783094533u, 3539574397u,
                                                     509358280u, 3400882533u, 1751046096u, 4294967295u};
    static uint32_t numbers[NUMBERS * TAUSWORTHE_LANES];
    tausworthe_lanes_t lanes;
    tausworthe_seed_lanes(seeds, &lanes);
    tausworthe_fill(&lanes, NUMBERS / 3, numbers); /* goes on where it stopped */
    tausworthe_fill(&lanes, NUMBERS - NUMBERS / 3, numbers + NUMBERS / 3 * TAUSWORTHE_LANES);
    gsl_rng *gsl = gsl_rng_alloc(gsl_rng_taus2);
    assert_non_null(gsl);
    for (int lane = 0; lane < TAUSWORTHE_LANES; lane++) {
        tausworthe_t one;
        tausworthe_seed(seeds[lane], &one);
        gsl_rng_set(gsl, seeds[lane]);
        for (int i = 0; i < NUMBERS; i++) {
            const uint32_t wanted = (uint32_t)gsl_rng_get(gsl);
            assert_int_equal(tausworthe_next(&one), wanted);
            assert_int_equal(numbers[i * TAUSWORTHE_LANES + lane], wanted);
        }
    }
    gsl_rng_free(gsl);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gaussian_has_shape_two_and_uniform_numbers_a_large_one),
        cmocka_unit_test(portraits_survive_their_file),
        cmocka_unit_test(bytes_do_not_depend_on_threads),
        cmocka_unit_test(a_layer_is_drawn_as_described),
        cmocka_unit_test(a_room_holds_one_network_after_the_other),
        cmocka_unit_test(channels_are_quantised_ones),
        cmocka_unit_test(wider_layers_have_larger_peaks),
        cmocka_unit_test(the_closest_portrait_is_chosen),
        cmocka_unit_test(real_layers_are_matched),
        cmocka_unit_test(the_generator_is_that_of_gsl),
    };
    return cmocka_run_group_tests_name("synthesis", tests, NULL, NULL);
}
