/* SPDX-License-Identifier: GPL-3.0-or-later */
/* measure/next_tokens and measure/llama_parts: language models on the accelerator models, against an independent
 * restatement (tests/oracle/language.py), worked out by hand, and by what must hold for any model. */
#include "accel/configuration.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/text.h"
#include "measure/next_tokens.h"
#include "measure/llama.h"
#include "nets/llama.h"
#include "nets/llama_shapes.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "testing.h"
#include "folder.h"

static const accelerator_t *accelerator_of(const char *name)
{
    const accelerator_t *accelerator;
    assert_ok(accel_find(name, &accelerator));
    return accelerator;
}

/* One design on one model, and what it counted layer by layer. */
typedef struct {
    model_total_t total;
    csv_table_t rows;
} seen_t;

static seen_t run(const model_plan_t *more, const network_t *network, const char *design)
{
    const network_t *networks[] = {network};
    const accelerator_t *accelerators[] = {accelerator_of(design)};
    const text_t path = text_of("%s/rows.csv", folder);
    accel_config_t config;
    model_plan_t plan = *more;
    seen_t seen;
    assert_ok(configuration_load("paper", accelerators, 1, &config));
    if (strncmp(design, "bitvert", 7) == 0)
        assert_ok(configuration_set("bitvert.beta_permille=0", accelerators, 1, &config));
    plan.networks = networks;
    plan.accelerators = accelerators;
    plan.network_count = plan.accelerator_count = 1;
    plan.size = plan.size != NULL ? plan.size : "full";
    plan.energy_table = "bitsim";
    plan.configs = &config;
    plan.threads = 2;
    assert_ok(model_run(&plan, path.chars, &seen.total));
    assert_ok(csv_read(path.chars, &seen.rows));
    unlink(path.chars);
    return seen;
}

static int64_t cell(const seen_t *seen, const char *layer, const char *column)
{
    size_t names, wanted;
    int64_t value;
    assert_ok(csv_column(&seen->rows, "layer", &names));
    assert_ok(csv_column(&seen->rows, column, &wanted));
    for (size_t row = 0; row < seen->rows.rows; row++)
        if (text_equal(csv_cell(&seen->rows, row, names), layer)) {
            assert_ok(csv_cell_integer(&seen->rows, row, wanted, &value));
            return value;
        }
    fail_msg("no layer %s", layer);
    return 0;
}

/* ===  The oracle  === */

enum { KEYS = 8 /* the first columns of both files */ };

static bool same_keys(const csv_table_t *a, size_t row, const csv_table_t *b, size_t other, const size_t *columns)
{
    for (size_t i = 0; i < KEYS; i++)
        if (!text_equal(csv_cell(a, row, i), csv_cell(b, other, columns[i])))
            return false;
    return true;
}

static void compare_row(const csv_table_t *oracle, size_t row, const csv_table_t *ours, const size_t *columns)
{
    size_t at = 0;
    while (at < ours->rows && !same_keys(oracle, row, ours, at, columns))
        at++;
    if (at == ours->rows)
        fail_msg("no row like line %zu of the oracle", row + 2);
    for (size_t i = KEYS; i < oracle->columns; i++) {
        const char *expected = csv_cell(oracle, row, i), *found = csv_cell(ours, at, columns[i]);
        const double wanted = strtod(expected, NULL);
        if (text_ends(oracle->cells[i], "_pj")) /* nine digits are printed */
            assert_true(fabs(strtod(found, NULL) - wanted) <= 2e-9 * wanted);
        else
            assert_string_equal(found, expected);
    }
}

static void parts_are_those_of_the_restatement(void **state)
{
    (void)state;
    const text_t path = text_of("%s/parts.csv", folder);
    csv_table_t oracle, ours;
    size_t columns[64];
    assert_ok(llama_parts_run(true, 2, path.chars));
    assert_ok(csv_read("tests/data/language.csv", &oracle));
    assert_ok(csv_read(path.chars, &ours));
    for (size_t i = 0; i < oracle.columns; i++)
        assert_ok(csv_column(&ours, oracle.cells[i], &columns[i]));
    for (size_t row = 0; row < oracle.rows; row++)
        compare_row(&oracle, row, &ours, columns);
    csv_free(&oracle);
    csv_free(&ours);
    unlink(path.chars);
}

