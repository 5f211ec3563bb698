/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compress/zps_search.h: each faster search finds the shift of the one that tries every shift. */
#include "compress/columns.h"
#include "compress/zps_registers.h"
#include "compress/zps_round.h"
#include "compress/zps_search.h"

#include <string.h>

#include "random.h"
#include "testing.h"

enum { WEIGHTS_MOST = 1 << 13, GROUPS_MOST = 200 };

static const zps_search_t *every_shift(void)
{
    const zps_search_t *last = NULL;
    for (const zps_search_t *const *search = zps_searches; *search != NULL; search++)
        last = *search;
    return last;
}

static void check_searches(const zps_rule_t *rule, const int8_t *weights, int64_t count, int64_t groups)
{
    int wanted[GROUPS_MOST], shifts[GROUPS_MOST];
    assert_true(groups <= GROUPS_MOST);
    every_shift()->search(rule, weights, count, groups, wanted);
    for (const zps_search_t *const *search = zps_searches; *search != NULL; search++) {
        if (count > (*search)->most || ((*search)->available != NULL && !(*search)->available()))
            continue;
        (*search)->search(rule, weights, count, groups, shifts);
        for (int64_t i = 0; i < groups; i++)
            if (shifts[i] != wanted[i])
                fail_msg("%s: shift %d, not %d, of group %d of %d weights, %d columns", (*search)->name, shifts[i],
                         wanted[i], (int)i, (int)count, rule->columns);
    }
}

/* One of the rules that a user can ask for. */
static zps_rule_t some_rule(uint64_t *random)
{
    const int half = 1 << (random_between(random, 3, 6) - 1);
    const bool paper = random_between(random, 0, 1), fixed = random_between(random, 0, 9) == 0;
    zps_rule_t rule = {.columns = random_between(random, 1, COLUMNS_MOST),
                       .first = paper ? -half : -half + 1,
                       .last = paper ? half - 1 : half,
                       .ties_to_zero = random_between(random, 0, 1),
                       .least_mean = random_between(random, 0, 3) > 0};
    rule.near_percent = random_between(random, 0, 1) ? 0 : random_between(random, 1, 100);
    rule.last = fixed ? rule.first : rule.last;
    return rule;
}

/* By hand: the group of the paper's Fig. 5 shifted by -26 is 55, -46, -25, -33. All are within 64, so one column is
 * redundant and multiples of 8 remain: 56, -48, -24, -32. The errors are 1, -2, 1, 1, their squares 7. Its neighbours -25
 * and -27 have 9 and 13, the figure's shift, -14, has 47. */
static void a_group_is_searched_by_hand(void **state)
{
    (void)state;
    const int8_t weights[] = {81, -20, 1, -7};
    const zps_rule_t rule = {.columns = 4, .first = -31, .last = 32};
    for (const zps_search_t *const *search = zps_searches; *search != NULL; search++) {
        int shift = 0;
        if ((*search)->available != NULL && !(*search)->available())
            continue;
        (*search)->search(&rule, weights, 4, 1, &shift);
        assert_int_equal(shift, -26);
    }
}

/* Under every rule, for every number of columns, groups of all widths and centres, long and short ones, and with sums
 * beyond 8 bits at either end. */
static void every_search_agrees(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (int round = 0; round < 36000; round++) {
        int8_t weights[200];
        const int kind = random_between(&random, 0, 3), width = random_between(&random, 0, 7);
        const int64_t count = kind < 2 ? 32 : random_between(&random, 1, kind == 2 ? 32 : 200);
        const int centre = random_between(&random, 0, 1) ? random_between(&random, -128, 127) : 0;
        for (int64_t i = 0; i < count; i++) {
            const int weight = random_between(&random, -(1 << width), (1 << width) - 1) + centre;
            weights[i] = (int8_t)(weight < -128 ? -128 : weight > 127 ? 127 : weight);
        }
        const zps_rule_t rule = some_rule(&random);
        check_searches(&rule, weights, count, 1);
    }
}

