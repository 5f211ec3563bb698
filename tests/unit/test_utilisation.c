/* SPDX-License-Identifier: GPL-3.0-or-later */
/* accel/effectual against bits counted one by one, and what holds for the rows of every design on synthetic weights. */
#include "accel/effectual.h"

#include "base/text.h"
#include "measure/model.h"
#include "measure/model_rows.h"
#include "rows/table.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "default_config.h"
#include "made_layer.h"
#include "folder.h"

/* ===  Bits of BitVert's lanes  === */

/* The stored columns of a group are 8 - columns of them: bits (columns - redundant) to (7 - redundant). */
static int64_t count_slowly(const fixture_t *fixture, const compressed_t *compressed, const method_config_t *config,
                            const bool *mask)
{
    int64_t sum = 0, groups = (C + config->group - 1) / config->group;
    for (int k = 0; k < K; k++)
        for (int position = 0; position < POSITIONS; position++)
            for (int c = 0; c < C; c += 8)
                for (int bit = 0; bit < 8; bit++) {
                    int ones = 0, count = C - c < 8 ? C - c : 8;
                    int redundant = compressed->meta[(k * POSITIONS + position) * groups + c / config->group] >> 6;
                    if (!mask[k] && (bit < config->columns - redundant || bit > 7 - redundant))
                        continue;
                    for (int i = c; i < c + count; i++) {
                        int at = (k * C + i) * POSITIONS + position;
                        int value = mask[k] ? fixture->q[at] : compressed->stored[at];
                        ones += (value & 1 << bit) != 0;
                    }
                    sum += ones < count - ones ? ones : count - ones;
                }
    return sum;
}

static void effectual_bits_are_those_counted_one_by_one(void **state)
{
    (void)state;
    static const char *const methods[] = {"bbs-cons", "bbs-mod"};
    static const bool mask[K] = {false, true, false, false, true, false};
    fixture_t fixture;
    fill(&fixture, 5);
    for (int i = 0; i < 2; i++) {
        method_config_t settings;
        const method_config_t *config = &settings;
        const method_t *method = method_of_spec(methods[i], &settings);
        compressed_t compressed;
        int64_t bits, again;
        assert_ok(method->compress(config, &fixture.layer, mask, 2, &compressed));
        assert_ok(effectual_count(&fixture.layer, &compressed, config->columns, config->group, 1, &bits));
        assert_ok(effectual_count(&fixture.layer, &compressed, config->columns, config->group, 3, &again));
        assert_true(bits > 0);
        assert_int_equal(bits, count_slowly(&fixture, &compressed, config, mask));
        assert_int_equal(bits, again);
        compressed_free(&compressed);
    }
}

/* Four positions, three input channels: a whole layer is cut along the plane of each channel. */
static void whole_layers_of_few_channels_are_cut_along_the_plane(void **state)
{
    (void)state;
    static const int8_t q[] = {1, 1, 1, 0, 0, 0, 0, 0, -1, -1, 0, 0};
    static const float scale[] = {1.0f};
    compress_layer_t layer = {.name = "stem", .k = 1, .c = 3, .kh = 2, .kw = 2, .whole = true, .q = q, .scale = scale};
    compressed_t compressed;
    int64_t bits;
    assert_ok(compress_keep(&layer, false, &compressed));
    assert_ok(effectual_count(&layer, &compressed, 2, 32, 1, &bits));
    assert_int_equal(bits, 1 + 0 + 8 * 2); /* one zero of four; nothing; two of four in each column */
    compressed_free(&compressed);
}

/* ===  Rows  === */

