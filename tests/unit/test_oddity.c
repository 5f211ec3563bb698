/* SPDX-License-Identifier: GPL-3.0-or-later */
/* accel/oddity: what each oddity of the authors' simulator changes, and on which networks. Whether all of them together are
 * the simulator is in test_simulator.c. */
#include "accel/oddity.h"

#include "accel/designs.h"
#include "accel/energy.h"

#include <string.h>

#include "counted_network.h"
#include "default_config.h"
#include "testing.h"

typedef struct {
    counts_t counts;
    energy_t energy;
} totals_t;

static totals_t totals_of(const char *network, const accelerator_t *accelerator, uint32_t oddities)
{
    accel_config_t config = *default_config(accelerator);
    energy_rates_t rates;
    config.oddities = oddities;
    totals_t totals = {.counts = count_network(network, accelerator, &config)};
    assert_ok(energy_rates("bitsim", accelerator, &config, &rates));
    totals.energy = energy_of(&rates, &totals.counts);
    return totals;
}

/* Each oddity on a design that it concerns; the sign is that of (with - without). */
static void each_oddity_goes_its_way(void **state)
{
    (void)state;
    const struct {
        uint32_t flag;
        const char *network;
        const accelerator_t *accelerator;
        int compute, dram_cycles, dram_bytes, on_chip; /* -1, 0, 1 */
    } expected[] = {
        {ODDITY_DRAM_PRECISION, "resnet34", &accelerator_bitvert_mod, 0, -1, 0, 0},
        {ODDITY_DRAM_PRECISION, "resnet34", &accelerator_bitwave, 0, -1, 0, 0},
        {ODDITY_DRAM_PRECISION, "resnet34", &accelerator_ant, 0, -1, 0, 0},
        {ODDITY_DRAM_PRECISION, "resnet34", &accelerator_stripes, 0, 0, 0, 0},
        {ODDITY_DRAM_PRECISION, "resnet34", &accelerator_sparten, 0, 0, 0, 0},
        {ODDITY_NO_METADATA, "resnet34", &accelerator_bitvert_cons, 0, -1, -1, -1},
        {ODDITY_NO_METADATA, "resnet34", &accelerator_bitwave, 0, -1, -1, -1},
        {ODDITY_NO_METADATA, "resnet34", &accelerator_sparten, 0, -1, -1, -1},
        {ODDITY_NO_METADATA, "resnet34", &accelerator_stripes, 0, 0, 0, 0},
        {ODDITY_FRACTIONAL_CHANNELS, "resnet34", &accelerator_bitvert_mod, -1, -1, -1, -1},
        {ODDITY_FRACTIONAL_CHANNELS, "resnet34", &accelerator_ant, 0, 0, 0, 0},
        {ODDITY_PRAGMATIC_SIGN, "resnet34", &accelerator_pragmatic, 1, 0, 0, 1},
        {ODDITY_PRAGMATIC_SIGN, "resnet34", &accelerator_bitlet, 0, 0, 0, 0},
        {ODDITY_BITWAVE_SIGN, "resnet34", &accelerator_bitwave, -1, 0, 0, -1},
        {ODDITY_TOKEN_LIMIT, "vit_small", &accelerator_sparten, -1, 0, 0, -1},
        {ODDITY_TOKEN_LIMIT, "resnet34", &accelerator_sparten, 0, 0, 0, 0},
        {ODDITY_DOUBLE_WRITES, "resnet34", &accelerator_stripes, 0, 0, 0, 1},
        {ODDITY_REFETCH_INPUTS, "bert_mrpc", &accelerator_stripes, 0, 1, 1, 1},
        {ODDITY_LINEAR_CHAIN, "resnet34", &accelerator_stripes, 0, -1, -1, 0},
        {ODDITY_WHOLE_READS, "resnet34", &accelerator_bitvert_mod, 0, 0, 0, 1},
        {ODDITY_WHOLE_READS, "resnet34", &accelerator_bitwave, 0, 0, 0, 1},
        {ODDITY_WHOLE_READS, "resnet34", &accelerator_sparten, 0, 0, 0, 1},
        {ODDITY_REGISTER_CONSTANTS, "resnet34", &accelerator_bitvert_mod, 0, 0, 0, 1},
        {ODDITY_REGISTER_CONSTANTS, "resnet34", &accelerator_bitlet, 0, 0, 0, 0}, /* its PE takes 32 */
        {ODDITY_REGISTER_CONSTANTS, "resnet34", &accelerator_bitwave, 0, 0, 0, -1},
        {ODDITY_REGISTER_CONSTANTS, "resnet34", &accelerator_stripes, 0, 0, 0, 0},
        {ODDITY_LAST_OUTPUT, "resnet34", &accelerator_stripes, 0, -1, -1, 0},
        {ODDITY_WHOLE_WORDS, "resnet34", &accelerator_stripes, 0, 0, 0, 1},
        {ODDITY_WHOLE_WORDS, "resnet34", &accelerator_bitvert_mod, 0, 0, 0, 1},
        {ODDITY_FRACTIONS, "resnet34", &accelerator_bitvert_mod, 0, -1, 0, 0},
        {ODDITY_STORED_BITS, "resnet34", &accelerator_ant, 0, 0, 0, 0}, /* 6 bits of a multiple of 4 channels */
        {ODDITY_STORED_BITS, "resnet34", &accelerator_stripes, 0, 0, 0, 0},
        {ODDITY_STORED_BITS, "resnet34", &accelerator_bitwave, 0, -1, -1, -1},
        {ODDITY_BITLET_ZEROS, "resnet34", &accelerator_bitlet, 0, 0, 0, 0}, /* these weights have no tile of zeros */
        {ODDITY_BITLET_ZEROS, "resnet34", &accelerator_bitwave, 0, 0, 0, 0},
        {ODDITY_BITWAVE_SUBMITTED, "resnet34", &accelerator_bitwave, -1, -1, -1, -1},
    };
    uint32_t seen = 0, all = 0;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        totals_t right = totals_of(expected[i].network, expected[i].accelerator, 0);
        totals_t odd = totals_of(expected[i].network, expected[i].accelerator, expected[i].flag);
#define WAY(a, b) (((b) > (a)) - ((b) < (a)))
        int compute = WAY(right.counts.compute_cycles, odd.counts.compute_cycles);
        int dram_cycles = WAY(right.counts.dram_cycles, odd.counts.dram_cycles);
        int dram_bytes = WAY(counts_dram_bytes(&right.counts), counts_dram_bytes(&odd.counts));
        int on_chip = WAY(right.energy.on_chip_pj, odd.energy.on_chip_pj);
        if (expected[i].flag == ODDITY_LINEAR_CHAIN)
            on_chip = 0; /* residual operands go, inputs that no longer fit come */
        if (compute != expected[i].compute || dram_cycles != expected[i].dram_cycles ||
            dram_bytes != expected[i].dram_bytes || on_chip != expected[i].on_chip)
            fail_msg("oddity %u on %s: compute %d, DRAM cycles %d, DRAM bytes %d, on chip %d", expected[i].flag,
                     expected[i].accelerator->name, compute, dram_cycles, dram_bytes, on_chip);
        seen |= expected[i].flag;
    }
    const oddity_t *oddity;
    for (size_t i = 0; (oddity = registry_at(&oddity_names, i)) != NULL; i++)
        all |= oddity->flag;
    assert_int_equal(seen, all);
}