/* Groups that lie one behind the other do not see each other: no group, one, and numbers around a batch. */
static void many_groups_are_searched_like_one(void **state)
{
    (void)state;
    static int8_t weights[WEIGHTS_MOST];
    static const int numbers[] = {0, 1, 2, 63, 64, 65, 127, 128, 129, 150};
    uint64_t random = 2;
    for (int round = 0; round < 600; round++) {
        const int64_t count = round % 3 ? 32 : random_between(&random, 1, 40), groups = numbers[round % 10];
        for (int64_t i = 0; i < groups * count; i++)
            weights[i] = random_weight(&random, (int)(i / count + round) % 8);
        const zps_rule_t rule = some_rule(&random);
        int alone[GROUPS_MOST], together[GROUPS_MOST];
        check_searches(&rule, weights, count, groups);
        zps_search(&rule, weights, count, groups, together);
        for (int64_t i = 0; i < groups; i++) {
            zps_search(&rule, weights + i * count, count, 1, &alone[i]);
            assert_int_equal(together[i], alone[i]);
        }
    }
}

/* Ranges of other numbers of bits, groups of one value, groups of two values far apart, and the longest group. */
static void every_search_agrees_at_the_ends(void **state)
{
    (void)state;
    static int8_t weights[COLUMNS_GROUP_MOST];
    for (int bits = 3; bits <= 6; bits++)
        for (int columns = 1; columns <= COLUMNS_MOST; columns++)
            for (int value = -128; value < 128; value++) {
                const int half = 1 << (bits - 1);
                const zps_rule_t rule = {
                    .columns = columns, .first = -half + 1, .last = half - (value & 1), .least_mean = value % 3 != 0};
                for (int i = 0; i < 32; i++)
                    weights[i] = (int8_t)(i % 2 && value > -100 ? value - 1 - i : value);
                check_searches(&rule, weights, value % 5 == 0 ? 1 : 32, 1);
                for (int i = 0; i < 32; i++)
                    weights[i] = (int8_t)(i < 16 ? value : value % 2 ? 127 : -128);
                check_searches(&rule, weights, value % 7 == 0 ? 17 : 32, 1);
            }
    for (int64_t i = 0; i < COLUMNS_GROUP_MOST; i++)
        weights[i] = (int8_t)(i * i % 251 - 125);
    for (int columns = 1; columns <= COLUMNS_MOST; columns++)
        check_searches(&(zps_rule_t){.columns = columns, .first = -31, .last = 32, .least_mean = true}, weights,
                       COLUMNS_GROUP_MOST, 1);
}

/* A sum of squares is 16 bits wide, and this one is 2^15: all of 32 weights are half a step of 64 away. */
static void the_largest_sum_fits(void **state)
{
    (void)state;
    int8_t weights[32];
    for (int i = 0; i < 32; i++)
        weights[i] = (int8_t)(i % 2 ? -96 : 32);
    for (int mean = 0; mean < 2; mean++)
        for (int near = 0; near <= 100; near += 50)
            check_searches(&(zps_rule_t){.columns = 6, .first = 0, .last = 0, .least_mean = mean > 0, .near_percent = near},
                           weights, 32, 1);
}

/* All weights of 8 bits, all shifts, both ways to break a tie; bytes behind a short group stay as they are. */
static void encoding_in_registers_is_the_plain_one(void **state)
{
    (void)state;
    uint64_t random = 3;
    if (!zps_registers_available())
        skip();
    for (int round = 0; round < 20000; round++) {
        int8_t weights[32], stored[33], wanted[32];
        const int64_t count = round % 2 ? 32 : random_between(&random, 1, 32);
        const int columns = random_between(&random, 1, COLUMNS_MOST), shift = random_between(&random, -32, 32);
        const bool zero = random_between(&random, 0, 1);
        for (int i = 0; i < 32; i++)
            weights[i] = random_weight(&random, round % 8);
        memset(stored, 99, sizeof stored);
        const zps_plan_t plan = zps_encode_any(weights, count, columns, shift, zero, wanted),
                         other = zps_registers_encode(weights, count, columns, shift, zero, stored);
        assert_memory_equal(stored, wanted, (size_t)count);
        for (int64_t i = count; i < 33; i++)
            assert_int_equal(stored[i], 99);
        assert_true(plan.redundant == other.redundant && plan.pruned == other.pruned && plan.most == other.most);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_group_is_searched_by_hand),
        cmocka_unit_test(every_search_agrees),
        cmocka_unit_test(many_groups_are_searched_like_one),
        cmocka_unit_test(every_search_agrees_at_the_ends),
        cmocka_unit_test(the_largest_sum_fits),
        cmocka_unit_test(encoding_in_registers_is_the_plain_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