static void run_all(const char *path, int threads, bool utilisation)
{
    const network_t *network;
    assert_ok(net_find("resnet34", &network));
    model_plan_t plan = {.networks = &network,
                         .network_count = 1,
                         .size = "compact",
                         .accelerators = accelerator_registry,
                         .energy_table = "bitsim",
                         .origin = MODEL_SYNTHETIC,
                         .utilisation = utilisation,
                         .threads = threads};
    while (plan.accelerators[plan.accelerator_count] != NULL)
        plan.accelerator_count++;
    model_total_t *totals = calloc(model_points(&plan), sizeof *totals);
    assert_non_null(totals);
    assert_ok(model_run(&plan, path, totals));
    for (size_t i = 0; i < model_points(&plan); i++) {
        const accel_config_t *config = default_config(totals[i].accelerator);
        const counts_t *counts = &totals[i].counts;
        /* No array does more useful work than its lanes can; none is idle for longer than it runs. */
        double peak = (double)(config->rows * config->columns * config->lanes) * (double)counts->compute_cycles;
        assert_false(totals[i].skipped);
        assert_true(counts->cycles >= counts->compute_cycles && counts->cycles >= counts->dram_cycles);
        assert_true(counts->useful_slots >= 0 && counts->useful_slots <= counts->row_slots);
        assert_true(counts->row_slots <= counts->lane_slots && (double)counts->lane_slots <= peak);
    }
    free(totals);
}

static double sum_of(const rows_table_t *rows, size_t row, const char *const *columns)
{
    double sum = 0.0;
    for (; *columns != NULL; columns++) {
        double part = rows_real_at(rows, row, *columns);
        assert_true(part >= 0.0);
        sum += part;
    }
    return sum;
}

static void parts_add_up_and_no_share_is_above_the_whole(void **state)
{
    (void)state;
    static const char *const shares[] = {"useful_percent", "intra_pe_stall_percent", "inter_pe_stall_percent", NULL};
    static const char *const chip[] = {"energy_pe_pj", "energy_register_pj", "energy_sram_pj", NULL};
    static const char *const whole[] = {"energy_on_chip_pj", "energy_dram_pj", NULL};
    text_t path = text_of("%s/rows.csv", folder);
    rows_table_t rows;
    run_all(path.chars, 2, true);
    assert_ok(rows_read(&model_schema, path.chars, &rows));
    size_t shared = 0;
    for (size_t row = 0; row < rows.count; row++) {
        double on_chip = rows_real_at(&rows, row, "energy_on_chip_pj"), total = rows_real_at(&rows, row, "energy_total_pj");
        assert_true(fabs(sum_of(&rows, row, chip) - on_chip) <= 1e-8 * on_chip);
        assert_true(fabs(sum_of(&rows, row, whole) - total) <= 1e-8 * total);
        if (isnan(rows_real_at(&rows, row, "useful_percent")))
            continue;
        assert_true(fabs(sum_of(&rows, row, shares) - 100.0) < 1e-6);
        assert_string_equal(rows_text_at(&rows, row, "weights_source"),
                            "synthetic:resnet50v2_imagenet_partial+resnet18_imagenet_partial");
        shared++;
    }
    size_t designs = 0, looking = 0;
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL; at++, designs++)
        looking += (*at)->needs_weights || (*at)->counts_lanes;
    assert_int_equal(shared * designs, looking * rows.count);
    rows_table_free(&rows);
    unlink(path.chars);
}

static void rows_do_not_depend_on_threads(void **state)
{
    (void)state;
    text_t paths[3];
    csv_table_t tables[3];
    for (int i = 0; i < 3; i++) {
        paths[i] = text_of("%s/%d.csv", folder, i);
        run_all(paths[i].chars, i + 1, false);
        assert_ok(csv_read(paths[i].chars, &tables[i]));
        assert_int_equal(tables[i].bytes.size, tables[0].bytes.size);
        assert_memory_equal(tables[i].bytes.data, tables[0].bytes.data, tables[0].bytes.size);
        unlink(paths[i].chars);
    }
    for (int i = 0; i < 3; i++)
        csv_free(&tables[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(effectual_bits_are_those_counted_one_by_one),
        cmocka_unit_test(whole_layers_of_few_channels_are_cut_along_the_plane),
        cmocka_unit_test(parts_add_up_and_no_share_is_above_the_whole),
        cmocka_unit_test(rows_do_not_depend_on_threads),
    };
    return cmocka_run_group_tests_name("utilisation", tests, make_folder, remove_empty_folder);
}
