/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine/: integer products. oneDNN against plain loops, bit for bit, over random and adversarial tensors; weights split
 * into parts; BBS columns (Eq. 1 to 3). tests/shell/test_integers.sh runs this program again under each instruction set
 * that oneDNN can be limited to. */
#include "engine/parts.h"
#include "engine/product.h"
#include "engine/tiles.h"

#include <stdlib.h>
#include <string.h>

#include "made_layer.h"
#include "random.h"

static const product_set_t *const sets[] = {&product_plain, &product_fast, &product_tiles};
enum { SETS = sizeof sets / sizeof *sets };

/* The last set only where the processor can run it. */
static int set_count(void)
{
    return tiles_available() ? 3 : 2;
}

/* ===  Parts  === */

static void parts_sum_to_the_weights_and_keep_the_limits(void **state)
{
    (void)state;
    enum { COUNT = 700 };
    static const parts_limits_t limits[] = {
        {-128, 127, INT64_MAX}, {-64, 64, INT64_MAX}, {-64, 64, 65793}, {-128, 127, 20000}, {-64, 64, 9000}};
    uint64_t random = 1;
    for (size_t l = 0; l < sizeof limits / sizeof *limits; l++)
        for (int width = 1; width <= 160; width += 53) {
            int16_t weights[COUNT];
            int8_t storage[PARTS_LIMIT][COUNT], *parts[PARTS_LIMIT];
            for (int i = 0; i < COUNT; i++)
                weights[i] = (int16_t)random_between(&random, -width, width);
            for (int part = 0; part < PARTS_LIMIT; part++)
                parts[part] = storage[part];
            const int needed = parts_split(weights, COUNT, &limits[l], parts);
            assert_true(needed >= 1);
            assert_true(width > limits[l].most || limits[l].total < 20000 || needed == 1);
            for (int i = 0; i < COUNT; i++) {
                int sum = 0;
                for (int part = 0; part < PARTS_LIMIT; part++)
                    sum += storage[part][i];
                assert_int_equal(sum, weights[i]);
            }
            for (int part = 0; part < PARTS_LIMIT; part++) {
                int64_t above = 0, below = 0;
                for (int i = 0; i < COUNT; i++) {
                    assert_in_range(storage[part][i] + 128, limits[l].least + 128, limits[l].most + 128);
                    *(storage[part][i] > 0 ? &above : &below) += abs(storage[part][i]);
                }
                assert_true(above <= limits[l].total && below <= limits[l].total);
                assert_true(part < needed || above + below == 0);
            }
        }
}

static void rows_that_need_too_many_parts_are_refused(void **state)
{
    (void)state;
    int16_t weights[64];
    int8_t storage[PARTS_LIMIT][64], *parts[PARTS_LIMIT];
    for (int i = 0; i < 64; i++)
        weights[i] = 100;
    for (int part = 0; part < PARTS_LIMIT; part++)
        parts[part] = storage[part];
    assert_int_equal(parts_split(weights, 64, &(parts_limits_t){-128, 127, 300}, parts), 0);
}

/* ===  Products  === */

typedef enum { SMALL_WEIGHTS, WIDE_WEIGHTS, LOWEST, HIGHEST, ODD, KINDS } kind_t;

static int16_t weight_of(kind_t kind, uint64_t *random)
{
    switch (kind) {
    case SMALL_WEIGHTS:
        return random_weight(random, 5);
    case WIDE_WEIGHTS: /* what zero-point shifting can leave */
        return (int16_t)random_between(random, -160, 159);
    case LOWEST:
        return INT8_MIN;
    case HIGHEST:
        return INT8_MAX;
    default:
        return (int16_t)(INT8_MAX - random_between(random, 0, 1)); /* sums that are no multiples of a power of two */
    }
}

static uint8_t level_of(kind_t kind, uint64_t *random)
{
    return (uint8_t)(kind == LOWEST || kind == HIGHEST ? 255
                     : kind == ODD                     ? 255 - random_between(random, 0, 1)
                                                       : random_between(random, 0, 255));
}

/* A reader that puts the pieces together: each sum must come once. */
typedef struct {
    int64_t width;
    int32_t *sums;
    uint8_t *times;
} collector_t;

