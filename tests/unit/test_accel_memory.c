/* SPDX-License-Identifier: GPL-3.0-or-later */
/* accel/memory: which outputs stay on chip, with residual sums and projections, and what is fetched twice. */
#include "accel/memory.h"

#include "accel/energy.h"
#include "accel/oddity.h"

#include <string.h>

#include "testing.h"

enum { MOST = 8, KB = 1000 };

/* Layers on planes of one pixel: c input and k output bytes. */
typedef struct {
    net_layer_t shapes[MOST];
    accel_layer_t layers[MOST];
    memory_place_t places[MOST];
    size_t count;
} chain_t;

static void add(chain_t *chain, int64_t c, int64_t k, int64_t input, int64_t residual)
{
    net_layer_t *layer = &chain->shapes[chain->count];
    *layer = (net_layer_t){.kind = NET_LINEAR,
                           .k = k,
                           .c = c,
                           .kh = 1,
                           .kw = 1,
                           .in_h = 1,
                           .in_w = 1,
                           .out_h = 1,
                           .out_w = 1,
                           .tokens = 1,
                           .input = input,
                           .residual = residual};
    chain->layers[chain->count++].shape = layer;
}

/* An activation is a byte. */
static const accel_storage_t bytes = {.activation_centibits = 800, .whole_centibits = 800};

static void place(chain_t *chain, int64_t capacity)
{
    accel_config_t config = {.input_sram_bytes = capacity};
    assert_ok(memory_place(&config, &bytes, chain->layers, chain->count, chain->places));
}

static void expect(const chain_t *chain, size_t layer, bool input, bool residual, bool kept, bool written)
{
    const memory_place_t *is = &chain->places[layer];
    if (is->input_on_chip != input || is->residual_on_chip != residual || is->output_on_chip != kept ||
        is->output_to_dram != written)
        fail_msg("layer %zu: input %d, residual %d, kept %d, written %d", layer, is->input_on_chip, is->residual_on_chip,
                 is->output_on_chip, is->output_to_dram);
}

static void a_chain_that_fits_stays_on_chip(void **state)
{
    (void)state;
    chain_t chain = {0};
    add(&chain, 100, 100, NET_OUTSIDE, NET_NONE);
    add(&chain, 100, 150, 0, NET_NONE);
    add(&chain, 150, 10, 1, NET_NONE);
    place(&chain, 250);
    expect(&chain, 0, false, false, true, false);
    expect(&chain, 1, true, false, true, false);
    expect(&chain, 2, true, false, false, true); /* the result leaves the chip */
    place(&chain, 249);                          /* the middle layer's input and output do not fit together */
    expect(&chain, 0, false, false, true, false);
    expect(&chain, 1, true, false, false, true);
    expect(&chain, 2, false, false, false, true);
}

static void a_residual_needs_room_until_it_is_added(void **state)
{
    (void)state;
    chain_t chain = {0};
    add(&chain, 100, 100, NET_OUTSIDE, NET_NONE); /* x */
    add(&chain, 100, 100, 0, NET_NONE);           /* conv1 */
    add(&chain, 100, 100, 1, 0);                  /* conv2 + x, written over x */
    add(&chain, 100, 5, 2, NET_NONE);
    place(&chain, 200);
    expect(&chain, 0, false, false, true, false);
    expect(&chain, 1, true, false, true, false);
    expect(&chain, 2, true, true, true, false);
    expect(&chain, 3, true, false, false, true);
    /* Two layers inside the block: x, conv1 and conv2 together need 300. */
    chain = (chain_t){0};
    add(&chain, 100, 100, NET_OUTSIDE, NET_NONE);
    add(&chain, 100, 100, 0, NET_NONE);
    add(&chain, 100, 100, 1, NET_NONE);
    add(&chain, 100, 100, 2, 0);
    place(&chain, 300);
    expect(&chain, 2, true, false, true, false);
    expect(&chain, 3, true, true, false, true);
    place(&chain, 299); /* x stays; conv2's output then has no room and goes through DRAM */
    expect(&chain, 0, false, false, true, false);
    expect(&chain, 1, true, false, true, false);
    expect(&chain, 2, true, false, false, true);
    expect(&chain, 3, false, true, false, true);
}

static void an_output_may_stay_for_its_first_reader_alone(void **state)
{
    (void)state;
    chain_t chain = {0};
    add(&chain, 100, 100, NET_OUTSIDE, NET_NONE); /* x, read next and once more at the end */
    add(&chain, 100, 10, 0, NET_NONE);
    add(&chain, 180, 100, NET_OUTSIDE, NET_NONE); /* fills the buffer */
    add(&chain, 100, 100, 2, 0);
    place(&chain, 200);
    expect(&chain, 0, false, false, true, true); /* kept for the next layer, and written for the last */
    expect(&chain, 1, true, false, false, true);
    expect(&chain, 2, false, false, false, true);
    expect(&chain, 3, false, false, false, true);
}

