/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each PE is put together from units, each unit from cells: an adder is one full adder per bit, a shifter three rows of 2:1
 * multiplexers, a wide multiplexer the smaller of a tree and of AND-OR terms with a decoder. Adders are ripple-carry: they
 * meet the clock of 800 MHz, and synthesis for area builds them that way. */
#include "accel/area.h"

#include "accel/technology.h"
#include "base/registry.h"
#include "base/text.h"

#include <inttypes.h>

enum { LANES = 8, ACTIVATION = 8, ACCUMULATOR = 24, CONSTANT = 6, CONSTANT_STEP = 3 };

const char *const gate_names[GATE_KINDS] = {"inv", "nand2", "and2", "xor2", "mux2", "aoi22", "ha", "fa", "dff"};

/* ===  Cells  === */

static int64_t bits_of(int64_t choices)
{
    int64_t bits = 0;
    while (((int64_t)1 << bits) < choices)
        bits++;
    return bits;
}

static area_unit_t *unit(area_pe_t *pe, const char *name, area_part_t part)
{
    area_unit_t *added = &pe->units[pe->count++];
    *added = (area_unit_t){.name = name, .part = part};
    return added;
}

static void registers(area_pe_t *pe, const char *name, area_part_t part, int64_t bits)
{
    unit(pe, name, part)->gates[GATE_DFF] = bits;
}

static void negation(area_unit_t *to, int64_t bits)
{
    to->gates[GATE_XOR2] += bits;
    to->gates[GATE_HA] += bits;
}

/* Shift left by 0 to ways - 1: one row of multiplexers per bit of the amount. Returns the bits of the result. */
static int64_t shifter(area_unit_t *to, int64_t bits, int64_t ways)
{
    for (int64_t step = 1; step < ways; step *= 2) {
        bits += 2 * step <= ways ? step : ways - step;
        to->gates[GATE_MUX2] += bits;
    }
    return bits;
}

/* A tree of adders for `count` numbers of `bits` bits. Returns the bits of the sum. */
static int64_t adder_tree(area_unit_t *to, int64_t count, int64_t bits)
{
    for (; count > 1; count /= 2)
        to->gates[GATE_FA] += count / 2 * ++bits;
    return bits;
}

/* `count` multiplexers of `inputs` to 1, `bits` wide. In AND-OR form an AOI22 takes two inputs, NANDs join them, and a
 * decoder of the select signal is shared by the bits. */
static void multiplexers(area_unit_t *to, int64_t count, int64_t inputs, int64_t bits)
{
    enum { FEW = 4 }; /* up to so many inputs a tree is smaller */
    if (inputs <= FEW) {
        to->gates[GATE_MUX2] += count * bits * (inputs - 1);
        return;
    }
    int64_t pairs = (inputs + 1) / 2;
    to->gates[GATE_AOI22] += count * bits * pairs;
    to->gates[GATE_NAND2] += count * bits * (pairs - 1);
    to->gates[GATE_AND2] += count * inputs * (bits_of(inputs) - 1);
}

/* The end of every PE, after the sum of a cycle: a register for the shifted sum, the accumulator with its adder, and the
 * multiplexer that loads the accumulator. */
static void tail(area_pe_t *pe, int64_t bits)
{
    registers(pe, "register of the shifted sum", AREA_OTHERS, bits);
    area_unit_t *accumulator = unit(pe, "accumulator", AREA_OTHERS);
    accumulator->gates[GATE_MUX2] = accumulator->gates[GATE_FA] = accumulator->gates[GATE_DFF] = ACCUMULATOR;
}

static void activations(const area_shape_t *shape, area_pe_t *pe)
{
    if (!shape->no_operands)
        registers(pe, "activations", AREA_OPERANDS, shape->group * ACTIVATION);
}

/* ===  The designs  === */

static void build_stripes(const area_shape_t *shape, area_pe_t *pe)
{
    activations(shape, pe);
    registers(pe, "weight bits, column, sign", AREA_OTHERS, LANES + 3 + 1);
    unit(pe, "AND of lanes", AREA_MULTIPLIER)->gates[GATE_AND2] = LANES * ACTIVATION;
    int64_t bits = adder_tree(unit(pe, "adder tree", AREA_MULTIPLIER), LANES, ACTIVATION);
    negation(unit(pe, "negation of the sign column", AREA_OTHERS), bits);
    tail(pe, shifter(unit(pe, "shifter", AREA_OTHERS), bits, 8));
}

static void build_pragmatic(const area_shape_t *shape, area_pe_t *pe)
{
    activations(shape, pe);
    registers(pe, "bit positions, signs, valid bits, column", AREA_OTHERS, LANES * (2 + 1 + 1) + 4);
    area_unit_t *lanes = unit(pe, "negation, shifter and AND of lanes", AREA_MULTIPLIER);
    int64_t bits = ACTIVATION;
    for (int lane = 0; lane < LANES; lane++) {
        negation(lanes, ACTIVATION);
        bits = shifter(lanes, ACTIVATION, 4);
        lanes->gates[GATE_AND2] += bits;
    }
    bits = adder_tree(unit(pe, "adder tree", AREA_MULTIPLIER), LANES, bits);
    area_unit_t *second = unit(pe, "second shifter and AND", AREA_OTHERS);
    bits = shifter(second, bits, 8);
    second->gates[GATE_AND2] = bits;
    tail(pe, bits);
}