static void collect(void *context, const product_piece_t *piece)
{
    const collector_t *collector = context;
    for (int64_t row = 0; row < piece->rows; row++)
        for (int64_t i = 0; i < piece->outputs; i++) {
            const int64_t at = (piece->row + row) * collector->width + piece->output + i;
            collector->sums[at] = piece->sums[row * piece->stride + i];
            collector->times[at]++;
        }
}

/* One set's sums, in memory or through a reader. */
static void run_product(const product_set_t *set, const product_shape_t *shape, const int16_t *w, const uint8_t *source,
                        int64_t rows, bool reads, int32_t *sums, size_t count)
{
    product_t *product;
    int32_t *work = calloc(count, sizeof *work);
    uint8_t *times = calloc(count, 1);
    collector_t collector = {.width = shape->k, .sums = sums, .times = times};
    const product_reader_t reader = {.read = collect, .context = &collector}, *given = reads ? &reader : NULL;
    int32_t *target = reads ? work : sums;
    assert_true(work != NULL && times != NULL);
    assert_ok(set->open(shape, &product));
    const int64_t first = shape->k > 64 ? 64 : shape->k; /* in two portions */
    assert_ok(set->set(product, 0, first, w));
    if (first < shape->k)
        assert_ok(set->set(product, first, shape->k - first, w + first * product_weights(shape)));
    void *scratch = aligned_alloc(64, (size_t)(set->scratch(product) + 64) / 64 * 64);
    assert_non_null(scratch);
    assert_true(shape->in_h > 0 ? set->convolve(product, source, target, scratch, given)
                                : set->multiply(product, rows, source, shape->c, 0, shape->c, target, scratch, given));
    for (size_t i = 0; i < count; i++)
        assert_int_equal(times[i], reads);
    free(scratch);
    free(work);
    free(times);
    set->close(product);
}

/* The same product by all sets. */
static void compare_products(const product_shape_t *shape, kind_t kind, int64_t rows, uint64_t *random)
{
    const bool convolution = shape->in_h > 0;
    const size_t row = (size_t)product_weights(shape), weights = row * (size_t)shape->k,
                 sources = (size_t)(convolution ? shape->in_h * shape->in_w * shape->c : rows * shape->c),
                 sums = (size_t)((convolution ? shape->out_h * shape->out_w : rows) * shape->k);
    int16_t *w = malloc(weights * sizeof *w);
    uint8_t *source = malloc(sources + PRODUCT_ROOM);
    int32_t *wanted = calloc(sums, sizeof *wanted), *found = calloc(sums, sizeof *found);
    assert_true(w != NULL && source != NULL && wanted != NULL && found != NULL);
    for (size_t i = 0; i < weights; i++)
        w[i] = weight_of(kind, random);
    for (size_t i = 0; i < sources; i++)
        source[i] = level_of(kind, random);
    memset(source + sources, 255, PRODUCT_ROOM); /* they must not count */
    run_product(sets[0], shape, w, source, rows, false, wanted, sums);
    for (int set = 0; set < set_count(); set++)
        for (int reads = set == 0; reads < 2; reads++) {
            memset(found, 0x55, sums * sizeof *found);
            run_product(sets[set], shape, w, source, rows, reads == 1, found, sums);
            assert_memory_equal(found, wanted, sums * sizeof *found);
        }
    free(wanted);
    free(found);
    free(source);
    free(w);
}

