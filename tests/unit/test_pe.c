/* SPDX-License-Identifier: GPL-3.0-or-later */
/* accel/pe: the bit-exact PEs compute the integer dot product and take the cycles that the accelerator models say, over
 * random groups and groups of a real layer; and whole layers cost what the PEs, tile by tile, take. */
#include "accel/pe/pe.h"

#include "accel/accel.h"
#include "accel/cost.h"
#include "accel/designs.h"
#include "accel/tile.h"
#include "base/file.h"
#include "base/text.h"
#include "tensor/safetensors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "default_config.h"
#include "random.h"
#include "testing.h"

enum { GROUPS = 100000 };

typedef struct {
    int8_t weights[PE_MOST];
    int16_t activations[PE_MOST];
} group_t;

static int64_t dot(const int8_t *weights, const int16_t *activations, int count)
{
    int64_t sum = 0;
    for (int i = 0; i < count; i++)
        sum += (int64_t)weights[i] * activations[i];
    return sum;
}

static void fill_activations(uint64_t *seed, group_t *group)
{
    bool has_sign = random_next(seed) & 1; /* a transformer's activations, or what leaves a ReLU */
    for (int i = 0; i < PE_MOST; i++)
        group->activations[i] = (int16_t)(has_sign ? random_between(seed, -128, 127) : random_between(seed, 0, 255));
}

static void fill(uint64_t *seed, group_t *group)
{
    int width = random_between(seed, 0, 7);
    for (int i = 0; i < PE_MOST; i++)
        group->weights[i] = random_weight(seed, width);
    fill_activations(seed, group);
}

/* One cycle a column that is not empty, and one to see that all are. */
static int64_t bitwave_cycles(const int8_t *weights, int64_t count)
{
    int64_t ones = 0, columns = cost_ones(cost_columns(weights, count, &ones));
    return columns > 0 ? columns : 1;
}

/* All of one group: Stripes and Pragmatic on 16 weights, Bitlet on 64, BitWave on 8. */
static void check_group(const group_t *group)
{
    const int8_t *w = group->weights;
    const int16_t *a = group->activations;
    pe_result_t stripes = pe_stripes(w, a, 16), pragmatic = pe_pragmatic(w, a, 16), bitlet = pe_bitlet(w, a, 64);
    pe_result_t bitwave = pe_bitwave(w, a, 8);
    int8_t saturated[8];
    for (int i = 0; i < 8; i++)
        saturated[i] = w[i] == INT8_MIN ? -INT8_MAX : w[i];
    assert_int_equal(stripes.product, dot(w, a, 16));
    assert_int_equal(stripes.cycles, 8);
    assert_int_equal(pragmatic.product, dot(w, a, 16));
    assert_int_equal(pragmatic.cycles, cost_pragmatic(w, 16).cycles);
    assert_int_equal(bitlet.product, dot(w, a, 64));
    assert_int_equal(bitlet.cycles, cost_bitlet(w, 64).cycles);
    assert_int_equal(bitwave.product, dot(saturated, a, 8));
    assert_int_equal(bitwave.cycles, bitwave_cycles(w, 8));
}

static void random_groups_agree(void **state)
{
    (void)state;
    uint64_t seed = 1;
    group_t group;
    for (int i = 0; i < GROUPS; i++) {
        fill(&seed, &group);
        check_group(&group);
    }
}

static void empty_and_extreme_groups_agree(void **state)
{
    (void)state;
    uint64_t seed = 2;
    const int8_t values[] = {0, -1, 1, INT8_MIN, INT8_MAX, -127, 64, -64};
    for (size_t v = 0; v < sizeof values; v++) {
        group_t group;
        fill_activations(&seed, &group);
        memset(group.weights, values[v], sizeof group.weights);
        check_group(&group);
    }
    assert_int_equal(cost_pragmatic((int8_t[16]){0}, 16).cycles, 1); /* emptiness has to be seen */
    assert_int_equal(cost_bitlet((int8_t[64]){0}, 64).cycles, 1);
    assert_int_equal(cost_bitlet_zeros((int8_t[64]){0}, 64).cycles, 0); /* in the authors' simulator */
    assert_int_equal(cost_bitlet_zeros((int8_t[8]){-1, -1, 3}, 8).cycles, 3);
    assert_int_equal(bitwave_cycles((int8_t[8]){0}, 8), 1);
    assert_int_equal(cost_pragmatic((int8_t[8]){-5}, 8).cycles, 2); /* the sign is no bit to work on */
    assert_int_equal(bitwave_cycles((int8_t[8]){-4, 1}, 8), 2);
    assert_int_equal(cost_bitlet((int8_t[8]){-1, -1, 3}, 8).cycles, 3);
}