static void pooled_and_final_outputs_are_written(void **state)
{
    (void)state;
    chain_t chain = {0};
    add(&chain, 10, 10, NET_OUTSIDE, NET_NONE);
    add(&chain, 5, 10, NET_OUTSIDE, NET_OUTSIDE);
    place(&chain, 1000);
    expect(&chain, 0, false, false, false, true);
    expect(&chain, 1, false, false, false, true);
}

static accel_config_t buffers(int64_t weights, int64_t inputs)
{
    return (accel_config_t){.weight_sram_bytes = weights, .input_sram_bytes = inputs};
}

static counts_t traffic(const accel_config_t *config, const accel_layer_t *layer, int64_t weights, int64_t meta,
                        memory_place_t place_of)
{
    accel_work_t work = {.value_bits = 8 * weights, .meta_bits = 8 * meta, .weight_read_bits = 80, .input_read_bits = 800};
    counts_t counts = {0};
    assert_ok(memory_count(config, &bytes, layer, &work, &place_of, &counts));
    return counts;
}

static void the_cheaper_of_two_refetches_is_taken(void **state)
{
    (void)state;
    accel_config_t config = buffers(100 * KB, 100 * KB);
    chain_t chain = {0};
    add(&chain, 250 * KB, 40 * KB, NET_OUTSIDE, NET_NONE);
    const accel_layer_t *layer = &chain.layers[0];
    /* 150 KB of weights, 250 KB of inputs: weights three times 450 + 250 = 700, inputs twice 150 + 500 = 650. */
    counts_t counts = traffic(&config, layer, 150 * KB, 0, (memory_place_t){.output_to_dram = true});
    assert_int_equal(counts.dram_weight, 150 * KB);
    assert_int_equal(counts.dram_input, 500 * KB);
    assert_int_equal(counts.dram_output, 40 * KB);
    assert_int_equal(counts.dram_cycles, 690 * KB / 16);
    assert_int_equal(counts.sram_input_write, 500 * KB); /* the output never enters the buffer */
    assert_int_equal(counts.sram_weight_write, 150 * KB);
    /* 110 KB: weights three times 330 + 250 = 580, inputs twice 110 + 500 = 610. Metadata goes with the weights. */
    counts = traffic(&config, layer, 110 * KB, 1 * KB, (memory_place_t){.output_to_dram = true});
    assert_int_equal(counts.dram_weight, 330 * KB);
    assert_int_equal(counts.dram_metadata, 3 * KB);
    assert_int_equal(counts.dram_input, 250 * KB);
    /* One of the two fits: once each. */
    counts = traffic(&config, layer, 100 * KB, 0, (memory_place_t){.output_to_dram = true});
    assert_int_equal(counts.dram_weight, 100 * KB);
    assert_int_equal(counts.dram_input, 250 * KB);
}

static void nothing_is_counted_twice(void **state)
{
    (void)state;
    accel_config_t config = buffers(100 * KB, 100 * KB);
    chain_t chain = {0};
    add(&chain, 30 * KB, 40 * KB, 0, 0);
    const accel_layer_t *layer = &chain.layers[0];
    counts_t counts = traffic(&config, layer, 5 * KB, 0, (memory_place_t){true, true, true, false});
    assert_int_equal(counts.dram_input, 0);
    assert_int_equal(counts.dram_output, 0);
    assert_int_equal(counts.sram_input_write, 40 * KB);      /* the output alone */
    assert_int_equal(counts.sram_input_read, 100 + 40 * KB); /* and the residual operand */
    counts = traffic(&config, layer, 5 * KB, 0, (memory_place_t){true, false, false, true});
    assert_int_equal(counts.dram_input, 40 * KB); /* the residual operand from DRAM to the adder */
    assert_int_equal(counts.dram_output, 40 * KB);
    assert_int_equal(counts.sram_input_write, 0);
    assert_int_equal(counts.sram_input_read, 100);
}

