/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Grouped and depthwise convolutions on every accelerator of the registry: a layer of several groups is what its groups are
 * as layers of their own; a depthwise layer by hand. */
#include "accel/accel.h"
#include "accel/configuration.h"
#include "accel/designs.h"
#include "accel/settings.h"
#include "nets/net.h"

#include <stdlib.h>

#include "default_config.h"
#include "random.h"
#include "testing.h"

enum { GROUP_K = 40, GROUP_C = 5, GROUPS = 3, GROUP_SIDE = 6 };

/* A convolution of 3 x 3 with padding: all its groups at once, or the group `only`, with its own weights and masks. */
typedef struct {
    net_layer_t shape;
    uint8_t bits[(GROUP_SIDE * GROUP_SIDE * GROUP_C * GROUPS + 7) / 8];
    accel_layer_t layer;
} grouped_t;

static bool mask_at(int64_t pixel, int64_t channel)
{
    return (pixel * 7 + channel * 5) % 11 < 6;
}

static void make_grouped(const int8_t *weights, int64_t k, int64_t c, int64_t only, bool whole, grouped_t *made)
{
    const int64_t groups = only < 0 ? GROUPS : 1, first = only < 0 ? 0 : only * c;
    *made = (grouped_t){.shape = {.name = "conv",
                                  .kind = NET_CONV,
                                  .k = k * groups,
                                  .c = c,
                                  .groups = groups,
                                  .kh = 3,
                                  .kw = 3,
                                  .stride = 1,
                                  .pad = 1,
                                  .in_h = GROUP_SIDE,
                                  .in_w = GROUP_SIDE,
                                  .out_h = GROUP_SIDE,
                                  .out_w = GROUP_SIDE,
                                  .tokens = 1,
                                  .input = NET_OUTSIDE,
                                  .residual = NET_NONE}};
    for (int64_t pixel = 0; pixel < GROUP_SIDE * GROUP_SIDE; pixel++)
        for (int64_t channel = 0; channel < c * groups; channel++) {
            const int64_t at = pixel * c * groups + channel;
            if (mask_at(pixel, first + channel))
                made->bits[at / 8] |= (uint8_t)(1 << at % 8);
        }
    made->layer = (accel_layer_t){.shape = &made->shape,
                                  .whole = whole,
                                  .weights = weights + (only < 0 ? 0 : only * k * c * 9),
                                  .effectual = 1000 * groups,
                                  .input_density = 1.0,
                                  .output_density = 1.0,
                                  .masks = {made->bits, 1, sizeof made->bits}};
}

static accel_work_t work_of(const accelerator_t *accelerator, const accel_config_t *config, const grouped_t *made)
{
    accel_work_t work;
    assert_ok(accel_work(accelerator, config, &made->layer, 1, 2, &work));
    return work;
}

/* What a design does for a layer of three groups is what it does for the three as layers of their own, because a row tile
 * is of one group: a depthwise layer (c = 1), and one whose groups fill more than one row tile. */
static void groups_run_one_after_the_other(void **state)
{
    (void)state;
    static int8_t weights[GROUPS * GROUP_K * GROUP_C * 9];
    uint64_t random = 31;
    for (size_t i = 0; i < sizeof weights; i++)
        weights[i] = (int8_t)(random_between(&random, 0, 2) ? random_between(&random, -60, 60) : 0);
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL; at++)
        for (int depthwise = 0; depthwise < 2; depthwise++) {
            const int64_t k = depthwise ? 1 : GROUP_K, c = depthwise ? 1 : GROUP_C;
            accel_config_t config = *default_config(*at);
            grouped_t made;
            accel_work_t sum = {0};
            if (settings_has((*at)->keys, "fixed_array")) /* else each group is cut in the way that is best for it alone */
                assert_ok(settings_put((*at)->keys, &config, "fixed_array", 1));
            for (int64_t group = 0; group < GROUPS; group++) {
                make_grouped(weights, k, c, group, depthwise, &made);
                const accel_work_t work = work_of(*at, &config, &made);
                sum.tiles += work.tiles;
                sum.cycles += work.cycles;
                sum.value_bits += work.value_bits;
                sum.meta_bits += work.meta_bits;
                sum.weight_read_bits += work.weight_read_bits;
                sum.input_read_bits += work.input_read_bits;
                sum.pairs += work.pairs;
                sum.local_read_bits += work.local_read_bits;
                sum.local_write_bits += work.local_write_bits;
                sum.lane_slots += work.lane_slots;
                sum.row_slots += work.row_slots;
                sum.useful_slots += work.useful_slots;
            }
            make_grouped(weights, k, c, -1, depthwise, &made);
            const accel_work_t work = work_of(*at, &config, &made);
            assert_int_equal(work.tiles, sum.tiles);
            assert_int_equal(work.cycles, sum.cycles);
            assert_int_equal(work.value_bits, sum.value_bits);
            assert_int_equal(work.meta_bits, sum.meta_bits);
            assert_int_equal(work.weight_read_bits, sum.weight_read_bits);
            assert_int_equal(work.input_read_bits, sum.input_read_bits);
            assert_int_equal(work.pairs, sum.pairs);
            assert_int_equal(work.local_read_bits, sum.local_read_bits);
            assert_int_equal(work.local_write_bits, sum.local_write_bits);
            assert_int_equal(work.lane_slots, sum.lane_slots);
            assert_int_equal(work.row_slots, sum.row_slots);
            assert_int_equal(work.useful_slots, sum.useful_slots);
        }
}

/* The depthwise layer of MobileNetV2's first block, 3 x 3 on 32 channels of 112 x 112, by hand. A slice holds the 9 weights
 * of a channel; 112 lines of 7 steps of 16 pixels are 784 steps; 32 channels, one at a time, are 25,088 tiles of 8 cycles.
 * All channels of the input come from DRAM once, and weights have no metadata. */
static void a_depthwise_layer_uses_one_row(void **state)
{
    (void)state;
    const net_layer_t shape = {.name = "depthwise",
                               .kind = NET_CONV,
                               .k = 32,
                               .c = 1,
                               .groups = 32,
                               .kh = 3,
                               .kw = 3,
                               .stride = 1,
                               .pad = 1,
                               .in_h = 112,
                               .in_w = 112,
                               .out_h = 112,
                               .out_w = 112,
                               .tokens = 1,
                               .input = NET_OUTSIDE,
                               .residual = NET_NONE};
    const accelerator_t *const designs[] = {&accelerator_stripes, &accelerator_bitvert_cons, &accelerator_bitvert_mod};
    assert_true(net_layer_stays_whole(&shape, true));
    for (size_t i = 0; i < sizeof designs / sizeof *designs; i++) {
        const accel_layer_t layer = {.shape = &shape, .sensitive = ACCEL_UNIFORM, .whole = true};
        counts_t counts;
        assert_ok(accel_count(designs[i], default_config(designs[i]), &layer, 1, 1, &counts));
        assert_int_equal(counts.macs, 32 * 9 * 112 * 112);
        assert_int_equal(counts.weights, 32 * 9);
        assert_int_equal(counts.tiles, 25088);
        assert_int_equal(counts.compute_cycles, 25088 * 8);
        assert_int_equal(counts.value_bits, 32 * 9 * 8);
        assert_int_equal(counts.dram_metadata, 0);
        assert_int_equal(counts.dram_input, 32 * 112 * 112);
        assert_int_equal(counts.sensitive, 32);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_run_one_after_the_other),
        cmocka_unit_test(a_depthwise_layer_uses_one_row),
    };
    return cmocka_run_group_tests_name("groups", tests, NULL, NULL);
}