/* The largest absolute value of a row of a real layer becomes 127. */
static void real_groups_agree(void **state)
{
    (void)state;
    const char *folder = getenv("BBS_TEST_DATA");
    text_t path = text_of("%s/resnet20_cifar10.safetensors", folder ? folder : "../shared/data");
    if (!file_exists(path.chars)) {
        print_message("# skipped: no %s\n", path.chars);
        skip();
    }
    tensor_set_t set = {0};
    uint64_t seed = 3;
    int64_t groups = 0;
    assert_ok(safetensors_load(path.chars, NULL, &set));
    for (size_t t = 0; t < set.count; t++) {
        const tensor_t *tensor = &set.items[t];
        if (tensor->rank != 4)
            continue;
        float *values = malloc((size_t)tensor->count * sizeof *values);
        float largest = 0.0f;
        assert_non_null(values);
        assert_ok(tensor_to_finite_f32(tensor, path.chars, values));
        for (int64_t i = 0; i < tensor->count; i++)
            largest = fmaxf(largest, fabsf(values[i]));
        for (int64_t at = 0; at + PE_MOST <= tensor->count; at += PE_MOST, groups++) {
            group_t group;
            for (int i = 0; i < PE_MOST; i++)
                group.weights[i] = (int8_t)lrintf(values[at + i] * 127.0f / largest);
            fill_activations(&seed, &group);
            check_group(&group);
        }
        free(values);
    }
    tensor_set_free(&set);
    assert_true(groups > 1000);
}

/* ===  BitVert  === */

/* A slice of `columns` columns with `redundant` dropped, and the weights it stands for. */
static void fill_slice(uint64_t *seed, int columns, int redundant, bool is_signed, pe_bitvert_slice_t *slice,
                       int64_t *weights)
{
    *slice = (pe_bitvert_slice_t){.columns = columns, .sparse = 8 - columns - redundant, .constant_is_signed = is_signed};
    slice->constant = slice->sparse == 0 && !is_signed ? 0 : random_between(seed, is_signed ? -32 : 0, is_signed ? 31 : 63);
    for (int i = 0; i < PE_BITVERT_WEIGHTS; i++) {
        slice->stored[i] = (int8_t)random_between(seed, -(1 << (columns - 1)), (1 << (columns - 1)) - 1);
        weights[i] = slice->stored[i] * (1 << slice->sparse) + slice->constant;
    }
}

static void bitvert_takes_a_cycle_a_column(void **state)
{
    (void)state;
    uint64_t seed = 4;
    const int64_t columns[] = {default_value(&accelerator_bitvert_cons, "low_bits"),
                               default_value(&accelerator_bitvert_mod, "low_bits"), 8};
    for (int i = 0; i < GROUPS; i++) {
        int kept = (int)columns[i % 3], pruned = 8 - kept, unserved;
        int redundant = random_between(&seed, 0, pruned < 3 ? pruned : 3);
        int64_t weights[PE_BITVERT_WEIGHTS], sum = 0;
        pe_bitvert_slice_t slice;
        group_t group;
        fill_slice(&seed, kept, redundant, kept < 8 && (random_next(&seed) & 1), &slice, weights);
        fill_activations(&seed, &group);
        for (int j = 0; j < PE_BITVERT_WEIGHTS; j++)
            sum += weights[j] * group.activations[j];
        pe_result_t result = pe_bitvert(&slice, group.activations, &unserved);
        assert_int_equal(unserved, 0);
        assert_int_equal(result.product, sum);
        assert_int_equal(result.cycles, kept);
    }
}

