/* SPDX-License-Identifier: GPL-3.0-or-later */
/* measure/workload: lengths of sequences, batches and the products of attention, worked out by hand. test_model.c compares
 * all rows with the oracle. */
#include "measure/workload.h"

#include "base/csv.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "testing.h"
#include "folder.h"

static void run_plan(const model_plan_t *plan, model_total_t *totals, csv_table_t *table)
{
    text_t path = text_of("%s/rows.csv", folder);
    assert_ok(model_run(plan, path.chars, totals));
    assert_ok(csv_read(path.chars, table));
    unlink(path.chars);
}

static const network_t *network_of(const char *name)
{
    const network_t *network;
    assert_ok(net_find(name, &network));
    return network;
}

static const accelerator_t *accelerator_of(const char *name)
{
    const accelerator_t *accelerator;
    assert_ok(accel_find(name, &accelerator));
    return accelerator;
}

/* The counts of one layer of a network without weights, or with synthetic ones where the design needs them. */
static counts_t count_layer(const model_plan_t *more, const char *net, const char *design, const char *layer)
{
    const network_t *networks[] = {network_of(net)};
    const accelerator_t *accelerators[] = {accelerator_of(design)};
    model_plan_t plan = *more;
    model_total_t total;
    csv_table_t table;
    size_t row, column;
    int64_t values[4];
    static const char *const columns[] = {"compute_cycles", "macs", "dram_weight_bytes", "dram_input_bytes"};
    plan.networks = networks;
    plan.accelerators = accelerators;
    plan.network_count = plan.accelerator_count = 1;
    plan.size = "full";
    plan.energy_table = "bitsim";
    plan.layer = layer;
    plan.threads = 2;
    run_plan(&plan, &total, &table);
    assert_int_equal(table.rows, 1);
    row = 0;
    for (size_t i = 0; i < 4; i++) {
        assert_ok(csv_column(&table, columns[i], &column));
        assert_ok(csv_cell_integer(&table, row, column, &values[i]));
    }
    csv_free(&table);
    return (counts_t){.compute_cycles = values[0], .macs = values[1], .dram_weight = values[2], .dram_input = values[3]};
}

/* ViT-Small: 6 heads of 64, 197 tokens. Stripes: 13 row tiles of 16 keys, 4 slices of 16, 13 steps of 16 tokens, 8 cycles;
 * the context has 4 row tiles and 13 slices. */
static void products_of_attention_worked_out_by_hand(void **state)
{
    (void)state;
    const model_plan_t plan = {.attention = true}, weights = {.attention = true, .origin = MODEL_SYNTHETIC};
    const char *scores = "blocks.3.attn.scores", *context = "blocks.3.attn.context";
    counts_t counts = count_layer(&plan, "vit_small", "stripes", scores);
    assert_int_equal(counts.compute_cycles, 6 * 13 * 4 * 13 * 8);
    assert_int_equal(counts.macs, 6 * 197 * 197 * 64);
    assert_int_equal(counts.dram_weight, 6 * 197 * 64); /* the keys of all heads */
    assert_int_equal(counts.dram_input, 6 * 197 * 64);  /* their queries */
    counts = count_layer(&plan, "vit_small", "stripes", context);
    assert_int_equal(counts.compute_cycles, 6 * 4 * 13 * 13 * 8);
    assert_int_equal(counts.dram_weight, 6 * 197 * 64);
    assert_int_equal(counts.dram_input, 0); /* the scores of a head, 38,809 bytes, stay on chip */
    /* BitVert: 7 row tiles of 32, 8 cycles for each of its 16 weights' columns. ANT: 10 steps of 20 tokens, at 8 bits. */
    assert_int_equal(count_layer(&plan, "vit_small", "bitvert-mod", scores).compute_cycles, 6 * 7 * 4 * 13 * 8);
    assert_int_equal(count_layer(&plan, "vit_small", "ant", scores).compute_cycles, 6 * 13 * 4 * 10 * 8);
    /* Pragmatic: 7 ones in each magnitude. Bitlet: 32 weights with every bit set take 32 cycles. BitWave: 7 columns of 8
     * weights, 8 slices, in the configured cut or in one as fast. SparTen: no pair is skipped. */
    assert_int_equal(count_layer(&weights, "vit_small", "pragmatic", scores).compute_cycles, 6 * 13 * 4 * 13 * 7);
    assert_int_equal(count_layer(&weights, "vit_small", "bitlet", scores).compute_cycles, 6 * 7 * 2 * 13 * 32);
    assert_in_range(count_layer(&weights, "vit_small", "bitwave", scores).compute_cycles, 6 * 7 * 8 * 12 * 7,
                    6 * 7 * 8 * 13 * 7);
    assert_int_equal(count_layer(&weights, "vit_small", "sparten", scores).compute_cycles, 6 * 7 * 13 * 64);
    counts = count_layer(&plan, "bert_sst2", "ant", "bert.encoder.layer.0.attention.context");
    assert_int_equal(counts.dram_weight, 12 * 512 * 64);
    assert_int_equal(counts.dram_input, 12 * 512 * 512); /* ANT's scores have 8 bits, too, and do not fit either */
    /* BERT with 512 tokens: the scores of a head and its queries exceed the buffer of 262,144 bytes. */
    assert_int_equal(count_layer(&plan, "bert_sst2", "stripes", "bert.encoder.layer.0.attention.context").dram_input,
                     12 * 512 * 512);
}