static void build_bitlet(const area_shape_t *shape, area_pe_t *pe)
{
    /* Each lane has a fixed significance, so the sum of two lanes starts at the lower one. */
    static const int64_t adder_bits[] = {10, 12, 14, 16, 13, 16, 16};
    activations(shape, pe);
    registers(pe, "selections and valid bits", AREA_OTHERS, LANES * (bits_of(shape->group) + 1));
    multiplexers(unit(pe, "multiplexers of lanes", AREA_SELECTION), LANES, shape->group, ACTIVATION);
    unit(pe, "AND of lanes", AREA_MULTIPLIER)->gates[GATE_AND2] = LANES * ACTIVATION;
    area_unit_t *tree = unit(pe, "adder tree", AREA_MULTIPLIER);
    for (size_t i = 0; i < sizeof adder_bits / sizeof *adder_bits; i++)
        tree->gates[GATE_FA] += adder_bits[i];
    negation(unit(pe, "negation of the sign lane", AREA_OTHERS), 16);
    tail(pe, 16);
}

static void build_bitwave(const area_shape_t *shape, area_pe_t *pe)
{
    activations(shape, pe);
    registers(pe, "weight bits, signs, column", AREA_OTHERS, LANES * (1 + 1) + 3);
    area_unit_t *lanes = unit(pe, "negation and AND of lanes", AREA_MULTIPLIER);
    negation(lanes, LANES * ACTIVATION);
    lanes->gates[GATE_AND2] = LANES * ACTIVATION;
    int64_t bits = adder_tree(unit(pe, "adder tree", AREA_MULTIPLIER), LANES, ACTIVATION);
    tail(pe, shifter(unit(pe, "shifter", AREA_OTHERS), bits, 7));
}

/* Fig. 7b: the constant times the sum of all activations, added to the accumulator together with the column's sum. */
static void build_constant(const area_shape_t *shape, area_pe_t *pe, int64_t subgroups, int64_t sum_bits)
{
    int64_t factor = shape->serial_constant ? CONSTANT_STEP : CONSTANT;
    area_unit_t *path = unit(pe, "constant times sum of activations", AREA_OTHERS);
    path->gates[GATE_AND2] = subgroups * sum_bits;
    int64_t bits = adder_tree(path, subgroups, sum_bits);
    path->gates[GATE_AND2] += bits * factor;
    path->gates[GATE_FA] += bits * (factor - 1);
    if (shape->serial_constant)
        path->gates[GATE_MUX2] += bits + factor - 1 + CONSTANT_STEP;
    path->gates[GATE_FA] += ACCUMULATOR; /* third operand of the accumulation */
}

static void build_bitvert(const area_shape_t *shape, area_pe_t *pe)
{
    int64_t subgroups = shape->group / shape->subgroup, lanes = shape->subgroup / 2;
    int64_t inputs = shape->narrow_muxes ? lanes + 1 : shape->subgroup;
    int64_t all_lanes = subgroups * lanes, sum_bits = ACTIVATION + bits_of(shape->subgroup);
    activations(shape, pe);
    if (!shape->no_operands)
        registers(pe, "sums of activations", AREA_OPERANDS, subgroups * sum_bits);
    registers(pe, "selections, valid bits, inversions, column, sign", AREA_OTHERS,
              all_lanes * (bits_of(inputs) + 1) + subgroups + 3 + 1);
    multiplexers(unit(pe, "multiplexers of lanes", AREA_SELECTION), all_lanes, inputs, ACTIVATION);
    unit(pe, "AND of lanes", AREA_MULTIPLIER)->gates[GATE_AND2] = all_lanes * ACTIVATION;
    area_unit_t *tree = unit(pe, "adder tree", AREA_MULTIPLIER);
    for (int64_t i = 0; i < subgroups; i++)
        adder_tree(tree, lanes, ACTIVATION);
    area_unit_t *inversion = unit(pe, "subtraction from the sum of activations", AREA_OTHERS);
    inversion->gates[GATE_FA] = inversion->gates[GATE_INV] = inversion->gates[GATE_MUX2] = subgroups * sum_bits;
    int64_t bits = adder_tree(tree, subgroups, sum_bits);
    negation(unit(pe, "negation of the sign column", AREA_OTHERS), bits);
    bits = shifter(unit(pe, "shifter", AREA_OTHERS), bits, 8);
    if (!shape->no_constant)
        build_constant(shape, pe, subgroups, sum_bits);
    tail(pe, bits);
}

/* A 4-bit weight, which is an integer or, in the place of an outlier, a small float, times an 8-bit activation: an integer
 * product and a shift by the exponent. */
