/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_AREA_H
#define BBS_ACCEL_AREA_H

#include "base/outcome.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* PEs as gates: the number of standard cells in each unit of a PE, from its structure alone. The sizes of the
 * cells relative to a NAND2 are rows `gate.*` of technology.csv; what a NAND2 takes in um2 is fitted (area_fit.h).
 *
 * The structures are those of the authors' RTL (yc2367/BitSim hardware/, one PE of 8 bit-serial lanes, operands registered
 * inside it, 24-bit accumulator), as it is meant: where a slip there loses hardware in synthesis, it is kept here. OliVe's
 * PE is not in the RTL and is taken from its own paper (Guo et al., ISCA 2023). Schedulers and the generator of activation
 * sums are outside the PEs, as in the paper's tables. The same structures in Verilog are in tests/synthesis. */

typedef enum {
    GATE_INV,
    GATE_NAND2,
    GATE_AND2,
    GATE_XOR2,
    GATE_MUX2,
    GATE_AOI22,
    GATE_HA,
    GATE_FA,
    GATE_DFF,
    GATE_KINDS
} gate_t;

extern const char *const gate_names[GATE_KINDS]; /* "dff" */

typedef enum {
    AREA_OPERANDS,   /* registers that hold activations while the bits of the weights are processed */
    AREA_SELECTION,  /* multiplexers between these registers and the lanes */
    AREA_MULTIPLIER, /* from the operands to the sum of one cycle's products */
    AREA_OTHERS,
    AREA_PARTS
} area_part_t;

/* One unit of a PE. */
typedef struct {
    const char *name;
    area_part_t part;
    int64_t gates[GATE_KINDS];
} area_unit_t;

enum { AREA_MOST_UNITS = 24 };
typedef struct {
    area_unit_t units[AREA_MOST_UNITS];
    size_t count;
} area_pe_t;

/* The parameters of a PE. */
typedef struct {
    int64_t group;        /* weights that the PE takes at a time, a power of 2 from 8 to 64 */
    int64_t subgroup;     /* BitVert: weights that share lanes, 4, 8 or 16; at most `group` */
    bool narrow_muxes;    /* BitVert: lane i selects only from activations i to i + lanes (5:1 for 8); false: from all */
    bool serial_constant; /* BitVert: the constant is multiplied 3 bits per cycle; false: all 6 */
    bool no_constant;     /* BitVert: without the path of the constant, as synthesis leaves the authors' RTL */
    bool no_operands;     /* the registers of the activations are not counted */
} area_shape_t;

typedef struct {
    const char *name;  /* "bitvert-8-opt" */
    const char *title; /* "BitVert, sub-groups of 8, optimised" */
    const char *table; /* table of the paper, the prefix of its rows in technology.csv: "table4" */
    area_shape_t shape;
    bool groups; /* the size of a group can be changed; false: 8 weights for 8 lanes */
    bool fits;   /* the size of a gate is fitted to its row, among others */
    void (*build)(const area_shape_t *shape, area_pe_t *pe);
} area_design_t;

/* The PEs of the paper's Tables IV, V and VI, NULL-terminated. BitVert's in Table V is "bitvert-8-opt" of Table IV. */
extern const area_design_t *const area_registry[];
outcome_t area_find(const char *name, const area_design_t **design);

/* The PE of a design with these parameters. A shape that the design cannot have is FAULT_USAGE. */
outcome_t area_build(const area_design_t *design, const area_shape_t *shape, area_pe_t *pe);

/* Sizes in NAND2 equivalents. */
outcome_t area_gate_sizes(double sizes[GATE_KINDS]);
double area_unit_size(const area_unit_t *unit, const double sizes[GATE_KINDS]);
/* Sum over the units of a part; AREA_PARTS: over all. */
double area_size(const area_pe_t *pe, area_part_t part, const double sizes[GATE_KINDS]);
int64_t area_registers(const area_pe_t *pe, area_part_t part); /* flip-flops */

#endif