/* Four lanes with windows of five serve every column of eight, the inverted ones as well. */
static void every_column_is_served_in_one_cycle(void **state)
{
    (void)state;
    uint64_t seed = 5;
    for (unsigned column = 0; column < 256; column++) {
        pe_bitvert_slice_t slice = {.columns = 2, .sparse = 6};
        group_t group;
        int64_t sum = 0;
        int unserved;
        fill_activations(&seed, &group);
        for (int i = 0; i < PE_BITVERT_WEIGHTS; i++) {
            slice.stored[i] = (int8_t)(column >> (i % 8) & 1); /* in the lower of two columns */
            sum += slice.stored[i] * 64 * group.activations[i];
        }
        pe_result_t result = pe_bitvert(&slice, group.activations, &unserved);
        assert_int_equal(unserved, 0);
        assert_int_equal(result.product, sum);
    }
}

/* ===  Whole layers  === */

typedef pe_result_t (*pe_t)(const int8_t *weights, const int16_t *activations, int count);

/* The slowest PE of each tile, slice by slice, with the weights taken one by one from the tensor. */
static int64_t cycles_by_pe(pe_t pe, const net_layer_t *layer, const int8_t *weights, int rows, int group, int64_t steps)
{
    static const int16_t activations[PE_MOST];
    int64_t positions = layer->kh * layer->kw, cycles = 0;
    bool plane = positions > layer->c;
    int64_t runs = plane ? layer->c : positions, length = plane ? positions : layer->c;
    for (int64_t first = 0; first < layer->k; first += rows)
        for (int64_t run = 0; run < runs; run++)
            for (int64_t from = 0; from < length; from += group) {
                int64_t slowest = 0;
                for (int64_t k = first; k < layer->k && k < first + rows; k++) {
                    int8_t slice[PE_MOST] = {0};
                    for (int64_t i = from; i < length && i < from + group; i++) {
                        int64_t c = plane ? run : i, position = plane ? i : run;
                        slice[i - from] = weights[(k * layer->c + c) * positions + position];
                    }
                    int64_t took = pe(slice, activations, group).cycles;
                    slowest = took > slowest ? took : slowest;
                }
                cycles += slowest;
            }
    return cycles * steps;
}

static counts_t count_layer(const accelerator_t *accelerator, const net_layer_t *shape, const int8_t *weights, int threads)
{
    accel_layer_t layer = {.shape = shape, .weights = weights, .sensitive = ACCEL_UNIFORM};
    counts_t counts;
    assert_ok(accel_count(accelerator, default_config(accelerator), &layer, 1, threads, &counts));
    return counts;
}

static void layers_cost_what_their_pes_take(void **state)
{
    (void)state;
    uint64_t seed = 6;
    net_table_t table = {0};
    assert_ok(net_add_conv(&table, "stem", "", 70, 3, 7, 2, 3, 40, 40));
    assert_ok(net_add_conv(&table, "conv", "", 40, 84, 3, 1, 1, 19, 19));
    assert_ok(net_add_conv(&table, "projection", "", 33, 20, 1, 2, 0, 19, 19));
    assert_ok(net_add_linear(&table, "linear", 100, 130, 21, true));
    for (size_t i = 0; i < table.count; i++) {
        const net_layer_t *layer = &table.items[i];
        int64_t count = net_layer_weights(layer);
        int8_t *weights = malloc((size_t)count);
        assert_non_null(weights);
        for (int64_t j = 0; j < count; j++)
            weights[j] = random_weight(&seed, 5);
        int64_t steps16 = tile_pixel_steps(layer, 16), best = INT64_MAX;
        assert_int_equal(count_layer(&accelerator_pragmatic, layer, weights, 2).compute_cycles,
                         cycles_by_pe(pe_pragmatic, layer, weights, 16, 16, steps16));
        assert_int_equal(count_layer(&accelerator_bitlet, layer, weights, 2).compute_cycles,
                         cycles_by_pe(pe_bitlet, layer, weights, 32, 32, steps16));
        /* The ways to cut BitWave's array that a PE model of 64 weights can follow; the others are never the best here. */
        const int cuts[][3] = {{8, 32, 16}, {16, 32, 8}, {32, 32, 4}, {16, 64, 1}, {32, 32, 1}, {16, 1, 16}};
        for (size_t cut = 0; cut < sizeof cuts / sizeof cuts[0]; cut++) {
            int64_t cycles =
                cycles_by_pe(pe_bitwave, layer, weights, cuts[cut][1], cuts[cut][0], tile_pixel_steps(layer, cuts[cut][2]));
            best = cycles < best ? cycles : best;
        }
        assert_int_equal(count_layer(&accelerator_bitwave, layer, weights, 2).compute_cycles, best);
        free(weights);
    }
    net_table_free(&table);
}