static void convolutions_are_those_of_plain_loops(void **state)
{
    (void)state;
    /* Sums beyond 2^24, odd channel counts, strides, uneven padding, a window as large as the plane. */
    static const product_shape_t shapes[] = {
        {.k = 32,
         .c = 32,
         .kh = 3,
         .kw = 3,
         .stride = 1,
         .pad_top = 1,
         .pad_left = 1,
         .pad_bottom = 1,
         .pad_right = 1,
         .in_h = 7,
         .in_w = 7,
         .out_h = 7,
         .out_w = 7},
        {.k = 70,
         .c = 128,
         .kh = 3,
         .kw = 3,
         .stride = 2,
         .pad_top = 1,
         .pad_left = 1,
         .pad_right = 0,
         .pad_bottom = 0,
         .in_h = 6,
         .in_w = 6,
         .out_h = 3,
         .out_w = 3},
        {.k = 130,
         .c = 64,
         .kh = 1,
         .kw = 1,
         .stride = 2,
         .in_h = 6,
         .in_w = 6,
         .out_h = 3,
         .out_w = 3,
         .pad_bottom = -1,
         .pad_right = -1},
        {.k = 16,
         .c = 16,
         .kh = 3,
         .kw = 3,
         .stride = 1,
         .pad_top = 1,
         .pad_left = 1,
         .pad_bottom = 1,
         .pad_right = 1,
         .in_h = 5,
         .in_w = 5,
         .out_h = 5,
         .out_w = 5},
        {.k = 8, .c = 512, .kh = 3, .kw = 3, .stride = 1, .in_h = 3, .in_w = 3, .out_h = 1, .out_w = 1},
        {.k = 24,
         .c = 5,
         .kh = 5,
         .kw = 5,
         .stride = 1,
         .pad_top = 2,
         .pad_left = 2,
         .pad_bottom = 2,
         .pad_right = 2,
         .in_h = 9,
         .in_w = 9,
         .out_h = 9,
         .out_w = 9},
        {.k = 144, /* depthwise: each filter has one channel */
         .c = 144,
         .groups = 144,
         .kh = 3,
         .kw = 3,
         .stride = 1,
         .pad_top = 1,
         .pad_left = 1,
         .pad_bottom = 1,
         .pad_right = 1,
         .in_h = 7,
         .in_w = 7,
         .out_h = 7,
         .out_w = 7},
        {.k = 24, /* the stride of MobileNetV2 */
         .c = 24,
         .groups = 24,
         .kh = 3,
         .kw = 3,
         .stride = 2,
         .pad_top = 1,
         .pad_left = 1,
         .pad_right = 0,
         .pad_bottom = 0,
         .in_h = 6,
         .in_w = 6,
         .out_h = 3,
         .out_w = 3},
        {.k = 8, /* two filters on each of four times three channels */
         .c = 12,
         .groups = 4,
         .kh = 3,
         .kw = 3,
         .stride = 1,
         .in_h = 5,
         .in_w = 4,
         .out_h = 3,
         .out_w = 2}};
    uint64_t random = 2;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (kind_t kind = 0; kind < KINDS; kind++)
            compare_products(&shapes[i], kind, 1, &random);
}

/* Two groups, by hand: outputs 0 and 1 read channels 0 and 1, outputs 2 and 3 read channels 2 and 3. A 1 x 1 kernel on the
 * pixels (1, 2, 3, 4) and (5, 6, 7, 8). */
static void each_filter_reads_the_channels_of_its_group(void **state)
{
    (void)state;
    const product_shape_t shape = {
        .k = 4, .c = 4, .groups = 2, .kh = 1, .kw = 1, .stride = 1, .in_h = 1, .in_w = 2, .out_h = 1, .out_w = 2};
    static const uint8_t source[] = {1, 2, 3, 4, 5, 6, 7, 8, [8 + PRODUCT_ROOM - 1] = 0};
    static const int16_t weights[] = {1, 10, -1, 0, 100, 1, 0, -2};
    static const int32_t wanted[] = {1 + 20, -1, 300 + 4, -8, 5 + 60, -5, 700 + 8, -16};
    assert_int_equal(product_weights(&shape), 2);
    for (int set = 0; set < set_count(); set++) {
        product_t *product;
        int32_t sums[8];
        assert_ok(sets[set]->open(&shape, &product));
        assert_ok(sets[set]->set(product, 0, 4, weights));
        void *scratch = aligned_alloc(64, (size_t)(sets[set]->scratch(product) + 64) / 64 * 64);
        assert_true(sets[set]->convolve(product, source, sums, scratch, NULL));
        assert_memory_equal(sums, wanted, sizeof wanted);
        free(scratch);
        sets[set]->close(product);
    }
}

static void products_of_vectors_are_those_of_plain_loops(void **state)
{
    (void)state;
    static const struct {
        int64_t rows, k, c;
    } cases[] = {{1, 10, 512}, {17, 96, 32}, {5, 70, 131}, {3, 33, 3072}, {1, 65, 6272}, {64, 1, 1}};
    uint64_t random = 3;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (kind_t kind = 0; kind < KINDS; kind++)
            compare_products(&(product_shape_t){.k = cases[i].k, .c = cases[i].c, .kh = 1, .kw = 1}, kind, cases[i].rows,
                             &random);
}