static void build_olive(const area_shape_t *shape, area_pe_t *pe)
{
    enum { WEIGHT = 4, DECODER = 16 };
    (void)shape;
    registers(pe, "operands", AREA_OTHERS, ACTIVATION + WEIGHT + 1);
    unit(pe, "decoder of outliers", AREA_MULTIPLIER)->gates[GATE_AND2] = DECODER;
    area_unit_t *product = unit(pe, "product", AREA_MULTIPLIER);
    product->gates[GATE_AND2] = ACTIVATION * WEIGHT;
    product->gates[GATE_FA] = ACTIVATION * (WEIGHT - 1);
    shifter(unit(pe, "shifter of the exponent", AREA_MULTIPLIER), ACTIVATION + WEIGHT, 8);
    area_unit_t *accumulator = unit(pe, "accumulator", AREA_OTHERS);
    accumulator->gates[GATE_FA] = accumulator->gates[GATE_DFF] = ACCUMULATOR;
}

/* ===  Registry  === */

#define PLAIN(weights)                    \
    {                                     \
        .group = (weights), .subgroup = 8 \
    }
#define BITVERT(size, optimised)                                                                     \
    {                                                                                                \
        .group = 16, .subgroup = (size), .narrow_muxes = (optimised), .serial_constant = (optimised) \
    }

static const area_design_t designs[] = {
    {"stripes", "Stripes", "table5", PLAIN(8), false, true, build_stripes},
    {"pragmatic", "Pragmatic", "table5", PLAIN(8), false, true, build_pragmatic},
    {"bitlet", "Bitlet", "table5", PLAIN(32), true, true, build_bitlet},
    {"bitwave", "BitWave", "table5", PLAIN(8), false, true, build_bitwave},
    {"bitvert-16", "BitVert, sub-groups of 16", "table4", BITVERT(16, false), true, true, build_bitvert},
    {"bitvert-16-opt", "BitVert, sub-groups of 16, optimised", "table4", BITVERT(16, true), true, true, build_bitvert},
    {"bitvert-8", "BitVert, sub-groups of 8", "table4", BITVERT(8, false), true, true, build_bitvert},
    {"bitvert-8-opt", "BitVert, sub-groups of 8, optimised", "table4", BITVERT(8, true), true, true, build_bitvert},
    {"bitvert-4", "BitVert, sub-groups of 4", "table4", BITVERT(4, false), true, true, build_bitvert},
    {"bitvert-4-opt", "BitVert, sub-groups of 4, optimised", "table4", BITVERT(4, true), true, true, build_bitvert},
    {"olive", "OliVe", "table6", PLAIN(8), false, false, build_olive},
};

const area_design_t *const area_registry[] = {&designs[0], &designs[1], &designs[2], &designs[3], &designs[4],  &designs[5],
                                              &designs[6], &designs[7], &designs[8], &designs[9], &designs[10], NULL};

outcome_t area_find(const char *name, const area_design_t **design)
{
    static const registry_t designs_by_name = {.where = "PE", .what = "PE", .tables = {area_registry}};
    return registry_find(&designs_by_name, name, design);
}

static bool is_power(int64_t value, int64_t least, int64_t most)
{
    return value >= least && value <= most && (value & (value - 1)) == 0;
}

outcome_t area_build(const area_design_t *design, const area_shape_t *shape, area_pe_t *pe)
{
    *pe = (area_pe_t){0};
    bool group_is_right = design->groups ? is_power(shape->group, 8, 64) : shape->group == design->shape.group;
    if (!group_is_right)
        return outcome_usage(design->name, "group", text_of("%" PRId64, shape->group).chars,
                             design->groups ? "8, 16, 32 or 64" : "8, the lanes of this PE", NULL);
    if (!is_power(shape->subgroup, 4, 16) || shape->subgroup > shape->group)
        return outcome_usage(design->name, "sub-group", text_of("%" PRId64, shape->subgroup).chars,
                             text_of("4, 8 or 16, at most the group of %" PRId64, shape->group).chars, NULL);
    design->build(shape, pe);
    return outcome_ok();
}

/* ===  Sizes  === */

outcome_t area_gate_sizes(double sizes[GATE_KINDS])
{
    outcome_t result = outcome_ok();
    for (int gate = 0; gate < GATE_KINDS && outcome_is_ok(&result); gate++)
        result = technology_lookup("gate", NULL, gate_names[gate], &sizes[gate]);
    return result;
}

double area_unit_size(const area_unit_t *of, const double sizes[GATE_KINDS])
{
    double size = 0.0;
    for (int gate = 0; gate < GATE_KINDS; gate++)
        size += (double)of->gates[gate] * sizes[gate];
    return size;
}

double area_size(const area_pe_t *pe, area_part_t part, const double sizes[GATE_KINDS])
{
    double size = 0.0;
    for (size_t i = 0; i < pe->count; i++)
        if (part == AREA_PARTS || pe->units[i].part == part)
            size += area_unit_size(&pe->units[i], sizes);
    return size;
}

int64_t area_registers(const area_pe_t *pe, area_part_t part)
{
    int64_t bits = 0;
    for (size_t i = 0; i < pe->count; i++)
        if (part == AREA_PARTS || pe->units[i].part == part)
            bits += pe->units[i].gates[GATE_DFF];
    return bits;
}