/* Slots: useful ones are the ones of the weights, once a pixel step; rows fit into tiles; threads change nothing. */
static void slots_add_up(void **state)
{
    (void)state;
    const accelerator_t *const skipping[] = {&accelerator_pragmatic, &accelerator_bitlet, &accelerator_bitwave};
    uint64_t seed = 7;
    net_table_t table = {0};
    assert_ok(net_add_conv(&table, "conv", "", 72, 64, 3, 1, 1, 20, 20));
    const net_layer_t *layer = &table.items[0];
    int64_t count = net_layer_weights(layer), ones[3] = {0};
    int8_t *weights = malloc((size_t)count);
    assert_non_null(weights);
    for (int64_t j = 0; j < count; j++) {
        weights[j] = random_weight(&seed, 5);
        int magnitude = abs(weights[j]);
        for (int bit = 0; bit < 8; bit++) {
            ones[0] += magnitude >> bit & 1;
            ones[1] += (uint8_t)weights[j] >> bit & 1;
            ones[2] += (magnitude > 127 ? 127 : magnitude) >> bit & 1;
        }
    }
    for (int i = 0; i < 3; i++) {
        counts_t one = count_layer(skipping[i], layer, weights, 1), three = count_layer(skipping[i], layer, weights, 3);
        assert_memory_equal(&one, &three, sizeof one);
        assert_true(one.useful_slots > 0 && one.useful_slots % ones[i] == 0);
        assert_true(one.useful_slots <= one.row_slots && one.row_slots <= one.lane_slots);
        assert_int_equal(one.lane_slots % one.compute_cycles, 0);
        assert_true(one.value_bits <= 8 * count);
    }
    accel_layer_t bare = {.shape = layer, .sensitive = ACCEL_UNIFORM};
    counts_t counts;
    outcome_t outcome = accel_count(skipping[0], default_config(skipping[0]), &bare, 1, 1, &counts);
    assert_true(outcome_is_skip(&outcome));
    free(weights);
    net_table_free(&table);
}

/* Two units of 8 weights worked out by hand: masks, signs and columns. */
static void bitwave_stores_masks_signs_and_columns(void **state)
{
    (void)state;
    net_table_t table = {0};
    assert_ok(net_add_linear(&table, "linear", 1, 19, 1, false));
    const int8_t weights[19] = {4, -4, 5, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, -128, 1, 2};
    counts_t counts = count_layer(&accelerator_bitwave, &table.items[0], weights, 1);
    /* columns {4, 1} of 8 weights; an empty unit; all 7 columns of the last 3, -128 being -127 */
    assert_int_equal(counts.value_bits, 8 * (1 + 2) + 0 + 3 * (1 + 7));
    assert_int_equal(counts.dram_metadata, 3);
    net_table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_groups_agree),
        cmocka_unit_test(empty_and_extreme_groups_agree),
        cmocka_unit_test(real_groups_agree),
        cmocka_unit_test(bitvert_takes_a_cycle_a_column),
        cmocka_unit_test(every_column_is_served_in_one_cycle),
        cmocka_unit_test(layers_cost_what_their_pes_take),
        cmocka_unit_test(slots_add_up),
        cmocka_unit_test(bitwave_stores_masks_signs_and_columns),
    };
    return cmocka_run_group_tests_name("pe", tests, NULL, NULL);
}