/* One channel of three: rows that begin further apart than they are long. */
static void a_part_of_the_inputs_can_be_multiplied(void **state)
{
    (void)state;
    enum { ROWS = 21, INPUTS = 147, OUTPUTS = 40, FIRST = 49 };
    int16_t weights[OUTPUTS * INPUTS];
    uint8_t source[ROWS * INPUTS + PRODUCT_ROOM] = {0};
    int32_t results[SETS][ROWS * OUTPUTS];
    uint64_t random = 4;
    for (int i = 0; i < OUTPUTS * INPUTS; i++)
        weights[i] = weight_of(WIDE_WEIGHTS, &random);
    for (int i = 0; i < ROWS * INPUTS; i++)
        source[i] = level_of(ODD, &random);
    for (int set = 0; set < set_count(); set++) {
        product_t *product;
        assert_ok(sets[set]->open(&(product_shape_t){.k = OUTPUTS, .c = INPUTS, .kh = 1, .kw = 1, .ranges = 3}, &product));
        assert_ok(sets[set]->set(product, 0, OUTPUTS, weights));
        assert_true(sets[set]->multiply(product, ROWS, source + FIRST, INPUTS, FIRST, 49, results[set], NULL, NULL));
        sets[set]->close(product);
    }
    for (int set = 1; set < set_count(); set++)
        assert_memory_equal(results[0], results[set], sizeof results[0]);
}

enum { PAIR_M = 19, PAIR_N = 37, PAIR_K = 67, PAIR_STRIDE = 48 };

/* One set's sums, with b packed once and the rows of a in two portions. */
static void pair(const product_set_t *set, bool transposed, int64_t depth, const uint8_t *a, const int8_t *b, int32_t *sums)
{
    _Alignas(64) int8_t packed[4 * PAIR_K * 64];
    int32_t strided[PAIR_M * PAIR_STRIDE], more[PAIR_M * PAIR_STRIDE];
    const int64_t first = 7;
    memset(strided, 0x55, sizeof strided);
    assert_true(product_pair_bytes(PAIR_N, depth) <= (int64_t)sizeof packed);
    set->pack(transposed, PAIR_N, depth, b, packed);
    assert_true(set->pair(transposed, first, PAIR_N, depth, a, b, packed, strided, PAIR_STRIDE, more));
    assert_true(set->pair(transposed, PAIR_M - first, PAIR_N, depth, a + first * depth, b, packed,
                          strided + first * PAIR_STRIDE, PAIR_STRIDE, more));
    for (int row = 0; row < PAIR_M; row++) {
        memcpy(sums + row * PAIR_N, strided + row * PAIR_STRIDE, PAIR_N * sizeof *sums);
        for (int i = PAIR_N; i < PAIR_STRIDE; i++) /* nothing is written between the rows */
            assert_int_equal(strided[row * PAIR_STRIDE + i], 0x55555555);
    }
}

static void pairs_of_matrices_are_those_of_plain_loops(void **state)
{
    (void)state;
    enum { M = PAIR_M, N = PAIR_N, MOST = PAIR_K };
    uint8_t a[M * MOST + PRODUCT_ROOM] = {0};
    int8_t b[MOST * N];
    int32_t results[SETS][M * N];
    uint64_t random = 5;
    for (int depth = 1; depth <= MOST; depth += 11)
        for (kind_t kind = LOWEST; kind < KINDS; kind++)
            for (int transposed = 0; transposed < 2; transposed++) {
                for (int i = 0; i < M * depth; i++)
                    a[i] = level_of(kind, &random);
                for (int i = 0; i < depth * N; i++)
                    b[i] = (int8_t)weight_of(kind, &random);
                for (int set = 0; set < set_count(); set++)
                    pair(sets[set], transposed, depth, a, b, results[set]);
                for (int set = 1; set < set_count(); set++)
                    assert_memory_equal(results[0], results[set], sizeof results[0]);
            }
}