/* Attention adds its rows and leaves the others as they are: none of BERT's tensors are kept over it. */
static void attention_leaves_the_other_layers_alone(void **state)
{
    (void)state;
    const network_t *networks[] = {network_of("bert_mrpc")};
    const accelerator_t *accelerators[] = {accelerator_of("bitvert-cons")};
    model_plan_t plan = {.networks = networks,
                         .network_count = 1,
                         .size = "full",
                         .accelerators = accelerators,
                         .accelerator_count = 1,
                         .energy_table = "bitsim",
                         .threads = 2};
    model_total_t without, with;
    csv_table_t few, all;
    size_t layer, weight_bits;
    run_plan(&plan, &without, &few);
    plan.attention = true;
    run_plan(&plan, &with, &all);
    assert_int_equal(all.rows, few.rows + 2 * 12);
    assert_ok(csv_column(&all, "layer", &layer));
    assert_ok(csv_column(&all, "weight_bits", &weight_bits));
    for (size_t row = 0, at = 0; row < all.rows - 1; row++) {
        if (strstr(csv_cell(&all, row, layer), ".scores") || strstr(csv_cell(&all, row, layer), ".context")) {
            assert_string_equal(csv_cell(&all, row, weight_bits), "");
            continue;
        }
        for (size_t column = 0; column < all.columns; column++)
            assert_string_equal(csv_cell(&all, row, column), csv_cell(&few, at, column));
        at++;
    }
    assert_string_equal(csv_cell(&all, all.rows - 1, weight_bits), csv_cell(&few, few.rows - 1, weight_bits));
    assert_true(with.counts.macs == without.counts.macs + (int64_t)12 * 2 * 12 * 512 * 512 * 64);
    csv_free(&few);
    csv_free(&all);
}

/* The classifier of ResNet-34, one vector a sample: 16 samples fill the 16 columns, 17 need another step; its weights come
 * once. A convolution's steps multiply. BERT's weights and inputs both exceed their buffers, so something is fetched again.
 */
static void a_batch_fetches_weights_once(void **state)
{
    (void)state;
    const model_plan_t one = {0}, sixteen = {.batch = 16}, seventeen = {.batch = 17}, two = {.batch = 2};
    counts_t fc = count_layer(&one, "resnet34", "stripes", "fc"), more = count_layer(&sixteen, "resnet34", "stripes", "fc");
    assert_int_equal(fc.compute_cycles, 63 * 32 * 8);
    assert_int_equal(more.compute_cycles, fc.compute_cycles);
    assert_int_equal(count_layer(&seventeen, "resnet34", "stripes", "fc").compute_cycles, 2 * fc.compute_cycles);
    assert_int_equal(more.macs, 16 * fc.macs);
    assert_int_equal(more.dram_weight, 1000 * 512);
    assert_int_equal(more.dram_input, 16 * 512);
    counts_t stem = count_layer(&one, "resnet34", "stripes", "conv1"),
             stems = count_layer(&two, "resnet34", "stripes", "conv1");
    assert_int_equal(stems.compute_cycles, 2 * stem.compute_cycles);
    assert_int_equal(stems.dram_weight, stem.dram_weight);
    assert_int_equal(stems.dram_input, 2 * stem.dram_input);
    /* The query matrix, 2.25 buffers, and 2 x 512 vectors of 768, 3 buffers: the inputs are fetched 3 times, which costs
     * 2,359,296 + 589,824 bytes, or the weights 3 times, 1,769,472 + 786,432. */
    counts_t query = count_layer(&two, "bert_sst2", "stripes", "bert.encoder.layer.0.attention.self.query");
    assert_int_equal(query.dram_weight, 3 * 768 * 768);
    assert_int_equal(query.dram_input, 2 * 512 * 768);
}

static void only_text_has_any_number_of_tokens(void **state)
{
    (void)state;
    const model_plan_t few = {.tokens = 100};
    const char *query = "bert.encoder.layer.0.attention.self.query";
    assert_int_equal(count_layer(&few, "bert_mrpc", "stripes", query).compute_cycles, 48 * 48 * 7 * 8);
    assert_int_equal(count_layer(&few, "bert_mrpc", "stripes", query).macs, (int64_t)100 * 768 * 768);
    const model_plan_t both = {.tokens = 100, .attention = true};
    assert_int_equal(count_layer(&both, "bert_mrpc", "stripes", "bert.encoder.layer.0.attention.scores").macs,
                     12 * 100 * 100 * 64);
    static const struct {
        const char *net, *message;
    } refused[] = {{"resnet34", "--tokens: resnet34: found a network without sequences"},
                   {"vit_small", "--tokens: vit_small: found a picture, which gives 197 tokens"}};
    for (size_t i = 0; i < 2; i++) {
        const network_t *networks[] = {network_of(refused[i].net)};
        model_plan_t plan = {.networks = networks,
                             .network_count = 1,
                             .size = "full",
                             .accelerators = accelerator_registry,
                             .accelerator_count = 1,
                             .energy_table = "bitsim",
                             .tokens = 100,
                             .threads = 1};
        model_total_t total;
        assert_error(model_run(&plan, NULL, &total), FAULT_USAGE, refused[i].message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_of_attention_worked_out_by_hand),
        cmocka_unit_test(attention_leaves_the_other_layers_alone),
        cmocka_unit_test(a_batch_fetches_weights_once),
        cmocka_unit_test(only_text_has_any_number_of_tokens),
    };
    return cmocka_run_group_tests_name("workload", tests, make_folder, remove_empty_folder);
}