static void narrow_activations_begin_at_bytes(void **state)
{
    (void)state;
    accel_config_t config = buffers(1000, 1000);
    accel_storage_t storage = {.activation_centibits = 600, .whole_centibits = 800};
    net_layer_t shape = {.kind = NET_CONV,
                         .k = 5,
                         .c = 3,
                         .kh = 1,
                         .kw = 1,
                         .in_h = 4,
                         .in_w = 4,
                         .out_h = 2,
                         .out_w = 2,
                         .tokens = 1,
                         .input = NET_OUTSIDE,
                         .residual = NET_NONE};
    accel_layer_t layer = {.shape = &shape};
    assert_int_equal(memory_input_bytes(&config, &storage, &layer), 16 * 3); /* 18 bits a pixel */
    assert_int_equal(memory_output_bytes(&config, &storage, &layer), 4 * 4); /* 30 bits */
    layer.whole = true; /* the image comes in 8 bits, what leaves the layer is narrow */
    shape.c = 4;
    assert_int_equal(memory_input_bytes(&config, &storage, &layer), 16 * 4);
    assert_int_equal(memory_output_bytes(&config, &storage, &layer), 4 * 4);
}

/* ===  Oddities of the authors' simulator, by hand  === */

/* 5 x 3 x 3 x 3 weights, 4 x 4 pixels in, 2 x 2 out. */
static const net_layer_t small = {.kind = NET_CONV,
                                  .k = 5,
                                  .c = 3,
                                  .kh = 3,
                                  .kw = 3,
                                  .in_h = 4,
                                  .in_w = 4,
                                  .out_h = 2,
                                  .out_w = 2,
                                  .tokens = 1,
                                  .input = NET_OUTSIDE,
                                  .residual = NET_NONE};

/* Its traffic: the input comes from DRAM, the output stays. */
static counts_t odd_traffic(uint32_t oddities, const accel_storage_t *storage, const accel_work_t *work)
{
    accel_config_t config = buffers(1000, 1000);
    accel_layer_t layer = {.shape = &small};
    memory_place_t here = {.output_on_chip = true};
    counts_t counts = {0};
    config.oddities = oddities;
    assert_ok(memory_count(&config, storage, &layer, work, &here, &counts));
    return counts;
}

static void words_are_written_whole(void **state)
{
    (void)state;
    accel_storage_t storage = {.activation_centibits = 800, .whole_centibits = 800, .written_centibits = 800};
    const accel_work_t work = {.value_bits = 135 * 4};
    counts_t counts = odd_traffic(0, &storage, &work);
    assert_int_equal(counts.sram_weight_write, 68);
    assert_int_equal(counts.sram_input_write, 16 * 3 + 4 * 5);
    counts = odd_traffic(ODDITY_WHOLE_WORDS, &storage, &work);
    assert_int_equal(counts.dram_weight, 68);
    assert_int_equal(counts.sram_weight_write, 8 * 5 * 9); /* 24 bits at 45 positions: a word each, whatever is stored */
    assert_int_equal(counts.sram_input_write, 8 * 16 + 8 * 4);
    storage.activation_centibits = 2200; /* 66 bits for 3 channels, 110 for 5 */
    counts = odd_traffic(ODDITY_WHOLE_WORDS, &storage, &work);
    assert_int_equal(counts.sram_input_write, 2 * 8 * 16 + 2 * 8 * 4);
}

static void fractions_are_kept_and_cut(void **state)
{
    (void)state;
    const accel_work_t work = {.value_bits = 1004}; /* 125.5 bytes */
    const energy_rates_t rates = {.dram_pj = 2.0, .pe_pj = 3.0, .weight_register_pj = 5.0};
    counts_t whole = odd_traffic(0, &bytes, &work), odd = odd_traffic(ODDITY_FRACTIONS, &bytes, &work);
    assert_int_equal(whole.dram_weight, 126);
    assert_int_equal(whole.dram_weight_excess, 0);
    assert_int_equal(whole.dram_cycles, 11); /* 126 + 48 bytes, 16 a cycle */
    assert_int_equal(odd.dram_weight, 126);
    assert_int_equal(odd.dram_weight_excess, 4);
    assert_int_equal(odd.dram_cycles, 10); /* 173.5 / 16 = 10.8 */
    assert_true(energy_of(&rates, &whole).dram_pj == 2.0 * 174 && energy_of(&rates, &odd).dram_pj == 2.0 * 173.5);
    /* 12.75 cycles of 4 PEs in 2 rows. */
    counts_t counts = {.compute_cycles = 13, .pe_cycles = 52, .weight_register_cycles = 26, .compute_excess = 250000000};
    energy_t energy = energy_of(&rates, &counts);
    assert_true(energy.pe_pj > 3.0 * 4 * 12.75 - 1e-9 && energy.pe_pj < 3.0 * 4 * 12.75 + 1e-9);
    assert_true(energy.register_pj > 5.0 * 2 * 12.75 - 1e-9 && energy.register_pj < 5.0 * 2 * 12.75 + 1e-9);
}