static void new_weights_leave_nothing_of_the_old_ones(void **state)
{
    (void)state;
    enum { OUTPUTS = 4, INPUTS = 64 };
    int16_t wide[OUTPUTS * INPUTS], small[OUTPUTS * INPUTS];
    uint8_t source[INPUTS + PRODUCT_ROOM] = {0};
    int32_t fresh[OUTPUTS], used[OUTPUTS];
    uint64_t random = 6;
    for (int i = 0; i < OUTPUTS * INPUTS; i++) {
        wide[i] = 150;
        small[i] = (int16_t)(i % 7 - 3);
    }
    for (int i = 0; i < INPUTS; i++)
        source[i] = level_of(SMALL_WEIGHTS, &random);
    for (int set = 0; set < set_count(); set++) {
        product_t *product;
        assert_ok(sets[set]->open(&(product_shape_t){.k = OUTPUTS, .c = INPUTS, .kh = 1, .kw = 1}, &product));
        assert_ok(sets[set]->set(product, 0, OUTPUTS, small));
        assert_true(sets[set]->multiply(product, 1, source, INPUTS, 0, INPUTS, fresh, NULL, NULL));
        assert_ok(sets[set]->set(product, 0, OUTPUTS, wide));
        assert_ok(sets[set]->set(product, 0, OUTPUTS, small));
        assert_true(sets[set]->multiply(product, 1, source, INPUTS, 0, INPUTS, used, NULL, NULL));
        assert_memory_equal(fresh, used, sizeof fresh);
        sets[set]->close(product);
    }
}

static void sums_that_could_leave_32_bits_are_refused(void **state)
{
    (void)state;
    const product_shape_t shape = {.k = 2, .c = 70000, .kh = 1, .kw = 1};
    int16_t *weights = calloc((size_t)(shape.k * shape.c), sizeof *weights);
    assert_non_null(weights);
    for (int64_t i = 0; i < shape.c; i++)
        weights[shape.c + i] = 127;
    for (int set = 0; set < set_count(); set++) {
        product_t *product;
        assert_ok(sets[set]->open(&shape, &product));
        assert_error(sets[set]->set(product, 0, 2, weights), FAULT_FAILED, "output channel 1");
        sets[set]->close(product);
    }
    free(weights);
}

/* ===  BBS columns  === */

/* The kernel's sum over a compressed layer is the sum over its stored bit columns, least significant first, plus the
 * constant of each group times the sum of its activations: the paper's Eq. 1 to 3, computed one bit at a time. */
static void sums_are_those_of_the_bit_columns(void **state)
{
    (void)state;
    static const char *const names[] = {"ra", "zps"};
    fixture_t fixture;
    float floats[SIZE];
    fill(&fixture, 7);
    for (int columns = 2; columns <= 6; columns += 2)
        for (int n = 0; n < 2; n++) {
            const method_t *method = method_of(names[n]);
            method_config_t config = method->defaults;
            config.columns = columns;
            compressed_t out = compress(method, &config, &fixture, floats);
            uint8_t source[PER_CHANNEL + PRODUCT_ROOM] = {0};
            int32_t sums[K];
            product_t *product;
            uint64_t random = 8;
            for (int i = 0; i < PER_CHANNEL; i++)
                source[i] = (uint8_t)random_between(&random, 0, 255);
            assert_ok(product_fast.open(&(product_shape_t){.k = K, .c = PER_CHANNEL, .kh = 1, .kw = 1}, &product));
            assert_ok(product_fast.set(product, 0, K, out.values));
            assert_true(product_fast.multiply(product, 1, source, PER_CHANNEL, 0, PER_CHANNEL, sums, NULL, NULL));
            for (int k = 0; k < K; k++) {
                int64_t sum = 0;
                for (int i = 0; i < PER_CHANNEL; i++) {
                    const int stored = out.stored[k * PER_CHANNEL + i], constant = out.values[k * PER_CHANNEL + i] - stored;
                    for (int bit = 0; bit < 8; bit++)
                        sum += ((stored >> bit & 1) != 0 ? (bit == 7 ? -128 : 1 << bit) : 0) * source[i];
                    sum += (int64_t)constant * source[i];
                }
                assert_int_equal(sum, sums[k]);
            }
            product_fast.close(product);
            compressed_free(&out);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_sum_to_the_weights_and_keep_the_limits),
        cmocka_unit_test(rows_that_need_too_many_parts_are_refused),
        cmocka_unit_test(convolutions_are_those_of_plain_loops),
        cmocka_unit_test(each_filter_reads_the_channels_of_its_group),
        cmocka_unit_test(products_of_vectors_are_those_of_plain_loops),
        cmocka_unit_test(a_part_of_the_inputs_can_be_multiplied),
        cmocka_unit_test(pairs_of_matrices_are_those_of_plain_loops),
        cmocka_unit_test(new_weights_leave_nothing_of_the_old_ones),
        cmocka_unit_test(sums_that_could_leave_32_bits_are_refused),
        cmocka_unit_test(sums_are_those_of_the_bit_columns),
    };
    return cmocka_run_group_tests_name("products", tests, NULL, NULL);
}