static void threads_change_no_byte(void **state)
{
    (void)state;
    const text_t one = text_of("%s/one.csv", folder), three = text_of("%s/three.csv", folder);
    bytes_t a, b;
    assert_ok(llama_parts_run(true, 1, one.chars));
    assert_ok(llama_parts_run(true, 3, three.chars));
    assert_ok(file_read(one.chars, "", &a));
    assert_ok(file_read(three.chars, "", &b));
    assert_true(a.size == b.size && memcmp(a.data, b.data, a.size) == 0);
    file_free_bytes(&a);
    file_free_bytes(&b);
    unlink(one.chars);
    unlink(three.chars);
}

/* ===  By hand  === */

/* SmolLM-135M: 30 blocks of width 576, 9 heads of 64, 3 of keys, so 3 heads of queries share keys. 5 new tokens of each of
 * 3 sequences, 37 in memory: the new ones attend to 33, 34, 35, 36, 37 keys, 35 in the mean; 15 vectors of queries.
 * Stripes: 3 row tiles of 16 keys x 4 slices of 16 x 1 step of 16 vectors, 8 cycles each. */
static void a_few_tokens_worked_out_by_hand(void **state)
{
    (void)state;
    const model_plan_t plan = {.tokens = 5, .context = 37, .batch = 3, .cache_bits = 4};
    seen_t seen = run(&plan, &net_smollm_135m, "stripes");
    const char *scores = "layers.*.self_attn.scores", *context = "layers.*.self_attn.context";
    const int64_t runs = 30 * 3 * 3; /* blocks, heads of keys, sequences */
    assert_int_equal(cell(&seen, scores, "macs"), runs * 35 * 64 * 15);
    assert_int_equal(cell(&seen, scores, "compute_cycles"), runs * 3 * 4 * 1 * 8);
    assert_int_equal(cell(&seen, scores, "dram_weight_bytes"), runs * 37 * 64 / 2); /* 4 bits each */
    assert_int_equal(cell(&seen, scores, "dram_input_bytes"), runs * 15 * 64);
    assert_int_equal(cell(&seen, scores, "dram_output_bytes"), 0); /* 525 scores stay on chip */
    assert_int_equal(cell(&seen, scores, "dram_cycles"), runs * (37 * 64 / 2 + 15 * 64) / 16);
    assert_int_equal(cell(&seen, scores, "weights"), 0);
    assert_int_equal(cell(&seen, context, "compute_cycles"), runs * 4 * 3 * 1 * 8);
    assert_int_equal(cell(&seen, context, "dram_output_bytes"), runs * 15 * 64);
    /* 15 vectors for the matrices, one for each sequence's logits. */
    assert_int_equal(cell(&seen, "layers.*.mlp.up_proj", "macs"), (int64_t)30 * 1536 * 576 * 15);
    assert_int_equal(cell(&seen, "layers.*.mlp.up_proj", "dram_weight_bytes"), 30 * 1536 * 576);
    assert_int_equal(cell(&seen, "lm_head", "macs"), (int64_t)49152 * 576 * 3);
    /* A row of the embedding for each of the 15 tokens, whose numbers have 4 bytes; written as it is. */
    assert_int_equal(cell(&seen, "embed_tokens", "dram_weight_bytes"), 576 * 15);
    assert_int_equal(cell(&seen, "embed_tokens", "dram_input_bytes"), 4 * 15);
    assert_int_equal(cell(&seen, "embed_tokens", "dram_output_bytes"), 576 * 15);
    assert_int_equal(cell(&seen, "embed_tokens", "macs") + cell(&seen, "embed_tokens", "compute_cycles"), 0);
    assert_int_equal(cell(&seen, "total", "context"), 37);
    assert_int_equal(cell(&seen, "total", "cache_bits"), 4);
    assert_int_equal(cell(&seen, "total", "tokens"), 5);
    csv_free(&seen.rows);
}

/* One token of Llama-3-8B at a context of L: 7.5 billion weights at 8 bits, and 64 KiB of keys and values for each token.
 */