static void oddities_are_found_by_name(void **state)
{
    (void)state;
    uint32_t flag = 0;
    const oddity_t *oddity;
    uint32_t before = 0, main_branch = 0;
    for (size_t i = 0; (oddity = registry_at(&oddity_names, i)) != NULL; before |= oddity->flag, i++) {
        assert_ok(oddity_read(oddity->name, &flag));
        assert_int_equal(flag, oddity->flag);
        assert_true(oddity->what[0] != '\0' && strlen(oddity->source) > 10);
        assert_true((before & oddity->flag) == 0);
    }
    for (const oddity_t *at = oddity_table; at->name != NULL; at++)
        main_branch |= at->flag;
    assert_ok(oddity_read("all", &flag));
    assert_int_equal(flag, main_branch); /* and not what an earlier commit did in their place */
    assert_int_equal(flag & ODDITY_BITWAVE_SUBMITTED, 0);
    assert_ok(oddity_read("fractions,whole-words", &flag));
    assert_int_equal(flag, ODDITY_FRACTIONS | ODDITY_WHOLE_WORDS);
    assert_error(oddity_read("none", &flag), FAULT_USAGE, "dram-precision");
    assert_error(oddity_read("fractions,fractions", &flag), FAULT_USAGE, "twice");
    assert_error(oddity_read("", &flag), FAULT_USAGE, "empty");
}