static void compressed_bytes_count_by_their_precision_again(void **state)
{
    (void)state;
    const accel_work_t work = {.value_bits = 135 * 5};                                  /* 84.4 bytes */
    assert_int_equal(odd_traffic(0, &bytes, &work).dram_cycles, 9);                     /* (85 + 48) / 16 = 8.3 */
    assert_int_equal(odd_traffic(ODDITY_DRAM_PRECISION, &bytes, &work).dram_cycles, 7); /* (53.1 + 48) / 16 = 6.3 */
    uint32_t both = ODDITY_DRAM_PRECISION | ODDITY_FRACTIONS;
    assert_int_equal(odd_traffic(both, &bytes, &work).dram_cycles, 6); /* (52.7 + 48) / 16 = 6.3 */
    assert_int_equal(odd_traffic(both, &bytes, &work).dram_weight, 85);
}

static void the_last_linear_output_is_free(void **state)
{
    (void)state;
    chain_t chain = {0};
    accel_config_t config = {.input_sram_bytes = 100, .oddities = ODDITY_LAST_OUTPUT};
    add(&chain, 100, 50, NET_OUTSIDE, NET_NONE);
    add(&chain, 100, 50, NET_OUTSIDE, NET_NONE);
    assert_ok(memory_place(&config, &bytes, chain.layers, chain.count, chain.places));
    assert_true(chain.places[0].output_to_dram && !chain.places[1].output_to_dram);
    config.oddities |= ODDITY_LINEAR_CHAIN;
    assert_ok(memory_place(&config, &bytes, chain.layers, chain.count, chain.places));
    assert_true(chain.places[0].output_to_dram && !chain.places[1].output_to_dram);
    chain.shapes[1].kind = NET_CONV;
    assert_ok(memory_place(&config, &bytes, chain.layers, chain.count, chain.places));
    assert_true(chain.places[1].output_to_dram);
}

/* SparTen's reads: 18 banks of 64 bits, 576 local buffers for 512 PEs; a tile writes 66 bytes into each. */
static void local_buffers_are_read_by_pairs_and_written_by_tiles(void **state)
{
    (void)state;
    const accel_storage_t storage = {.activation_centibits = 800, .mask_bits = 1, .local_bytes = 512, .local_bus_bits = 16};
    const accel_work_t work = {.value_bits = 8 * 100, .tiles = 64, .pairs = 5120, .weight_read_bits = 80};
    const accel_layer_t layer = {.shape = &small, .input_density = 1.0, .output_density = 0.5};
    const memory_place_t from_dram = {.output_to_dram = true};
    accel_config_t config = buffers(1000, 1000);
    counts_t counts = {.local_read = 7, .local_write = 9};
    config.rows = 32;
    config.columns = 16;
    config.weight_banks = config.input_banks = 18;
    config.weight_bus_bits = config.input_bus_bits = 64;
    assert_ok(memory_count(&config, &storage, &layer, &work, &from_dram, &counts));
    assert_true(counts.sram_weight_read == 10 && counts.local_read == 7 && counts.local_write == 9);
    config.oddities = ODDITY_WHOLE_READS | ODDITY_STORED_BITS | ODDITY_NO_METADATA;
    assert_ok(memory_count(&config, &storage, &layer, &work, &from_dram, &counts));
    assert_int_equal(counts.sram_weight_read, 64 * 32 * 18 * 8 / 32);
    assert_int_equal(counts.sram_input_read, 64 * 16 * 18 * 8);
    assert_int_equal(counts.local_write, 64 * 576 * 66);
    assert_int_equal(counts.local_read, 5120 * 2 * 576 / 512);
    assert_int_equal(counts.dram_weight, 104); /* 100 bytes end with a word */
    assert_int_equal(counts.dram_input, 56);   /* 48 bytes and their mask of 6 */
    assert_int_equal(counts.dram_output, 16);  /* half of 20 bytes and of their mask of 3: 12 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_that_fits_stays_on_chip),
        cmocka_unit_test(a_residual_needs_room_until_it_is_added),
        cmocka_unit_test(an_output_may_stay_for_its_first_reader_alone),
        cmocka_unit_test(pooled_and_final_outputs_are_written),
        cmocka_unit_test(the_cheaper_of_two_refetches_is_taken),
        cmocka_unit_test(nothing_is_counted_twice),
        cmocka_unit_test(narrow_activations_begin_at_bytes),
        cmocka_unit_test(words_are_written_whole),
        cmocka_unit_test(fractions_are_kept_and_cut),
        cmocka_unit_test(compressed_bytes_count_by_their_precision_again),
        cmocka_unit_test(the_last_linear_output_is_free),
        cmocka_unit_test(local_buffers_are_read_by_pairs_and_written_by_tiles),
    };
    return cmocka_run_group_tests_name("accel memory", tests, NULL, NULL);
}