static void decode_reads_every_weight_once_and_every_key(void **state)
{
    (void)state;
    enum { L = 4096, BLOCK = 2 * 4096 * 4096 + 2 * 1024 * 4096 + 3 * 14336 * 4096 };
    const model_plan_t plan = {.context = L}, more = {.context = L, .batch = 16};
    seen_t one = run(&plan, &net_llama3_8b, "stripes"), many = run(&more, &net_llama3_8b, "stripes");
    const int64_t weights = (int64_t)32 * BLOCK + (int64_t)128256 * 4096 + 4096, cache = (int64_t)L * 65536;
    assert_int_equal(cell(&one, "total", "dram_weight_bytes"), weights + cache);
    /* The sequences of a batch share the weights, but for 16 rows of the embedding in place of one. */
    assert_int_equal(cell(&many, "total", "dram_weight_bytes"), weights + 15 * 4096 + 16 * cache);
    csv_free(&one.rows);
    csv_free(&many.rows);
}

/* Scores of 262,144 numbers do not fit beside anything: the keys are run in two parts, and nothing is read twice. */
static void long_contexts_are_read_once(void **state)
{
    (void)state;
    const model_plan_t plan = {.context = 65536}, odd = {.context = 65537};
    seen_t seen = run(&plan, &net_llama3_8b, "bitvert-mod"), more = run(&odd, &net_llama3_8b, "bitvert-mod");
    assert_int_equal(cell(&seen, "layers.*.self_attn.context", "dram_weight_bytes"), (int64_t)32 * 8 * 65536 * 128);
    assert_int_equal(cell(&seen, "layers.*.self_attn.scores", "dram_output_bytes"), 0);
    /* Three parts of 21,846 keys, of which the last is not full. */
    assert_int_equal(cell(&more, "layers.*.self_attn.scores", "dram_weight_bytes"), (int64_t)32 * 8 * 3 * 21846 * 128);
    csv_free(&seen.rows);
    csv_free(&more.rows);
}

/* ===  What must hold  === */

/* Without a context the matrices are those of one block, run as any network, times the number of blocks. */
static void without_a_context_only_the_matrices_are_run(void **state)
{
    (void)state;
    static const char *const designs[] = {"stripes", "ant", "bitvert-cons", "bitvert-mod"};
    const model_plan_t whole = {.tokens = 3}, one = {.size = "block", .batch = 3};
    network_t plain = net_llama3_2_1b;
    plain.pass = NULL;
    for (size_t i = 0; i < sizeof designs / sizeof *designs; i++) {
        seen_t all = run(&whole, &net_llama3_2_1b, designs[i]), block = run(&one, &plain, designs[i]);
        counts_t expected = block.total.counts;
        counts_times(&expected, 16);
        assert_int_equal(all.total.counts.cycles - cell(&all, "lm_head", "cycles") - cell(&all, "embed_tokens", "cycles"),
                         expected.cycles);
        assert_int_equal(all.total.counts.macs - cell(&all, "lm_head", "macs"), expected.macs);
        assert_int_equal(all.total.counts.sram_weight_read - cell(&all, "lm_head", "sram_weight_read_bytes"),
                         expected.sram_weight_read);
        csv_free(&all.rows);
        csv_free(&block.rows);
    }
}

static double speedup(const model_plan_t *plan)
{
    seen_t base = run(plan, &net_llama3_8b, "stripes"), fast = run(plan, &net_llama3_8b, "bitvert-mod");
    const double ratio = (double)base.total.counts.cycles / (double)fast.total.counts.cycles;
    csv_free(&base.rows);
    csv_free(&fast.rows);
    return ratio;
}

/* Reading keys and values takes as long on every design, so they pull its speedup towards 1; a batch, which shares the
 * weights, does so sooner, and does more multiplications for a byte. */
static void the_speedup_of_decode_falls_with_the_context(void **state)
{
    (void)state;
    double before[2] = {INFINITY, INFINITY};
    for (int64_t context = 128; context <= 131072; context *= 4) {
        const model_plan_t one = {.context = context}, many = {.context = context, .batch = 16};
        const double now[2] = {speedup(&one), speedup(&many)};
        assert_true(now[0] < before[0] && now[1] < before[1] && now[1] < now[0] && now[1] > 1);
        memcpy(before, now, sizeof now);
    }
    assert_true(before[1] < 1.04); /* 137 GB of keys and values beside 8 GB of weights */
    const model_plan_t one = {.context = 1024}, many = {.context = 1024, .batch = 16};
    seen_t a = run(&one, &net_llama3_8b, "stripes"), b = run(&many, &net_llama3_8b, "stripes");
    assert_int_equal(b.total.counts.macs, 16 * a.total.counts.macs);
    assert_true(counts_dram_bytes(&b.total.counts) < 16 * counts_dram_bytes(&a.total.counts) / 10);
    csv_free(&a.rows);
    csv_free(&b.rows);
}