/* The simulator always fetches inputs again, except on VGG and ResNets; the other oddities do not look at the network. */
static void refetch_inputs_is_not_for_every_network(void **state)
{
    (void)state;
    const struct {
        const char *network;
        bool has;
    } expected[] = {{"vgg16", false},    {"resnet34", false}, {"resnet50", false}, {"resnet20", false},
                    {"vit_small", true}, {"vit_base", true},  {"bert_mrpc", true}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        accel_config_t config = *default_config(&accelerator_stripes);
        const network_t *network;
        assert_ok(net_find(expected[i].network, &network));
        assert_ok(oddity_read("all", &config.oddities));
        uint32_t others = config.oddities & ~(uint32_t)ODDITY_REFETCH_INPUTS;
        accel_config_on(&config, network);
        assert_int_equal(config.oddities, others | (expected[i].has ? ODDITY_REFETCH_INPUTS : 0));
    }
}

/* The work of a design depends only on the oddities that it declares: it may be counted once for all others. */
static void work_depends_on_the_declared_oddities(void **state)
{
    (void)state;
    enum { K = 40, C = 24, TOKENS = 300 };
    static int8_t weights[K * C];
    uint64_t random = 3;
    for (int i = 0; i < K * C; i++)
        weights[i] = (int8_t)(i < 8 * C ? 0 : random_between(&random, -100, 100));
    net_layer_t shape = {
        .name = "one", .kind = NET_LINEAR, .k = K, .c = C, .kh = 1, .kw = 1, .stride = 1, .tokens = TOKENS};
    shape.in_h = shape.in_w = shape.out_h = shape.out_w = 1;
    shape.input = NET_OUTSIDE;
    shape.residual = NET_NONE;
    accel_layer_t layer = {
        .shape = &shape, .sensitive = 3, .weights = weights, .input_density = 0.5, .output_density = 0.5};
    for (const accelerator_t *const *at = accelerator_registry; *at != NULL; at++) {
        accel_config_t config = *default_config(*at);
        accel_work_t plain, odd;
        const oddity_t *oddity;
        uint32_t changes = 0;
        assert_ok(accel_work(*at, &config, &layer, 1, 1, &plain));
        for (size_t i = 0; (oddity = registry_at(&oddity_names, i)) != NULL; i++) {
            config.oddities = oddity->flag;
            assert_ok(accel_work(*at, &config, &layer, 1, 1, &odd));
            changes |= memcmp(&plain, &odd, sizeof plain) != 0 ? oddity->flag : 0;
        }
        if ((*at)->work_oddities != 0)
            assert_int_equal(changes & ~(*at)->work_oddities, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_oddity_goes_its_way),
        cmocka_unit_test(oddities_are_found_by_name),
        cmocka_unit_test(refetch_inputs_is_not_for_every_network),
        cmocka_unit_test(work_depends_on_the_declared_oddities),
    };
    return cmocka_run_group_tests_name("oddity", tests, NULL, NULL);
}