/* Of the whole square a prompt needs the half below the diagonal, and the diagonal. */
static void a_prompt_takes_half_of_the_square(void **state)
{
    (void)state;
    const model_plan_t even = {.tokens = 2048, .context = 2048}, odd = {.tokens = 2047, .context = 2047};
    seen_t a = run(&even, &net_llama3_8b, "stripes"), b = run(&odd, &net_llama3_8b, "stripes");
    const char *scores = "layers.*.self_attn.scores";
    assert_int_equal(cell(&a, scores, "macs"), (int64_t)32 * 32 * 128 * 2048 * 1025); /* the mean is 1,024.5 keys */
    assert_int_equal(cell(&b, scores, "macs"), (int64_t)32 * 32 * 128 * 2047 * 1024);
    assert_int_equal(cell(&b, scores, "dram_weight_bytes") % 2047, 0); /* all keys are read */
    csv_free(&a.rows);
    csv_free(&b.rows);
}

/* The head of a design that looks at bits takes its longest time, as a product does: 7 cycles for 16 x 16 weights in
 * Pragmatic, 32 for 32 x 32 in Bitlet. */
static void the_head_takes_the_longest_time(void **state)
{
    (void)state;
    const model_plan_t plan = {.origin = MODEL_SYNTHETIC, .context = 100};
    seen_t pragmatic = run(&plan, &net_smollm_135m, "pragmatic"), bitlet = run(&plan, &net_smollm_135m, "bitlet");
    assert_int_equal(cell(&pragmatic, "lm_head", "compute_cycles"), 49152 / 16 * (576 / 16) * 7);
    assert_int_equal(cell(&bitlet, "lm_head", "compute_cycles"), 49152 / 32 * (576 / 32) * 32);
    assert_int_equal(cell(&bitlet, "lm_head", "dram_weight_bytes"), 49152 * 576);
    assert_int_equal(cell(&bitlet, "layers.*.self_attn.scores", "compute_cycles"), 30 * 3 * 4 * 2 * 32);
    csv_free(&pragmatic.rows);
    csv_free(&bitlet.rows);
}

static void refuse(const model_plan_t *more, const network_t *network, const char *message)
{
    const network_t *networks[] = {network};
    model_plan_t plan = *more;
    model_total_t total;
    plan.networks = networks;
    plan.accelerators = accelerator_registry;
    plan.network_count = plan.accelerator_count = 1;
    plan.size = "full";
    plan.energy_table = "bitsim";
    plan.threads = 1;
    assert_error(model_run(&plan, NULL, &total), FAULT_USAGE, message);
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    const network_t *resnet;
    const model_plan_t few = {.tokens = 8, .context = 7}, context = {.context = 8}, bits = {.cache_bits = 8};
    assert_ok(net_find("resnet34", &resnet));
    refuse(&few, &net_llama3_8b, "--context: found 7 tokens, expected at least the 8 that are run");
    refuse(&context, resnet, "--context: resnet34: found no language model");
    refuse(&bits, resnet, "--cache-bits: resnet34: found no language model");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_those_of_the_restatement),
        cmocka_unit_test(threads_change_no_byte),
        cmocka_unit_test(a_few_tokens_worked_out_by_hand),
        cmocka_unit_test(decode_reads_every_weight_once_and_every_key),
        cmocka_unit_test(long_contexts_are_read_once),
        cmocka_unit_test(without_a_context_only_the_matrices_are_run),
        cmocka_unit_test(the_speedup_of_decode_falls_with_the_context),
        cmocka_unit_test(a_prompt_takes_half_of_the_square),
        cmocka_unit_test(the_head_takes_the_longest_time),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests_name("language_model", tests, make_folder, remove_empty_folder);
}
